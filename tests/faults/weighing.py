"""The memory of a running gateway, weighed while something is done to it; uploads made of air."""

import http.client
import re
import threading
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from tests.journeys.house import House

MIB = 1024 * 1024
PIECE = bytes(range(256)) * (MIB // 256)


class Scales:
    """Weighs a gateway's process again and again until the block ends."""

    def __init__(self, house: House) -> None:
        assert house.process is not None
        self._status = Path(f"/proc/{house.process.pid}/status")
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._first_bytes = self._peak_bytes = self._resident_bytes()

    def __enter__(self) -> "Scales":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    @property
    def grown_bytes(self) -> int:
        """By how much it was heavier than at the beginning, at most."""
        return self._peak_bytes - self._first_bytes

    def weigh(self) -> None:
        """Weigh it once more, now."""
        self._peak_bytes = max(self._peak_bytes, self._resident_bytes())

    def _watch(self) -> None:
        while not self._over.wait(0.05):
            self.weigh()

    def _resident_bytes(self) -> int:
        found = re.search(r"^VmRSS:\s*(\d+) kB", self._status.read_text(), re.MULTILINE)
        assert found is not None
        return int(found[1]) * 1024


def put(house: House, size_bytes: int) -> str:
    """Upload so many bytes, made on the way, in one PATCH; return the upload's path."""
    tus = {"Authorization": f"Bearer {house.key}", "Tus-Resumable": "1.0.0"}
    connection = http.client.HTTPConnection(urlsplit(house.url).netloc, timeout=120)
    try:
        connection.request(
            "POST", "/api/v1/uploads", headers=tus | {"Upload-Length": str(size_bytes)}
        )
        made = connection.getresponse()
        made.read()
        assert made.status == 201
        path = urlsplit(made.headers["Location"]).path
        about = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        body = (PIECE for _ in range(size_bytes // MIB))
        length = {"Content-Length": str(size_bytes)}
        connection.request("PATCH", path, body=body, headers=tus | about | length)
        done = connection.getresponse()
        done.read()
        assert int(done.headers["Upload-Offset"]) == size_bytes
    finally:
        connection.close()
    return path
