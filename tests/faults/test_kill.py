"""``kill -9`` at random moments: whatever was acknowledged is still there (promise 10).

Bounded: thirty kills, loopback only, and it stops by itself. The moments come from a fixed
seed, so a failure can be had again. A customer dribbles drawings in and makes parts of them, so
that a kill finds an upload in the middle of its body. An inspection is over in a moment, so every
third kill waits until one is under way.
"""

import asyncio
import contextlib
import http.client
import json
import random
import shutil
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from storage.blobs.filesystem import FilesystemBlobs
from storage.ids import ObjectId
from storage.sealed.custody import LocalRootKey
from storage.sealed.keyring import Keyring
from storage.sealed.vault import Vault
from tests.faults.conftest import MARK, no_process_is_left
from tests.journeys import drawings
from tests.journeys.house import House, drawbridge

pytestmark = [pytest.mark.faults, pytest.mark.timeout(400)]

KILLS = 30
SEED = 20261124
POINTS = 8_000
PIECE_BYTES = 64 * 1024
CHUNK_BYTES = 128 * 1024
PAUSE_S = 0.04
SETTLED_S = 120.0
AIMED_EVERY = 3
AIM_DEADLINE_S = 5.0
LOOK_S = 0.001
COUNT = "SELECT count(*) FROM drawing WHERE state='inspecting'"


class CutError(Exception):
    """The server went away in the middle of a request."""


@dataclass
class Upload:
    """One upload as its client knows it: the bytes, and how many were acknowledged."""

    data: bytes
    url: str = ""
    acknowledged: int = 0


