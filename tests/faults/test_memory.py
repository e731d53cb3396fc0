"""How much a gateway grows while it is made to carry much.

The sizes are scaled so that the test stays short: a process that held even a tenth of an upload
would outgrow the bound here already.
"""

import http.client
import json
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.faults.weighing import Scales, put
from tests.journeys import drawings
from tests.journeys.house import House

pytestmark = [pytest.mark.faults, pytest.mark.timeout(240)]

MIB = 1024 * 1024
UPLOAD_BYTES = 384 * MIB
UPLOAD_GROWTH_BYTES = 32 * MIB
DOWNLOADS = 200
DOWNLOAD_GROWTH_BYTES = 3 * MIB


def test_a_long_upload_grows_the_gateway_by_less_than_32_mib(house: House) -> None:
    put(house, 80 * MIB)  # the buffers of a first upload stay, and serve the others
    with Scales(house) as scales:
        put(house, UPLOAD_BYTES)
    assert scales.grown_bytes < UPLOAD_GROWTH_BYTES


def test_two_hundred_slow_downloads_grow_the_gateway_by_less_than_3_mib_each(
    house: House, tmp_path: Path
) -> None:
    source = drawings.write(tmp_path, "big.stl", drawings.stl("Kunigunde", triangles=400_000))
    path, headers = _session(house, source)
    with ExitStack() as open_ones:
        scales = open_ones.enter_context(Scales(house))
        for _ in range(DOWNLOADS):
            connection = http.client.HTTPConnection(urlsplit(house.url).netloc, timeout=60)
            open_ones.callback(connection.close)
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            # The client takes the beginning, and then stops reading.
            assert answer.status == 200
            assert len(answer.read(64 * 1024)) == 64 * 1024
        scales.weigh()
    assert scales.grown_bytes < DOWNLOADS * DOWNLOAD_GROWTH_BYTES


def _session(house: House, source: Path) -> tuple[str, dict[str, str]]:
    partner = house.json("partners", "add", "Mill", "--email", "m@mill.example", "--country", "DE")
    sent = house.json(
        "send", source, "--part", "Block", "--to", partner["id"], "--consent", "--approve"
    )
    opened = urllib.request.Request(
        f"{house.url}/d/open",
        data=json.dumps({"token": sent["link"].rpartition("#")[2], "accept_terms": True}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(opened, timeout=30) as answer:
        session = json.load(answer)
    return session["files"][0]["url"], {"Authorization": f"Bearer {session['session']}"}
