"""``kill -9`` at random moments: whatever was acknowledged is still there (promises 2 and 10).

Bounded: thirty kills, loopback only, and it stops by itself. The moments come from a fixed
seed, so a failure can be had again.
"""

import hashlib
import json
import random
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journeys import drawings
from tests.journeys.house import House, drawbridge

pytestmark = [pytest.mark.faults, pytest.mark.timeout(900)]

KILLS = 30
SEED = 20261124
PATCH_BYTES = 300_000


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    running = House(data=tmp_path / "data", log=tmp_path / "serve.log").start()
    try:
        yield running
    finally:
        running.stop()


@dataclass
class Upload:
    """One upload as its client knows it: the bytes, and how many were acknowledged."""

    data: bytes
    url: str = ""
    acknowledged: int = 0

    @property
    def done(self) -> bool:
        return bool(self.url) and self.acknowledged == len(self.data)


class CutError(Exception):
    """The server went away in the middle of a request."""


def _request(
    house: House, method: str, url: str, headers: dict[str, str], body: bytes | None
) -> dict[str, str]:
    request = urllib.request.Request(
        url, data=body, method=method,
        headers={"Authorization": f"Bearer {house.key}", "Tus-Resumable": "1.0.0", **headers},
    )  # fmt: skip
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return dict(answer.headers)
    except urllib.error.HTTPError:
        raise
    except OSError as error:
        raise CutError from error


def _advance(house: House, upload: Upload) -> None:
    if not upload.url:
        made = _request(
            house,
            "POST",
            f"{house.url}/api/v1/uploads",
            {"Upload-Length": str(len(upload.data))},
            None,
        )
        location = made["Location"]
        upload.url = location if location.startswith("http") else house.url + location
        return
    piece = upload.data[upload.acknowledged : upload.acknowledged + PATCH_BYTES]
    headers = {
        "Upload-Offset": str(upload.acknowledged),
        "Content-Type": "application/offset+octet-stream",
    }
    answer = _request(house, "PATCH", upload.url, headers, piece)
    upload.acknowledged = int(answer["Upload-Offset"])


def _resume(house: House, upload: Upload) -> None:
    if not upload.url:
        return
    offset = int(_request(house, "HEAD", upload.url, {}, None)["Upload-Offset"])
    assert offset >= upload.acknowledged, "acknowledged bytes were lost"
    upload.acknowledged = offset


def _work_until(house: House, upload: Upload, moment: float, parts: list[str]) -> None:
    while time.monotonic() < moment:
        if not upload.done:
            _advance(house, upload)
            continue
        status, part = house.ask(
            "POST", "/api/v1/parts",
            {"name": "Block", "description": "", "uploads": [upload.url.rsplit("/", 1)[-1]]},
        )  # fmt: skip
        assert status == 201, part
        parts.append(part["id"])
        upload.data, upload.url, upload.acknowledged = upload.data + b"\n", "", 0


def test_nothing_acknowledged_is_lost_however_often_it_is_killed(
    house: House, tmp_path: Path
) -> None:
    moments = random.Random(SEED)
    upload = Upload(drawings.step("Kunigunde Beispielhaft", points=25_000))
    parts: list[str] = []
    for _ in range(KILLS):
        moment = time.monotonic() + moments.uniform(0.02, 1.2)
        before = len(parts)
        try:
            _work_until(house, upload, moment, parts)
        finally:
            house.kill()
        house.start()
        _resume(house, upload)
        assert len(parts) >= before
        for part in parts:
            assert house.ask("GET", f"/api/v1/parts/{part}")[0] == 200
    while not upload.done:
        _advance(house, upload)
    _work_until(house, upload, time.monotonic() + 0.3, parts)
    _nothing_is_stuck(house, parts)
    house.stop()
    assert drawbridge("ledger", "verify", "--data", house.data).returncode == 0


def _nothing_is_stuck(house: House, parts: list[str]) -> None:
    assert parts
    deadline = time.monotonic() + 240
    states: dict[str, str] = {}
    while time.monotonic() < deadline:
        states = {part: house.ask("GET", f"/api/v1/parts/{part}")[1]["state"] for part in parts}
        if set(states.values()) == {"review"}:
            break
        time.sleep(0.3)
    assert set(states.values()) == {"review"}, json.dumps(states)


def test_a_killed_download_resumes_without_opening_the_link_again(
    house: House, tmp_path: Path
) -> None:
    source = drawings.write(tmp_path, "big.stl", drawings.stl("Kunigunde", triangles=400_000))
    partner = house.json("partners", "add", "Mill", "--email", "m@mill.example", "--country", "DE")
    sent = house.json(
        "send", source, "--part", "Block", "--to", partner["id"], "--consent", "--approve"
    )
    opened = urllib.request.Request(
        f"{house.url}/d/open", method="POST",
        data=json.dumps({"token": sent["link"].rpartition("#")[2], "accept_terms": True}).encode(),
        headers={"Content-Type": "application/json"},
    )  # fmt: skip
    with urllib.request.urlopen(opened, timeout=30) as answer:
        session = json.load(answer)
    file = session["files"][0]

    def get(start: int, length: int | None) -> bytes:
        request = urllib.request.Request(
            house.url + file["url"],
            headers={"Authorization": f"Bearer {session['session']}", "Range": f"bytes={start}-"},
        )
        with urllib.request.urlopen(request, timeout=30) as body:
            return bytes(body.read(length) if length else body.read())

    first = get(0, 3_000_000)
    house.kill()
    house.start()
    whole = first + get(len(first), None)
    assert len(whole) == file["plain_bytes"]
    assert hashlib.sha256(whole).hexdigest() == file["sha256"]
    house.stop()
    assert drawbridge("ledger", "verify", "--data", house.data).returncode == 0
