"""Another root, or another key each, for ten thousand people while drawings come and go: no request
fails, and what ``kill -9`` interrupted goes on (promise 10). Loopback only; it stops by itself."""

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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from storage.ids import SubjectId, new_object_id, new_subject_id
from storage.sealed.custody import LocalRootKey
from storage.sealed.keys import PrivateKey
from storage.sealed.keytables import subject_context
from storage.sealed.manifest import manifest_context
from tests.journeys import drawings
from tests.journeys.house import House, drawbridge

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

PEOPLE = 10_000
WITH_OBJECTS = 1_000
OTHER_ROOT = "root = (SELECT public_key FROM root)"
OTHER_KEYS = "generation = (SELECT current FROM generation) AND generation > 1"
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


@dataclass
class Busy:
    """A house with ten thousand people in it, three kinds of traffic, and a partner's session."""

    house: House
    session: Any

    @contextmanager
    def traffic(self) -> Iterator[None]:
        """Let requests run; none of them may fail."""
        running = [
            Traffic(lambda: _upload(self.house)),
            Traffic(lambda: _download(self.house, self.session)),
            Traffic(lambda: self.house.ask("GET", "/api/v1/parts")[0]),
        ]
        try:
            yield
        finally:
            answers = [one.stop() for one in running]
        assert [set(one) for one in answers] == [{201}, {200}, {200}], "a request failed"
        assert all(len(one) > 5 for one in answers)


@pytest.fixture
def busy(house: House, tmp_path: Path) -> Busy:
    source = drawings.write(tmp_path, "block.step", drawings.step("Kunigunde"))
    partner = house.json("partners", "add", "Mill", "--email", "m@mill.example", "--country", "DE")
    sent = house.json(
        "send", source, "--part", "Block", "--to", partner["id"], "--consent", "--approve"
    )
    token = sent["link"].rpartition("#")[2]
    session = house.ask("POST", "/d/open", {"token": token, "accept_terms": True})[1]
    _crowd(house.data)
    return Busy(house, session)


def test_nobody_notices_another_root_and_a_kill_costs_nothing(busy: Busy) -> None:
    house = busy.house
    old = _status(house)["roots"][0]
    with busy.traffic():
        _rotate_and_kill(house, OTHER_ROOT)
        left = [root for root in _status(house)["roots"] if not root["in_use"]]
        assert left[0]["keys"] > 0, "it was killed before it had ended"
        resumed = json.loads(drawbridge("keys", "rewrap", "--data", house.data, "--json").stdout)
        assert resumed["rewrapped"] >= left[0]["keys"]

    (root,) = _status(house)["roots"]
    assert root["in_use"]
    assert root["keys"] > PEOPLE
    assert drawbridge("keys", "retire", root["id"], "--yes", "--data", house.data).returncode == 3
    assert drawbridge("keys", "retire", old["id"], "--yes", "--data", house.data).returncode == 0
    house.stop()
    house.start()
    assert _download(house, busy.session) == 200, "a restart knows nothing of the old root"
    assert _upload(house) == 201


def test_nobody_notices_another_key_and_a_kill_costs_nothing(busy: Busy) -> None:
    house = busy.house
    blobs = _blobs(house.data)
    with busy.traffic():
        _rotate_and_kill(house, OTHER_KEYS, "--subjects")
        behind = _status(house)["generations"][1]
        assert behind["people"] > 0, "it was killed before it had ended"
        resumed = json.loads(drawbridge("keys", "rewrap", "--data", house.data, "--json").stdout)
        assert resumed["rewrapped"] >= behind["people"] + WITH_OBJECTS

    newest, former = _status(house)["generations"]
    assert newest["people"] > PEOPLE
    assert newest["objects"] > WITH_OBJECTS
    assert (former["people"], former["objects"], former["former"]) == (0, 0, newest["people"])
    retire = ("keys", "retire", "--subjects", "--yes", "--json", "--data", house.data)
    retired = json.loads(drawbridge(*retire).stdout)
    # Those who are more than a crowd have fields and openings in the log, which stay.
    assert retired == {"retired": PEOPLE, "left": newest["people"] - PEOPLE}
    assert blobs.items() <= _blobs(house.data).items(), "wraps are rewritten, data is not"
    house.stop()
    house.start()
    assert _download(house, busy.session) == 200
    assert house.ask("GET", "/api/v1/partners")[1]["partners"][0]["name"] == "Mill"
    entries = house.ask("GET", "/api/v1/ledger/entries?kind=part.approved")[1]["entries"]
    entry = house.ask("GET", f"/api/v1/ledger/entries/{entries[0]['index']}")[1]
    assert "open" in {slot["state"] for slot in entry["openings"].values()}


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
    columns = "id, public_key, wrapped_private_key, root, fields"
    with sqlite3.connect(data / "keys.sqlite", timeout=30) as database:
        database.executemany(f"INSERT INTO subject ({columns}) VALUES (?, ?, ?, ?, 0)", rows)
        database.executemany(
            "INSERT INTO object VALUES (?, ?, 'intake', 'suite', 1, 2, x'', ?, 1)",
            [_object(SubjectId(one[0]), pair) for one in rows[:WITH_OBJECTS]],
        )
    database.close()


def _object(subject: SubjectId, pair: PrivateKey) -> tuple[str, str, bytes]:
    name = new_object_id()
    context = manifest_context(name, "intake", "suite")
    return name, subject, pair.public().wrap(bytes(72), context)


def _blobs(data: Path) -> dict[str, bytes]:
    return {
        path.name: sha256(path.read_bytes()).digest()
        for path in (data / "blobs").rglob("*")
        if path.is_file()
    }


def _rotate_and_kill(house: House, done: str, *words: str) -> None:
    rotating = subprocess.Popen(
        [
            *(sys.executable, "-m", "gateway.cli.main", "keys", "rotate"),
            *("--data", str(house.data), *words),
        ],
        env={**os.environ},
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + HALF_S
    while time.monotonic() < until and not PEOPLE // 4 < _done(house.data, done) <= PEOPLE:
        time.sleep(0.02)
    rotating.send_signal(signal.SIGKILL)
    rotating.wait(20)


def _done(data: Path, done: str) -> int:
    """Return how many people are where they shall be, of those who were not from the start."""
    with sqlite3.connect(data / "keys.sqlite", timeout=30) as database:
        count = database.execute(f"SELECT count(*) FROM subject WHERE {done}").fetchone()[0]
        begun = database.execute(f"SELECT count(*) FROM subject WHERE NOT ({done})").fetchone()[0]
    database.close()
    return int(count) if begun else 0


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
