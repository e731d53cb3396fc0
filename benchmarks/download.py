"""How fast does a drawing leave, decrypted on the fly through the one gate and logged before
its first byte, beside nginx `sendfile` of the same file plain?

One connection each, the same client code, a 200 MB STL (cleaned by the gateway itself), medians
of five.
"""

import http.client
import json
import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.peers import median_s, nginx
from tests.journeys import drawings
from tests.journeys.house import House

TRIANGLES = 4_000_000
PIECE_BYTES = 1024 * 1024


def main() -> None:
    with tempfile.TemporaryDirectory(
        prefix="drawbridge-bench-", dir=os.environ.get("BENCH_DIR")
    ) as name:
        root = Path(name)
        source = drawings.write(root, "large.stl", drawings.stl("nobody", triangles=TRIANGLES))
        size = source.stat().st_size
        house = House(data=root / "data", log=root / "serve.log").start()
        try:
            path, headers = _session(house, source)
            ours_s = median_s(lambda: _get(house.url, path, headers, size))
        finally:
            house.stop()
        with nginx(root / "nginx") as (url, www):
            (www / "large.stl").write_bytes(source.read_bytes())
            peer_s = median_s(lambda: _get(url, "/large.stl", {}, size))
    mib = size / 2**20
    print(
        f"download: {peer_s / ours_s:.2f} x nginx sendfile"
        f" ({mib / ours_s:.0f} against {mib / peer_s:.0f} MiB/s)"
    )


def _session(house: House, source: Path) -> tuple[str, dict[str, str]]:
    partner = house.json("partners", "add", "Mill", "--email", "m@mill.example", "--country", "DE")
    sent = house.json(
        "send", source, "--part", "Large", "--to", partner["id"], "--consent", "--approve"
    )
    body = {"token": sent["link"].rpartition("#")[2], "accept_terms": True}
    connection = http.client.HTTPConnection(urlsplit(house.url).netloc, timeout=60)
    connection.request("POST", "/d/open", json.dumps(body), {"Content-Type": "application/json"})
    session = json.load(connection.getresponse())
    connection.close()
    return session["files"][0]["url"], {"Authorization": f"Bearer {session['session']}"}


def _get(url: str, path: str, headers: dict[str, str], size: int) -> None:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        buffer = bytearray(PIECE_BYTES)
        got = 0
        while count := answer.readinto(buffer):
            got += count
        if answer.status != 200 or got != size:
            raise SystemExit(f"GET answered {answer.status} with {got} of {size} bytes")
    finally:
        connection.close()
