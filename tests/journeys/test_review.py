"""A security team's day over real HTTP: ask, count, unseal by two, take away, prove elsewhere. And
a SIEM that gets everything, whatever falls over on the way."""

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.journeys import drawings
from tests.journeys.house import House, drawbridge
from tests.unit.gateway.review.receiver import collecting, dying, orderly

AUTHOR = "Wilhelmina Zauberfluss"
PASSWORD = "correct horse battery"
WAIT_S = 30.0


@dataclass
class Reviewer:
    """Somebody with a session of their own."""

    house: House
    opener: urllib.request.OpenerDirector
    csrf: str = ""

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        request = urllib.request.Request(
            self.house.url + path,
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"X-CSRF-Token": self.csrf, "Content-Type": "application/json"},
        )
        try:
            with self.opener.open(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"null")

    def found(self, **question: str) -> Any:
        status, page = self.ask("GET", f"/api/v1/ledger/entries?{urlencode(question)}")
        assert status == 200, page
        return page


def hired(house: House, email: str) -> Reviewer:
    """Invite a reviewer, who comes in with a password."""
    status, invited = house.ask("POST", "/api/v1/invitations", {"role": "reviewer", "email": email})
    assert status == 201, invited
    cookies = urllib.request.HTTPCookieProcessor()
    reviewer = Reviewer(house, urllib.request.build_opener(cookies))
    token = invited["link"].rpartition("#")[2]
    coming = {"token": token, "password": PASSWORD}
    status, session = reviewer.ask("POST", "/api/v1/invitations/accept", coming)
    assert status == 200, session
    reviewer.csrf = session["csrf"]
    return reviewer


@dataclass
class Sent:
    """A part that went to a partner, and was fetched."""

    part: str
    partner: str
    transfer: str
    link: str


def sent(house: House, desk: Path) -> Sent:
    adding = ("partners", "add", "Mill", "--email", "m@mill.example", "--country", "DE")
    partner = house.json(*adding)["id"]
    file = drawings.write(desk, "bracket.step", drawings.step(AUTHOR))
    order = ("--to", partner, "--consent", "--approve")
    answer = house.json("send", file, "--part", "B", "--description", "ten", *order)
    house.json("fetch", answer["link"], "-o", desk / "inbox")
    return Sent(answer["part"], partner, answer["transfer"], answer["link"])


def kinds(page: Any) -> list[str]:
    return [entry["kind"] for entry in page["entries"]]


def test_a_reviewers_day(house: House, tmp_path: Path) -> None:
    went = sent(house, tmp_path / "desk")
    ada, bea = hired(house, "ada@works.example"), hired(house, "bea@works.example")

    assert kinds(ada.found(dst="DE", decision="allow")) == ["transfer.decided"]
    abroad = ada.found(dst="DE")
    assert {"transfer.decided", "link.opened", "download.completed"} <= set(kinds(abroad))
    of_partner = kinds(ada.found(partner=went.partner))
    assert {"partner.added", "consent.given", "link.opened"} <= set(of_partner)
    assert set(kinds(ada.found(transfer=went.transfer))) <= set(of_partner)
    of_part = kinds(ada.found(part=went.part, limit="500"))
    assert {"upload.received", "drawing.inspected", "part.approved", "link.created"} <= set(of_part)
    token = went.link.rpartition("#")[2]
    assert "download.completed" in kinds(ada.found(link=sha256(token.encode()).hexdigest()))
    (flow,) = ada.ask("GET", "/api/v1/ledger/flows?dst=DE")[1]["flows"]
    assert (flow["src"], flow["dst"], flow["decision"], flow["count"]) == ("CN", "DE", "allow", 1)
    assert flow["bytes"] > 0
    days = ada.ask("GET", f"/api/v1/ledger/days?part={went.part}")[1]["days"]
    assert sum(day["bytes"] for day in days) == flow["bytes"]
    timeline = ada.ask("GET", f"/api/v1/parts/{went.part}/timeline")[1]["entries"]
    assert [entry["kind"] for entry in timeline] == of_part[::-1]
    assert "open" not in {
        slot["state"] for entry in timeline for slot in entry["openings"].values()
    }
    mine = house.ask("GET", f"/api/v1/parts/{went.part}/timeline")[1]["entries"]
    assert "open" in {slot["state"] for entry in mine for slot in entry["openings"].values()}

    wanted = {"question": f"transfer={went.transfer}", "reason": "an audit of this transfer"}
    status, grant = ada.ask("POST", "/api/v1/ledger/unseal", wanted)
    assert status == 201, grant
    unseal = f"/api/v1/ledger/unseal/{grant['id']}"
    assert ada.ask("POST", f"{unseal}/agree")[0] == 403
    assert bea.ask("POST", f"{unseal}/agree")[1]["state"] == "agreed"
    matches = ada.ask("POST", f"{unseal}/search", {"words": went.part})[1]
    assert "link.opened" in [match["kind"] for match in matches["matches"]]
    assert matches["next_before"] is None
    told = kinds(ada.found(kind="unseal.used")) + kinds(ada.found(kind="unseal.agreed"))
    assert told == ["unseal.used", "unseal.agreed"]
    assert "ledger.reviewed" in kinds(ada.found(kind="ledger.reviewed"))
    assert drawbridge("ledger", "verify", "--data", house.data).returncode == 0


