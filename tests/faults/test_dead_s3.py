"""The S3 server dies mid-upload and mid-download: clear errors, nothing acknowledged is lost, and
everything goes on once it is back, without hands (promise 10)."""

import hashlib
import http.client
import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.faults.conftest import MARK
from tests.journeys import drawings
from tests.journeys.house import House, drawbridge
from tests.services.s3 import ACCESS_KEY, SECRET_KEY, SERVERS, S3Server, running

pytestmark = [pytest.mark.faults, pytest.mark.service, pytest.mark.timeout(240)]

MIB = 1024 * 1024
TUS = {"Tus-Resumable": "1.0.0"}
TRIANGLES = 240_000  # 12 MB


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[S3Server]:
    yield from running(request.param, tmp_path / "objects")


@pytest.fixture
def house(server: S3Server, tmp_path: Path) -> Iterator[House]:
    server.bucket("drawings")
    secret = tmp_path / "secret"
    secret.touch(0o600)
    secret.write_text(SECRET_KEY + "\n")
    environ = {
        MARK: secrets.token_hex(16),
        "DRAWBRIDGE_BLOBS__KEEPER": "s3",
        "DRAWBRIDGE_BLOBS__ENDPOINT": f"127.0.0.1:{server.port}",
        "DRAWBRIDGE_BLOBS__BUCKET": "drawings",
        "DRAWBRIDGE_BLOBS__ACCESS_KEY": ACCESS_KEY,
        "DRAWBRIDGE_BLOBS__SECRET_KEY_FILE": str(secret),
        "DRAWBRIDGE_BLOBS__SECURE": "false",
        "DRAWBRIDGE_UPLOADS__CHUNK_BYTES": str(MIB),
    }
    gateway = House(data=tmp_path / "data", log=tmp_path / "serve.log", environ=environ)
    try:
        yield gateway.start()
    finally:
        gateway.stop()


def test_a_dead_s3_server_costs_time_and_nothing_else(
    server: S3Server, house: House, tmp_path: Path
) -> None:
    data = drawings.stl("Kunigunde", triangles=TRIANGLES)
    _uploaded_through_a_death(server, house, data)
    assert not (house.data / "blobs").exists(), "drawings are in the bucket and nowhere else"

    source = tmp_path / "block.stl"
    source.write_bytes(data)
    partner = house.json("partners", "add", "Mill", "--email", "m@mill.example", "--country", "DE")
    sent = house.json(
        "send", source, "--part", "Block", "--to", partner["id"], "--consent", "--approve"
    )
    _downloaded_through_a_death(server, house, sent["link"].rpartition("#")[2])
    house.stop()
    assert drawbridge("ledger", "verify", "--data", house.data).returncode == 0


def _uploaded_through_a_death(server: S3Server, house: House, data: bytes) -> None:
    half = len(data) // 2
    status, headers, _ = _call(house, "POST", "/api/v1/uploads", {"Upload-Length": str(len(data))})
    assert status == 201
    place = urlsplit(headers["Location"]).path
    assert _appended(house, place, 0, data[:half]) == (204, half)
    server.kill()
    status, problem = _appended(house, place, half, data[half:])
    assert status == 503
    assert problem["type"] == "/problems/unavailable"
    assert not _ready(house)
    _, headers, _ = _call(house, "HEAD", place, {})
    assert int(headers["Upload-Offset"]) == half, "what was acknowledged is there, and no more"
    server.start()
    assert _appended(house, place, half, data[half:]) == (204, len(data))
    assert _ready(house)
    assert _call(house, "DELETE", place, {})[0] == 204


def _downloaded_through_a_death(server: S3Server, house: House, token: str) -> None:
    session = house.ask("POST", "/d/open", {"token": token, "accept_terms": True})[1]
    (file,) = session["files"]

    def got(start: int, stop_after: int | None = None) -> bytes:
        request = urllib.request.Request(
            house.url + file["url"],
            headers={"Authorization": f"Bearer {session['session']}", "Range": f"bytes={start}-"},
        )
        whole = b""
        with urllib.request.urlopen(request, timeout=60) as answer:
            while piece := answer.read(64 * 1024):
                whole += piece
                if stop_after is not None and len(whole) >= stop_after:
                    server.kill()
                    stop_after = None
        return whole

    first = got(0, stop_after=MIB)
    assert len(first) < file["plain_bytes"], "the end came from nowhere"
    with pytest.raises(urllib.error.HTTPError) as refused:
        got(0)
    with refused.value as answer:
        assert answer.code == 503
    server.start()
    rest = got(len(first))
    assert _sha256(first + rest) == file["sha256"]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _appended(house: House, place: str, offset: int, body: bytes) -> tuple[int, Any]:
    media = {"Content-Type": "application/offset+octet-stream"}
    status, headers, problem = _call(
        house, "PATCH", place, {"Upload-Offset": str(offset), **media}, body
    )
    return status, problem if problem is not None else int(headers["Upload-Offset"])


def _ready(house: House) -> bool:
    status, _, answer = _call(house, "GET", "/readyz", {})
    return status == 200 and bool(answer["checks"]["objects"])


def _call(
    house: House, method: str, path: str, headers: dict[str, str], body: bytes = b""
) -> tuple[int, dict[str, str], Any]:
    connection = http.client.HTTPConnection(urlsplit(house.url).netloc, timeout=60)
    sent = {"Authorization": f"Bearer {house.key}", **TUS}
    try:
        connection.request(method, path, body or None, sent | headers)
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, dict(answer.headers), json.loads(text) if text else None
    finally:
        connection.close()
