"""A real PostgreSQL server on a free loopback port, in a folder of its own.

From Debian's package (tests/services/install). Where it is not, its tests skip, and in CI a skip is
a failure. PostgreSQL does not run as root; root runs it as the user the package made.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from tests.services.s3 import free_port

USER: Final = "drawbridge"
_READY_S: Final = 60.0
_QUIET: Final = (
    "unix_socket_directories=",
    "listen_addresses=127.0.0.1",
    "max_connections=60",
    "shared_buffers=32MB",
)


@dataclass(slots=True)
class Postgres:
    """One server: start it, kill it, start it again on the same port and the same folder."""

    folder: Path
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Postgres":
        programs = _programs()
        data = self.folder / "data"
        if not data.exists():
            _run(programs / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "-N")
        settings = [word for setting in _QUIET for word in ("-c", setting)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*_as_nobody(), programs / "postgres", "-D", data, "-p", str(self.port), *settings],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
            )
        self._wait(programs)
        return self

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is None:
            return
        first = (self.folder / "data/postmaster.pid").read_text().split("\n", 1)[0]
        # The group: the server, and whatever serves its connections.
        os.killpg(os.getpgid(int(first)), 9)
        self._process.wait()
        self._process = None
        while _answers(self.port):
            time.sleep(0.02)

    def database(self, name: str) -> str:
        """Return the URL of a new, empty database."""
        programs = _programs()
        _run(programs / "createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", USER, name)
        return f"postgresql+asyncpg://{USER}@127.0.0.1:{self.port}/{name}"

    def _wait(self, programs: Path) -> None:
        until = time.monotonic() + _READY_S
        ready = [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(ready, check=False).returncode != 0:
            assert self._process is not None
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError((self.folder / "log").read_text()[-2000:])
            time.sleep(0.05)


def running() -> Iterator[Postgres]:
    """Yield a running server, and leave nothing of it."""
    # Not below pytest's folders: those are closed to the user who runs the server.
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    if os.geteuid() == 0:
        _programs()
        shutil.chown(folder, "postgres")
    server = Postgres(folder)
    try:
        yield server.start()
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    if not found:
        pytest.skip("PostgreSQL is not installed: run tests/services/install")
    return found[-1].parent


def _version(program: Path) -> int:
    return int(program.parts[-3])


def _as_nobody() -> list[str]:
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] * (
        os.geteuid() == 0
    )


def _run(*words: str | Path) -> None:
    done = subprocess.run([*_as_nobody(), *words], capture_output=True, check=False, cwd="/")
    assert done.returncode == 0, done.stderr.decode()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