@dataclass
class Customer:
    """Uploads drawing after drawing and makes a part of each, through every kill."""

    house: House
    upload: Upload = field(default_factory=lambda: Upload(_drawing(0)))
    parts: dict[str, bytes] = field(default_factory=dict)  # what went into each, by the part's id
    doing: str = ""

    def work(self) -> None:
        """Go on until the server disappears."""
        while True:
            self.step()

    def step(self) -> None:
        """Do the next thing there is to do."""
        if not self.upload.url:
            self._create()
        elif self.upload.acknowledged < len(self.upload.data):
            self._append()
        else:
            self._make_part()

    def resume(self) -> None:
        """Ask where things stand; nothing that was acknowledged may be missing."""
        listed = {part["id"] for part in self.house.ask("GET", "/api/v1/parts")[1]["parts"]}
        assert listed >= self.parts.keys(), "a part was lost"
        for part in listed - self.parts.keys():
            assert self.doing == "making a part", "a part came out of nothing"
            self._made(part)
        if self.upload.url:
            status, headers, _ = self._call("HEAD", self.upload.url, {})
            assert status == 200, "an upload was lost"
            offset = int(headers["Upload-Offset"])
            assert offset >= self.upload.acknowledged, "acknowledged bytes were lost"
            self.upload.acknowledged = offset

    def _create(self) -> None:
        self.doing = "creating"
        length = {"Upload-Length": str(len(self.upload.data))}
        status, headers, _ = self._call("POST", "/api/v1/uploads", length)
        assert status == 201
        self.upload.url = urlsplit(headers["Location"]).path

    def _append(self) -> None:
        self.doing = "uploading"
        offset = {"Upload-Offset": str(self.upload.acknowledged)}
        media = {"Content-Type": "application/offset+octet-stream"}
        rest = self.upload.data[self.upload.acknowledged :]
        status, headers, _ = self._call("PATCH", self.upload.url, offset | media, rest)
        assert status == 204
        self.upload.acknowledged = int(headers["Upload-Offset"])

    def _make_part(self) -> None:
        self.doing = "making a part"
        body = {"name": "Block", "description": "", "uploads": [self.upload.url.split("/")[-1]]}
        media = {"Content-Type": "application/json"}
        status, _, answer = self._call("POST", "/api/v1/parts", media, json.dumps(body).encode())
        assert status == 201, answer
        self._made(json.loads(answer)["id"])

    def _made(self, part: str) -> None:
        self.parts[part] = self.upload.data
        self.upload = Upload(_drawing(len(self.parts)))

    def _call(
        self, method: str, path: str, headers: dict[str, str], body: bytes = b""
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(urlsplit(self.house.url).netloc, timeout=30)
        try:
            connection.putrequest(method, path)
            sent = {"Authorization": f"Bearer {self.house.key}", "Tus-Resumable": "1.0.0"}
            for name, value in (sent | headers | {"Content-Length": str(len(body))}).items():
                connection.putheader(name, value)
            connection.endheaders()
            for at in range(0, len(body), PIECE_BYTES):
                connection.send(body[at : at + PIECE_BYTES])
                time.sleep(PAUSE_S)
            answer = connection.getresponse()
            return answer.status, dict(answer.headers), answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise CutError from error
        finally:
            connection.close()


def _drawing(number: int) -> bytes:
    return drawings.step(f"Kunigunde Beispielhaft {number}", points=POINTS)


@pytest.fixture
def house(house: House) -> House:
    """Return the house, made to save after every few pieces."""
    house.stop()
    house.environ = {**house.environ, "DRAWBRIDGE_UPLOADS__CHUNK_BYTES": str(CHUNK_BYTES)}
    assert MARK in house.environ
    return house.start()


def test_nothing_acknowledged_is_lost_however_often_it_is_killed(
    house: House, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    moments = random.Random(SEED)
    customer = Customer(house)
    hit: Counter[str] = Counter()
    for number in range(KILLS):
        delay_s = moments.uniform(0.05, 0.8)
        killer = threading.Timer(delay_s, house.kill)
        if number % AIMED_EVERY == 0:
            killer = threading.Timer(0.0, _kill_an_inspection, [house])
        killer.start()
        with pytest.raises(CutError):
            customer.work()
        killer.join()
        hit[customer.doing] += 1
        hit["inspecting"] += _inspecting(house.data, tmp_path / "copy") > 0
        no_process_is_left(house)
        house.start()
        customer.resume()
    record_property("kills", dict(hit))
    print(f"{KILLS} kills found the customer: {dict(hit)}; parts: {len(customer.parts)}")
    assert hit["uploading"] >= 5
    assert hit["inspecting"] >= 5
    before = len(customer.parts)
    while len(customer.parts) == before:
        customer.step()
    _nothing_is_stuck(house, list(customer.parts))
    house.stop()
    assert house.process is not None
    assert house.process.returncode == 0
    asyncio.run(_every_byte_is_there(house.data, customer.parts))
    assert drawbridge("ledger", "verify", "--data", house.data).returncode == 0


def _kill_an_inspection(house: House) -> None:
    """Kill the gateway as soon as a row says that a drawing is being inspected."""
    deadline = time.monotonic() + AIM_DEADLINE_S
    with contextlib.closing(
        sqlite3.connect(f"file:{house.data / 'rows.sqlite'}?mode=ro", uri=True)
    ) as rows:
        while time.monotonic() < deadline:
            if rows.execute(COUNT).fetchone()[0]:
                break
            time.sleep(LOOK_S)
    house.kill()


def _inspecting(data: Path, copy: Path) -> int:
    """Return how many drawings were being inspected, looking at a copy: nothing is touched."""
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for path in data.glob("rows.sqlite*"):
        shutil.copy(path, copy)
    with sqlite3.connect(copy / "rows.sqlite") as rows:
        (count,) = rows.execute(COUNT).fetchone()
    return int(count)


def _nothing_is_stuck(house: House, parts: list[str]) -> None:
    deadline = time.monotonic() + SETTLED_S
    states: dict[str, str] = {}
    while time.monotonic() < deadline:
        states = {part: house.ask("GET", f"/api/v1/parts/{part}")[1]["state"] for part in parts}
        if "inspecting" not in states.values():
            break
        time.sleep(0.3)
    assert set(states.values()) == {"review"}, json.dumps(states)


async def _every_byte_is_there(data: Path, parts: dict[str, bytes]) -> None:
    keyring = Keyring.open(data, LocalRootKey.open(data / "root.key"))
    vault = Vault(keyring, FilesystemBlobs(data / "blobs", floor_bytes=0))
    chunks = (
        "SELECT object FROM upload_chunk JOIN drawing USING (upload) WHERE part = ? ORDER BY start"
    )
    known: set[str] = set()
    with sqlite3.connect(data / "rows.sqlite") as rows:
        for part, sent in parts.items():
            objects = [ObjectId(row[0]) for row in rows.execute(chunks, (part,))]
            pieces = [piece for name in objects async for piece in vault.open(name)]
            assert b"".join(pieces) == sent
            known.update(objects)
        known |= {row[0] for row in rows.execute("SELECT clean_object FROM drawing")}
    # And nothing else: what the kills left behind was swept at the starts.
    assert {path.name for path in (data / "blobs").glob("??/??/*")} == known
    keyring.close()
