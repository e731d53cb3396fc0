"""How fast does a drawing come in, sealed and fsynced, beside nginx taking the same file plain?

Peer: nginx `dav_methods PUT` to the same disk (it does not fsync; we do). The same client code,
256 MiB of random bytes, one connection and then four at once, medians of five taken in turn.
"""

import itertools
import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.peers import PARALLEL, PIECE_BYTES, at_once, call, medians_s, nginx, ratio
from tests.journeys.house import House

SIZE_BYTES = 256 * 1024 * 1024


def main() -> None:
    with tempfile.TemporaryDirectory(
        prefix="drawbridge-bench-", dir=os.environ.get("BENCH_DIR")
    ) as name:
        root = Path(name)
        source = root / "source.bin"
        with source.open("wb") as file:
            for _ in range(SIZE_BYTES // PIECE_BYTES):
                file.write(os.urandom(PIECE_BYTES))
        house = House(data=root / "data", log=root / "serve.log").start()
        try:
            with nginx(root / "nginx") as (url, _):
                _compare(house, url, source)
        finally:
            house.stop()


def _compare(house: House, url: str, source: Path) -> None:
    numbers = itertools.count()

    def ours() -> None:
        _tus(house, source)

    def peer() -> None:
        path = f"/put-{next(numbers)}.bin"
        call(url, "PUT", path, {}, source)
        call(url, "DELETE", path, {})

    mib = SIZE_BYTES / 2**20
    ratio("upload", "nginx PUT", mib, *medians_s(ours, peer))
    both = medians_s(lambda: at_once(ours, PARALLEL), lambda: at_once(peer, PARALLEL))
    ratio(f"upload, {PARALLEL} at once", "nginx PUT", PARALLEL * mib, *both)


def _tus(house: House, source: Path) -> None:
    headers = {"Authorization": f"Bearer {house.key}", "Tus-Resumable": "1.0.0"}
    length = {"Upload-Length": str(SIZE_BYTES)}
    made = call(house.url, "POST", "/api/v1/uploads", headers | length)
    path = urlsplit(made.headers["Location"]).path
    patch = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    done = call(house.url, "PATCH", path, headers | patch, source)
    if int(done.headers["Upload-Offset"]) != SIZE_BYTES:
        raise SystemExit("the upload is not whole")
    call(house.url, "DELETE", path, headers)