@pytest.mark.parametrize("proof", ["included", "complete"])
def test_what_is_taken_away_is_proved_elsewhere(house: House, tmp_path: Path, proof: str) -> None:
    went = sent(house, tmp_path / "desk")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with urllib.request.urlopen(f"{house.url}/ledger/log.vkey", timeout=30) as answer:
        (elsewhere / "log.vkey").write_bytes(answer.read())
    for form, question in (("csv", "dst=DE"), ("parquet", ""), ("ocsf", f"part={went.part}")):
        bundle = elsewhere / f"{form}.zip"
        how = ("--format", form, "--proof", proof, "--question", question, "-o", bundle)
        done = house.run("ledger", "export", "--server", house.url, *how)
        assert done.returncode == 0, done.stderr.decode()
        house_less = ("ledger", "audit-export", bundle, "--vkey", "log.vkey", "--json")
        audited = drawbridge(*house_less, cwd=elsewhere)
        assert audited.returncode == 0, audited.stderr.decode()
        found = json.loads(audited.stdout)
        assert found["rows"] > 3
        assert found["complete"] is (proof == "complete" or not question)
        assert found["relies_on_gateway"] is question.startswith("part")
    raw = bytearray(bundle.read_bytes())
    raw[len(raw) // 2] ^= 1
    bundle.write_bytes(raw)
    forged = drawbridge("ledger", "audit-export", bundle, "--vkey", "log.vkey", cwd=elsewhere)
    assert forged.returncode == 3
    exported = house.ask("GET", "/api/v1/ledger/entries?kind=ledger.exported")[1]
    assert exported["total"] == 6


def test_a_siem_gets_every_entry_whatever_falls_over(tmp_path: Path) -> None:
    with collecting() as siem:
        (tmp_path / "ca.pem").write_bytes(siem.certificate_pem)
        environ = {
            "DRAWBRIDGE_FORWARDING__HOST": "127.0.0.1",
            "DRAWBRIDGE_FORWARDING__PORT": str(siem.port),
            "DRAWBRIDGE_FORWARDING__REGION": "DE",
            "DRAWBRIDGE_FORWARDING__CA_FILE": str(tmp_path / "ca.pem"),
            "DRAWBRIDGE_FORWARDING__EVERY_S": "0.2",
        }
        house = House(data=tmp_path / "data", log=tmp_path / "serve.log", environ=environ)
        house.start()
        try:
            house.json("partners", "add", "A", "--email", "a@a.example", "--country", "DE")
            siem.behave = dying
            house.json("partners", "add", "B", "--email", "b@b.example", "--country", "DE")
            time.sleep(0.5)
            house.kill()
            siem.behave = orderly
            house.start()
            house.json("partners", "add", "C", "--email", "c@c.example", "--country", "DE")
            deadline = time.monotonic() + WAIT_S
            while sum("partner.added" in frame for frame in set(siem.frames())) < 3:
                assert time.monotonic() < deadline, siem.frames()
                time.sleep(0.1)
        finally:
            house.stop()
        got = siem.indexes()
        assert sorted(set(got)) == list(range(max(got) + 1))
        assert not any("a.example" in frame for frame in siem.frames())
