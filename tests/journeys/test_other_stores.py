"""The whole way of a drawing with rows in PostgreSQL and objects in an S3 bucket, and what is left
in either when the database dies under an upload and a download."""

import hashlib
import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.journeys import drawings
from tests.journeys.house import House, drawbridge
from tests.services import postgres, s3
from tests.services.postgres import Postgres
from tests.services.s3 import ACCESS_KEY, SECRET_KEY, S3Server

pytestmark = [pytest.mark.service, pytest.mark.timeout(240)]

AUTHOR = "Kunigunde Beispielfrau"


@pytest.fixture
def database() -> Iterator[Postgres]:
    yield from postgres.running()


@pytest.fixture
def objects(tmp_path: Path) -> Iterator[S3Server]:
    yield from s3.running("minio", tmp_path / "objects")


@pytest.fixture
def house(database: Postgres, objects: S3Server, tmp_path: Path) -> Iterator[House]:
    objects.bucket("drawings")
    environ = {
        "DRAWBRIDGE_DATABASE_URL": database.database("rows"),
        "DRAWBRIDGE_BLOBS__KEEPER": "s3",
        "DRAWBRIDGE_BLOBS__ENDPOINT": f"127.0.0.1:{objects.port}",
        "DRAWBRIDGE_BLOBS__BUCKET": "drawings",
        "DRAWBRIDGE_BLOBS__ACCESS_KEY": ACCESS_KEY,
        "DRAWBRIDGE_BLOBS__SECRET_KEY": SECRET_KEY,
        "DRAWBRIDGE_BLOBS__SECURE": "false",
    }
    gateway = House(data=tmp_path / "data", log=tmp_path / "serve.log", environ=environ)
    try:
        yield gateway.start()
    finally:
        gateway.stop()


def test_a_drawing_goes_the_whole_way_and_survives_a_dead_database(
    house: House, database: Postgres, tmp_path: Path
) -> None:
    source = drawings.write(tmp_path, "bracket.step", drawings.step(AUTHOR))
    partner = house.json("partners", "add", "Mill", "--email", "m@mill.example", "--country", "DE")
    sent = house.json(
        "send", source, "--part", "Bracket", "--to", partner["id"], "--consent", "--approve"
    )
    assert [path.name for path in house.data.glob("*.sqlite")] == ["keys.sqlite"]
    session = house.ask("POST", "/d/open", {"token": _token(sent), "accept_terms": True})[1]
    file = next(file for file in session["files"] if file["plain_bytes"] > 500)
    assert AUTHOR.encode() not in _got(house, session, file)

    database.kill()
    assert house.ask("GET", "/api/v1/parts")[0] == 503
    status, problem = _uploaded(house, b"solid x\nendsolid x\n")
    assert (status, problem["type"]) == (503, "/problems/unavailable")
    with pytest.raises(urllib.error.HTTPError) as refused:
        _got(house, session, file)
    with refused.value as answer:
        assert answer.code == 503

    database.start()
    _ready_again(house)
    assert hashlib.sha256(_got(house, session, file)).hexdigest() == file["sha256"]
    assert house.ask("GET", f"/api/v1/parts/{sent['part']}")[1]["state"] == "released"
    assert _uploaded(house, b"solid x\nendsolid x\n")[0] == 201
    house.stop()
    verified = drawbridge("ledger", "verify", "--data", house.data, environ=house.environ)
    assert verified.returncode == 0, verified.stderr


def _ready_again(house: House) -> None:
    """Wait for the gateway to find its database again, which nobody tells it of."""
    for _ in range(100):
        if house.ask("GET", "/readyz")[0] == 200:
            return
        time.sleep(0.3)
    pytest.fail("the gateway did not recover by itself")


def _token(sent: Any) -> str:
    return str(sent["link"].rpartition("#")[2])


def _got(house: House, session: Any, file: Any) -> bytes:
    request = urllib.request.Request(
        house.url + file["url"], headers={"Authorization": f"Bearer {session['session']}"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return bytes(answer.read())


def _uploaded(house: House, body: bytes) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(urlsplit(house.url).netloc, timeout=60)
    headers = {
        "Authorization": f"Bearer {house.key}",
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(len(body)),
    }
    try:
        connection.request("POST", "/api/v1/uploads", None, headers)
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else None
    finally:
        connection.close()
