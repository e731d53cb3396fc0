"""Somebody sees what the partner will get before they approve it: real drawings, real walls."""

import io
import sqlite3
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from redaction.preview.plain_png import checked
from tests.journeys import drawings
from tests.journeys.house import House, drawbridge

AUTHOR = "Wilhelmina Zauberfluss"
DRAWN_WITHIN_S = 120.0
QUERY = "SELECT object FROM picture WHERE object IS NOT NULL"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    running = House(data=tmp_path / "data", log=tmp_path / "serve.log", pictures=True).start()
    try:
        yield running
    finally:
        running.stop()


def _pictures(house: House, part: str) -> list[dict[str, Any]]:
    deadline = time.monotonic() + DRAWN_WITHIN_S
    while time.monotonic() < deadline:
        status, told = house.ask("GET", f"/api/v1/parts/{part}/pictures")
        assert status == 200, told
        found: list[dict[str, Any]] = told["pictures"]
        if not any(one["waiting"] for one in found):
            return found
        time.sleep(0.3)
    raise AssertionError("the pictures were not drawn in time")


def _bytes(house: House, path: str) -> bytes:
    request = urllib.request.Request(
        house.url + path, headers={"Authorization": f"Bearer {house.key}"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return bytes(answer.read())


def _stored(house: House) -> set[bytes]:
    with sqlite3.connect(house.data / "rows.sqlite") as rows:
        found = {row[0].encode() for row in rows.execute(QUERY)}
    rows.close()
    return found


def test_before_and_after_are_shown_until_the_original_dies(house: House, tmp_path: Path) -> None:
    desk = tmp_path / "desk"
    files = [
        drawings.write(desk, "bracket.pdf", drawings.pdf(AUTHOR)),
        drawings.write(desk, "plate.dxf", drawings.dxf(AUTHOR)),
        drawings.write(desk, "photo.jpg", drawings.jpeg(AUTHOR)),
        drawings.write(desk, "notes.txt", b"Ask w.zauberfluss@customer.example"),
    ]
    sent = house.json("send", *files, "--part", "Bracket", "--description", "Ten")
    part = str(sent["part"])
    *drawn, words = _pictures(house, part)
    for one in drawn:
        assert one["identical"] is True, one
        assert one["measures"]
        assert all(row["before"] == row["after"] for row in one["measures"])
        for side in ("before", "after"):
            png = _bytes(house, one[side]["url"])
            assert checked(png) == (one[side]["width"], one[side]["height"])
            with Image.open(io.BytesIO(png)) as picture:
                assert picture.getextrema() != ((255, 255), (255, 255), (255, 255))
    assert words["after"]["reason"]["code"] == "no-picture"
    # On disk they are sealed: not even a PNG's first bytes are there.
    for blob in (house.data / "blobs").rglob("*"):
        assert not blob.is_file() or b"\x89PNG" not in blob.read_bytes()

    held = _stored(house)
    status, _ = house.ask("POST", f"/api/v1/parts/{part}/approve")
    assert status == 200
    after = _pictures(house, part)
    assert all(one["before"] is None for one in after)
    gone = held - _stored(house)
    assert len(gone) == len(drawn)
    left = {path.name.encode() for path in (house.data / "blobs").rglob("*")}
    assert not gone & left
    assert all(_bytes(house, one["after"]["url"]) for one in after[:-1])
    house.kill()
    house.start()
    assert _bytes(house, after[0]["after"]["url"])


def test_a_picture_from_the_command_line_needs_no_server(tmp_path: Path) -> None:
    source = drawings.write(tmp_path, "plate.dxf", drawings.dxf(AUTHOR))
    clean, picture = tmp_path / "clean.dxf", tmp_path / "plate.png"
    assert drawbridge("scrub", source, "-o", clean).returncode == 0
    done = drawbridge("preview", source, "-o", picture, "--against", clean, "--json")
    assert done.returncode == 0, done.stderr.decode()
    assert b'"entities"' in done.stdout
    assert max(checked(picture.read_bytes())) <= 1600

    words = drawings.write(tmp_path, "words.txt", b"Ten pieces")
    done = drawbridge("preview", words, "-o", tmp_path / "words.png")
    assert done.returncode == 3
    assert b"no-picture" in done.stderr
    assert not (tmp_path / "words.png").exists()
