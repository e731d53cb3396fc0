"""Real S3 servers that nobody here wrote, on free loopback ports, each with a folder of its own.

``tests/services/install`` builds them from their published sources into build/s3/. Where one is
not, its tests skip, and in CI a skip is a failure.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
from minio import Minio

from storage.blobs.s3_client import Bucket

BUILT: Final = Path(__file__).parents[2] / "build/s3"
ACCESS_KEY: Final = "drawbridge-test"
SECRET_KEY: Final = "no-secret-of-anybody"
_READY_S: Final = 60.0


@dataclass(slots=True)
class S3Server:
    """One server: start it, kill it, start it again on the same port and the same folder."""

    program: str
    folder: Path
    port: int = field(default_factory=lambda: free_port())
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> "S3Server":
        program = BUILT / self.program
        if not program.exists():
            pytest.skip(f"{self.program} is not built: run tests/services/install")
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder.parent / f"{self.program}.log").open("ab") as log:
            self._process = subprocess.Popen(
                [program, *_ARGUMENTS[self.program](self)],
                env={"PATH": os.defpath, "HOME": str(self.folder.parent), **_CREDENTIALS},
                stdout=log,
                stderr=log,
            )
        self._wait()
        return self

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def bucket(self, name: str, prefix: str = "") -> Bucket:
        """Return an empty bucket, made on the server."""
        client = self._client()
        if not client.bucket_exists(name):
            client.make_bucket(name)
        return Bucket(f"127.0.0.1:{self.port}", name, ACCESS_KEY, SECRET_KEY, prefix, secure=False)

    def _client(self) -> Minio:
        return Minio(
            f"127.0.0.1:{self.port}",
            access_key=ACCESS_KEY,
            secret_key=SECRET_KEY,
            secure=False,
            region="us-east-1",
        )

    def _wait(self) -> None:
        until = time.monotonic() + _READY_S
        while time.monotonic() < until:
            assert self._process is not None
            if self._process.poll() is not None:
                raise RuntimeError(f"{self.program} ended with {self._process.returncode}")
            with contextlib.suppress(Exception), socket.create_connection(("127.0.0.1", self.port)):
                self._client().bucket_exists("is-it-up")
                return
            time.sleep(0.1)
        raise TimeoutError(self.program)


def running(program: str, folder: Path) -> Iterator[S3Server]:
    """Yield a running server, and leave nothing of it."""
    server = S3Server(program, folder)
    try:
        yield server.start()
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


_CREDENTIALS: Final = {
    "MINIO_ROOT_USER": ACCESS_KEY,
    "MINIO_ROOT_PASSWORD": SECRET_KEY,
    "MINIO_BROWSER": "off",
    "MINIO_UPDATE": "off",
    "ROOT_ACCESS_KEY": ACCESS_KEY,
    "ROOT_SECRET_KEY": SECRET_KEY,
}


def _minio(server: S3Server) -> list[str]:
    return ["server", "--quiet", "--address", f"127.0.0.1:{server.port}", str(server.folder)]


def _versitygw(server: S3Server) -> list[str]:
    # Metadata in a folder beside the objects: not every file system has extended attributes.
    sidecar = server.folder.with_name(f"meta-of-{server.folder.name}")
    sidecar.mkdir(exist_ok=True)
    address = f"127.0.0.1:{server.port}"
    return ["--port", address, "posix", "--sidecar", str(sidecar), str(server.folder)]


_ARGUMENTS: Final = {"minio": _minio, "versitygw": _versitygw}
SERVERS: Final = tuple(_ARGUMENTS)
