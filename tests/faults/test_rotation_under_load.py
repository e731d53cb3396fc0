"""Another root for ten thousand people while drawings come and go: no request fails, and what
``kill -9`` interrupted goes on (promise 10). Loopback only; it stops by itself."""

import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from storage.ids import new_subject_id
from storage.sealed.custody import LocalRootKey
from storage.sealed.keys import PrivateKey
from storage.sealed.keytables import subject_context
from tests.journeys import drawings
from tests.journeys.house import House, drawbridge

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

PEOPLE = 10_000
HALF_S = 120.0


class Traffic:
    """Somebody who does the same thing over and over, and remembers how it went."""

    def __init__(self, step: Callable[[], int]) -> None:
        self.answers: list[int | str] = []
        self._step = step
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self.answers.append(self._step())
            except (OSError, http.client.HTTPException) as error:
                self.answers.append(repr(error))

    def stop(self) -> list[int | str]:
        self._over.set()
        self._thread.join(60)
        return self.answers


def test_nobody_notices_and_a_kill_costs_nothing(house: House, tmp_path: Path) -> None:
    source = drawings.write(tmp_path, "block.step", drawings.step("Kunigunde"))
    partner = house.json("partners", "add", "Mill", "--email", "m@mill.example", "--country", "DE")
    sent = house.json(
        "send", source, "--part", "Block", "--to", partner["id"], "--consent", "--approve"
    )
    token = sent["link"].rpartition("#")[2]
    session = house.ask("POST", "/d/open", {"token": token, "accept_terms": True})[1]
    old = _status(house)["roots"][0]
    _crowd(house.data)

    traffic = [
        Traffic(lambda: _upload(house)),
        Traffic(lambda: _download(house, session)),
        Traffic(lambda: house.ask("GET", "/api/v1/parts")[0]),
    ]
    try:
        _rotate_and_kill(house)
        left = [root for root in _status(house)["roots"] if not root["in_use"]]
        assert left[0]["keys"] > 0, "it was killed before it had ended"
        resumed = json.loads(drawbridge("keys", "rewrap", "--data", house.data, "--json").stdout)
        assert resumed["rewrapped"] >= left[0]["keys"]
    finally:
        answers = [one.stop() for one in traffic]
    assert [set(one) for one in answers] == [{201}, {200}, {200}], "a request failed"
    assert all(len(one) > 5 for one in answers)

    (root,) = _status(house)["roots"]
    assert root["in_use"]
    assert root["keys"] > PEOPLE
    assert drawbridge("keys", "retire", root["id"], "--yes", "--data", house.data).returncode == 3
    assert drawbridge("keys", "retire", old["id"], "--yes", "--data", house.data).returncode == 0
    house.stop()
    house.start()
    assert _download(house, session) == 200, "a restart knows nothing of the old root"
    assert _upload(house) == 201


def _status(house: House) -> Any:
    return json.loads(drawbridge("keys", "status", "--data", house.data, "--json").stdout)


def _crowd(data: Path) -> None:
    """Add people the way the keyring does, all in one transaction."""
    root = LocalRootKey.open(data / "root.key").public
    pair = PrivateKey.generate()
    public = pair.public().raw

    def row() -> tuple[str, bytes, bytes, bytes]:
        subject = new_subject_id()
        return subject, public, root.wrap(pair.raw, subject_context(subject)), root.raw

    rows = [row() for _ in range(PEOPLE)]
    with sqlite3.connect(data / "keys.sqlite", timeout=30) as database:
        database.executemany(
            "INSERT INTO subject (id, public_key, wrapped_private_key, root) VALUES (?, ?, ?, ?)",
            rows,
        )
    database.close()


def _rotate_and_kill(house: House) -> None:
    rotating = subprocess.Popen(
        [sys.executable, "-m", "gateway.cli.main", "keys", "rotate", "--data", str(house.data)],
        env={**os.environ},
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + HALF_S
    while time.monotonic() < until:
        left = sum(one["keys"] for one in _counts(house.data) if not one["in_use"])
        if 0 < left < 3 * PEOPLE // 4:
            break
        time.sleep(0.02)
    rotating.send_signal(signal.SIGKILL)
    rotating.wait(20)


def _counts(data: Path) -> list[dict[str, Any]]:
    with sqlite3.connect(data / "keys.sqlite", timeout=30) as database:
        rows = database.execute(
            "SELECT root = (SELECT public_key FROM root), count(*) FROM subject GROUP BY root"
        ).fetchall()
    database.close()
    return [{"in_use": bool(row[0]), "keys": row[1]} for row in rows]


def _upload(house: House) -> int:
    body = b"solid block\nendsolid block\n"
    connection = http.client.HTTPConnection(urlsplit(house.url).netloc, timeout=60)
    headers = {
        "Authorization": f"Bearer {house.key}",
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(len(body)),
    }
    try:
        connection.request("POST", "/api/v1/uploads", None, headers)
        made = connection.getresponse()
        made.read()
        place = urlsplit(made.headers["Location"]).path
        sent = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        connection.request("PATCH", place, body, headers | sent)
        patched = connection.getresponse()
        patched.read()
        connection.request("DELETE", place, None, headers)
        removed = connection.getresponse()
        removed.read()
        return made.status if (patched.status, removed.status) == (204, 204) else patched.status
    finally:
        connection.close()


def _download(house: House, session: Any) -> int:
    file = session["files"][0]
    request = urllib.request.Request(
        house.url + file["url"], headers={"Authorization": f"Bearer {session['session']}"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert len(answer.read()) == file["plain_bytes"]
        return int(answer.status)
