"""A link used elsewhere: refused, written down, told to those who review, whatever is killed."""

import asyncio
import json
import queue
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.journeys import drawings
from tests.journeys.house import House
from tests.unit.gateway.notify.receivers import Mailbox, relay
from tests.unit.gateway.test_observing import countries

pytestmark = pytest.mark.timeout(240)

HERE, ELSEWHERE = "192.0.2.10", "2001:db8::9"  # in the declared country, and in another
DEADLINE_S = 90.0


@dataclass
class Hook:
    """A webhook's receiver in a thread of its own."""

    port: int
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def told(self, secret: str) -> list[Any]:
        return [Webhook(secret).verify(body, headers) for headers, body in self.came]


@contextmanager
def hook(port: int = 0) -> Iterator[Hook]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            made.came.append((dict(self.headers), self.rfile.read(length)))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    made = Hook(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


@contextmanager
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    """Yield a relay's mailbox and port; it runs in a thread of its own."""
    kept, port = Mailbox(), queue.Queue[int]()
    loop = asyncio.new_event_loop()
    over = asyncio.Event()

    async def run() -> None:
        async with relay(kept) as listening:
            port.put(listening)
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), daemon=True)
    thread.start()
    try:
        yield kept, port.get(timeout=10)
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
        loop.close()


def watching(tmp_path: Path, mail_port: int | None = None, **more: str) -> House:
    """Return a house that knows countries, and has a relay if there is one."""
    environ = {
        "DRAWBRIDGE_OBSERVING__COUNTRY_DATABASE": str(countries(tmp_path / "country.mmdb")),
        "DRAWBRIDGE_OBSERVING__TRUSTED_PROXIES": "127.0.0.0/8, 10.9.0.0/16",
        "DRAWBRIDGE_ALERTS__EVERY_S": "0.2",
        "DRAWBRIDGE_NOTIFY__ALLOW_PRIVATE": "true",
        "DRAWBRIDGE_NOTIFY__RETRY_S": "0.5",
        "DRAWBRIDGE_NOTIFY__DEADLINE_S": "5",
        "DRAWBRIDGE_NOTIFY__ATTEMPTS": "30",
        **more,
    }
    if mail_port is not None:
        environ |= {
            "DRAWBRIDGE_MAIL__HOST": "127.0.0.1",
            "DRAWBRIDGE_MAIL__PORT": str(mail_port),
            "DRAWBRIDGE_MAIL__TLS": "none",
            "DRAWBRIDGE_MAIL__SENDER": "gateway@works.example",
            "DRAWBRIDGE_MAIL__REGION": "SG",
        }
    return House(tmp_path / "data", tmp_path / "serve.log", environ=environ)


def link_of(house: House, tmp_path: Path) -> str:
    """Send a drawing to a partner in Germany; return the link's token."""
    partner = house.json("partners", "add", "Mill", "--email", "m@mill.example", "--country", "DE")
    source = drawings.write(tmp_path / "desk", "bracket.step", drawings.step("Kunigunde"))
    sent = house.json(
        "send", source, "--part", "Bracket", "--to", partner["id"], "--consent", "--approve"
    )
    return str(sent["link"]).rpartition("#")[2]


