"""A full disk: a clear problem, nothing half-written, and everything goes on once there is room.

Two ways to run out of it: a small file system of its own (needs the right to mount), and a limit
on what the process may write into any file (needs nothing), under which the databases cannot
commit either.
"""

import http.client
import json
import os
import resource
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.journeys.house import House, drawbridge

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]

MIB = 1024 * 1024
DISK_BYTES = 64 * MIB
FLOOR_BYTES = 8 * MIB
CHUNK_BYTES = 4 * MIB
SETTINGS = {
    "DRAWBRIDGE_UPLOADS__FREE_FLOOR_BYTES": str(FLOOR_BYTES),
    "DRAWBRIDGE_UPLOADS__CHUNK_BYTES": str(CHUNK_BYTES),
}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Yield a file system of 64 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(place)]
    if subprocess.run(["mount", *options], capture_output=True, check=False).returncode:
        pytest.skip("NOT TESTED: a small file system cannot be mounted here (needs root)")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def _call(
    house: House, method: str, path: str, headers: dict[str, str], body: bytes = b""
) -> tuple[int, dict[str, str], Any]:
    connection = http.client.HTTPConnection(urlsplit(house.url).netloc, timeout=60)
    sent = {"Authorization": f"Bearer {house.key}", "Tus-Resumable": "1.0.0"}
    try:
        connection.request(method, path, body or None, sent | headers)
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, dict(answer.headers), json.loads(text) if text else None
    finally:
        connection.close()


def _created(house: House, length: int) -> str:
    status, headers, _ = _call(house, "POST", "/api/v1/uploads", {"Upload-Length": str(length)})
    assert status == 201
    return urlsplit(headers["Location"]).path


def _append(house: House, url: str, offset: int, body: bytes) -> tuple[int, Any]:
    headers = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
    status, _, answer = _call(house, "PATCH", url, headers, body)
    return status, answer


def _offset(house: House, url: str) -> int:
    status, headers, _ = _call(house, "HEAD", url, {})
    assert status == 200
    return int(headers["Upload-Offset"])


def _ready(house: House) -> int:
    return _call(house, "GET", "/readyz", {})[0]


def _stored_bytes(house: House) -> int:
    return sum(path.stat().st_size for path in (house.data / "blobs").glob("??/??/*"))


def _nothing_is_half_written(house: House) -> None:
    assert not os.listdir(house.data / "blobs" / "incoming")


def test_a_full_disk_is_a_problem_with_a_name_and_the_upload_goes_on_afterwards(
    small_disk: Path, tmp_path: Path
) -> None:
    house = House(data=small_disk / "data", log=tmp_path / "serve.log", environ=SETTINGS).start()
    try:
        other = _created(house, 20 * MIB)
        assert _append(house, other, 0, os.urandom(20 * MIB))[0] == 204
        data = os.urandom(44 * MIB)
        url = _created(house, len(data))

        status, problem = _append(house, url, 0, data)
        assert status == 507
        assert problem["type"] == "/problems/no-space"
        kept = _offset(house, url)
        assert 0 < kept < len(data)
        assert kept % CHUNK_BYTES == 0
        _nothing_is_half_written(house)
        assert _ready(house) == 503

        assert _call(house, "DELETE", other, {})[0] == 204
        assert _append(house, url, kept, data[kept:])[0] == 204
        assert _offset(house, url) == len(data)
        assert _ready(house) == 200
    finally:
        house.stop()
    assert house.process is not None
    assert house.process.returncode == 0
    assert drawbridge("ledger", "verify", "--data", house.data).returncode == 0


def test_when_nothing_at_all_can_be_written_nothing_is_acknowledged_and_nothing_kept(
    tmp_path: Path,
) -> None:
    log = tmp_path / "serve.log"
    house = House(data=tmp_path / "data", log=log, environ=SETTINGS).start()
    try:
        data = os.urandom(10 * MIB)
        url = _created(house, len(data))
        assert _append(house, url, 0, data[: 5 * MIB])[0] == 204
        before = _stored_bytes(house)

        _limit(house, 0)
        assert _append(house, url, 5 * MIB, data[5 * MIB :])[0] in {503, 507}
        status, _, problem = _call(house, "POST", "/api/v1/uploads", {"Upload-Length": "1"})
        assert (status, problem["type"]) == (503, "/problems/unavailable")
        assert _ready(house) == 503
        assert _stored_bytes(house) == before
        _nothing_is_half_written(house)

        _limit(house, resource.RLIM_INFINITY)
        _wait_until_ready(house)
        assert _offset(house, url) == 5 * MIB
        assert _append(house, url, 5 * MIB, data[5 * MIB :])[0] == 204
        _created(house, 1)
    finally:
        house.stop()
    assert drawbridge("ledger", "verify", "--data", house.data).returncode == 0


def test_a_blob_longer_than_may_be_written_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    house = House(data=tmp_path / "data", log=tmp_path / "serve.log").start()
    try:
        url = _created(house, 30 * MIB)
        _limit(house, 16 * MIB)
        status, problem = _append(house, url, 0, os.urandom(30 * MIB))
        assert (status, problem["type"]) == (507, "/problems/no-space")
        assert _offset(house, url) == 0
        assert _stored_bytes(house) == 0
        _nothing_is_half_written(house)
    finally:
        house.stop()


def _limit(house: House, file_bytes: int) -> None:
    assert house.process is not None
    limits = (file_bytes, resource.RLIM_INFINITY)
    resource.prlimit(house.process.pid, resource.RLIMIT_FSIZE, limits)


def _wait_until_ready(house: House) -> None:
    deadline = time.monotonic() + 30
    while _ready(house) != 200:
        assert time.monotonic() < deadline, "it did not recover"
        time.sleep(0.1)
