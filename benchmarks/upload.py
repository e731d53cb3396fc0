"""How fast does a drawing come in, sealed and fsynced, beside nginx taking the same file plain?

Peer: nginx `dav_methods PUT` to the same disk (it does not fsync; we do). One connection each,
the same client code, 256 MiB, medians of five.
"""

import http.client
import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.peers import median_s, nginx
from tests.journeys.house import House

SIZE_BYTES = 256 * 1024 * 1024
PIECE_BYTES = 1024 * 1024


def main() -> None:
    with tempfile.TemporaryDirectory(
        prefix="drawbridge-bench-", dir=os.environ.get("BENCH_DIR")
    ) as name:
        root = Path(name)
        source = root / "source.bin"
        _fill(source)
        house = House(data=root / "data", log=root / "serve.log").start()
        try:
            ours_s = median_s(lambda: _tus(house, source))
        finally:
            house.stop()
        with nginx(root / "nginx") as (url, _):
            peer_s = median_s(lambda: _send(url, "PUT", "/put.bin", {}, source))
    mib = SIZE_BYTES / 2**20
    print(
        f"upload: {peer_s / ours_s:.2f} x nginx PUT"
        f" ({mib / ours_s:.0f} against {mib / peer_s:.0f} MiB/s)"
    )


def _fill(path: Path) -> None:
    with path.open("wb") as file:
        for _ in range(SIZE_BYTES // PIECE_BYTES):
            file.write(os.urandom(PIECE_BYTES))


def _tus(house: House, source: Path) -> None:
    headers = {"Authorization": f"Bearer {house.key}", "Tus-Resumable": "1.0.0"}
    made = _send(
        house.url, "POST", "/api/v1/uploads", headers | {"Upload-Length": str(SIZE_BYTES)}, None
    )
    path = urlsplit(made["Location"]).path
    patch = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    done = _send(house.url, "PATCH", path, headers | patch, source)
    if int(done["Upload-Offset"]) != SIZE_BYTES:
        raise SystemExit("the upload is not whole")
    _send(house.url, "DELETE", path, headers, None)


def _send(
    url: str, method: str, path: str, headers: dict[str, str], source: Path | None
) -> dict[str, str]:
    connection = http.client.HTTPConnection(
        urlsplit(url).netloc, timeout=120, blocksize=PIECE_BYTES
    )
    length = {"Content-Length": str(source.stat().st_size if source else 0)}
    try:
        if source is None:
            connection.request(method, path, headers=headers | length)
        else:
            with source.open("rb") as body:
                connection.request(method, path, body=body, headers=headers | length)
        answer = connection.getresponse()
        answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} answered {answer.status}")
        return dict(answer.headers)
    finally:
        connection.close()
