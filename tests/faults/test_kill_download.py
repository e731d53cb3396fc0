"""``kill -9`` during a download: the session goes on where it stopped (promises 2 and 10)."""

import hashlib
import json
import urllib.request
from pathlib import Path

import pytest

from tests.faults.conftest import no_process_is_left
from tests.journeys import drawings
from tests.journeys.house import House, drawbridge

pytestmark = [pytest.mark.faults, pytest.mark.timeout(180)]


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
    no_process_is_left(house)
    house.start()
    whole = first + get(len(first), None)
    assert len(whole) == file["plain_bytes"]
    assert hashlib.sha256(whole).hexdigest() == file["sha256"]
    house.stop()
    assert drawbridge("ledger", "verify", "--data", house.data).returncode == 0