def partner_says(
    house: House, path: str, address: str, body: Any = None, token: str | None = None
) -> tuple[int, Any]:
    """Call as a partner whose address the proxy before the gateway tells."""
    headers = {"Content-Type": "application/json", "X-Forwarded-For": f"10.0.0.1, {address}"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(
        house.url + path,
        method="POST" if body is not None else "GET",
        data=json.dumps(body).encode() if body is not None else None,
        headers=headers,
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            raw = answer.read()
            return answer.status, json.loads(raw) if raw.startswith(b"{") else raw
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def opened(house: House, token: str, address: str) -> tuple[int, Any]:
    return partner_says(house, "/d/open", address, {"token": token, "accept_terms": True})


def until(ready: Any) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not ready():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.05)


def entries(house: House, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = house.ask("GET", f"/api/v1/ledger/entries?kind={kind}")[1][
        "entries"
    ]
    return found


def alerts(house: House, state: str = "standing") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = house.ask("GET", f"/api/v1/alerts?state={state}")[1]["alerts"]
    return found


def test_a_link_opened_elsewhere_is_refused_and_reviewers_hear_of_it(tmp_path: Path) -> None:
    with hook() as heard, mailbox() as (kept, port):
        house = watching(tmp_path, port).start()
        try:
            invited = {"role": "reviewer", "email": "w.zauberfluss@works.example"}
            assert house.ask("POST", "/api/v1/invitations", invited)[0] == 201
            url = {"url": f"http://127.0.0.1:{heard.port}/in", "region": "SG"}
            status, made = house.ask("POST", "/api/v1/webhooks", url)
            assert status == 201
            token = link_of(house, tmp_path)

            status, said = opened(house, token, ELSEWHERE)
            assert (status, said["type"]) == (403, "/problems/destination-contradicted")
            (refused,) = entries(house, "destination.contradicted")
            assert (refused["dst"], refused["observed"]) == ("DE", "FR")
            assert refused["decision"] == "deny"

            until(lambda: heard.came and kept.taken)
            (told,) = heard.told(made["secret"])
            (alert,) = alerts(house)
            assert told["data"]["alert"] == alert["id"]
            assert (alert["rule"], alert["severity"]) == ("declared-not-observed", "critical")
            assert kept.taken[0].rcpt_tos == ["w.zauberfluss@works.example"]
            assert {one["region"] for one in entries(house, "notice.sent")} == {"SG"}

            status, session = opened(house, token, HERE)  # nothing was used up
            assert status == 200
            path, key = session["files"][0]["url"], session["session"]
            assert partner_says(house, path, ELSEWHERE, token=key)[0] == 403
            assert entries(house, "download.started") == []
            status, content = partner_says(house, path, HERE, token=key)
            assert status == 200
            assert content.startswith(b"ISO-10303-21")
            (started,) = entries(house, "download.started")
            assert (started["observed"], started["region"]) == ("DE", "CN")

            assert settle(house, alert["id"]) == 200
            assert alerts(house) == []
            until(lambda: len(heard.came) == 2)
            assert heard.told(made["secret"])[1]["type"] == "alert.settled"
            assert len(entries(house, "alert.acknowledged")) == 1
            assert len(entries(house, "alert.settled")) == 1
        finally:
            house.stop()


def settle(house: House, alert: str) -> int:
    """Acknowledge an alert, twice, and settle it; a second settlement is refused."""
    for _ in range(2):
        status, shown = house.ask("POST", f"/api/v1/alerts/{alert}/acknowledge")
        assert (status, shown["state"]) == (200, "acknowledged")
    why = {"why": "The partner's engineer travels."}
    status, shown = house.ask("POST", f"/api/v1/alerts/{alert}/settle", why)
    assert (shown["state"], shown["why"]) == ("settled", why["why"])
    assert {one["state"] for one in shown["notices"]} <= {"sent", "waiting"}
    assert house.ask("POST", f"/api/v1/alerts/{alert}/settle", why)[0] == 409
    return status


def test_where_disagreement_is_only_logged_the_link_opens(tmp_path: Path) -> None:
    house = watching(tmp_path, DRAWBRIDGE_OBSERVING__ON_DISAGREEMENT="log").start()
    try:
        assert opened(house, link_of(house, tmp_path), ELSEWHERE)[0] == 200
        (entry,) = entries(house, "destination.contradicted")
        assert entry["decision"] == "review"
        until(lambda: [one["rule"] for one in alerts(house)] == ["declared-not-observed"])
    finally:
        house.stop()


def test_a_notice_that_waits_for_its_receiver_survives_a_kill(tmp_path: Path) -> None:
    with hook() as gone:
        port = gone.port
    house = watching(tmp_path).start()
    try:
        url = {"url": f"http://127.0.0.1:{port}/in", "region": "SG"}
        secret = house.ask("POST", "/api/v1/webhooks", url)[1]["secret"]
        assert opened(house, link_of(house, tmp_path), ELSEWHERE)[0] == 403
        until(lambda: alerts(house))
        (alert,) = alerts(house)

        def tried() -> bool:
            shown = house.ask("GET", f"/api/v1/alerts/{alert['id']}")[1]
            return bool(shown["notices"][0]["attempts"])

        until(tried)
        house.kill()
        with hook(port) as back:
            house.start()
            until(lambda: back.came)
            assert [told["data"]["alert"] for told in back.told(secret)] == [alert["id"]]
        assert [one["id"] for one in alerts(house)] == [alert["id"]]
        assert len(entries(house, "alert.raised")) == 1
        assert len(entries(house, "notice.sent")) == 1
    finally:
        house.stop()


def test_the_log_knows_when_the_house_started_and_stopped(tmp_path: Path) -> None:
    house = watching(tmp_path).start()
    try:
        until(lambda: entries(house, "gateway.started"))
        assert entries(house, "gateway.stopped") == []
        house.stop()
        house.start()
        until(lambda: len(entries(house, "gateway.started")) == 2)
        assert len(entries(house, "gateway.stopped")) == 1
        assert len(entries(house, "policy.loaded")) == 1
    finally:
        house.stop()
