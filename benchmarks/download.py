"""How fast does a drawing leave, decrypted on the fly through the one gate and logged before
its first byte, beside nginx `sendfile` of the same file plain?

A 200 MB STL (cleaned by the gateway itself), the same client code, one connection and then four
at once, medians of five taken in turn.
"""

import json
import os
import shutil
import tempfile
import urllib.request
from pathlib import Path

from benchmarks.peers import PARALLEL, at_once, call, medians_s, nginx, ratio
from tests.journeys import drawings
from tests.journeys.house import House

TRIANGLES = 4_200_000


def main() -> None:
    with tempfile.TemporaryDirectory(
        prefix="drawbridge-bench-", dir=os.environ.get("BENCH_DIR")
    ) as name:
        root = Path(name)
        source = drawings.write(root, "large.stl", drawings.stl("nobody", triangles=TRIANGLES))
        house = House(data=root / "data", log=root / "serve.log").start()
        try:
            with nginx(root / "nginx") as (url, www):
                shutil.copyfile(source, www / "large.stl")
                _compare(house, url, source)
        finally:
            house.stop()


def _compare(house: House, url: str, source: Path) -> None:
    path, headers = _session(house, source)
    size = source.stat().st_size

    def ours() -> None:
        _get(house.url, path, headers, size)

    def peer() -> None:
        _get(url, "/large.stl", {}, size)

    mib = size / 2**20
    ratio("download", "nginx sendfile", mib, *medians_s(ours, peer))
    both = medians_s(lambda: at_once(ours, PARALLEL), lambda: at_once(peer, PARALLEL))
    ratio(f"download, {PARALLEL} at once", "nginx sendfile", PARALLEL * mib, *both)


def _session(house: House, source: Path) -> tuple[str, dict[str, str]]:
    partner = house.json("partners", "add", "Mill", "--email", "m@mill.example", "--country", "DE")
    sent = house.json(
        "send", source, "--part", "Large", "--to", partner["id"], "--consent", "--approve"
    )
    request = urllib.request.Request(
        f"{house.url}/d/open",
        data=json.dumps({"token": sent["link"].rpartition("#")[2], "accept_terms": True}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        session = json.load(answer)
    return session["files"][0]["url"], {"Authorization": f"Bearer {session['session']}"}


def _get(url: str, path: str, headers: dict[str, str], size: int) -> None:
    if (got := call(url, "GET", path, headers).body_bytes) != size:
        raise SystemExit(f"GET brought {got} of {size} bytes")
