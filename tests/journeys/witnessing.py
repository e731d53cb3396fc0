"""Our own witness in a process of its own, and a gateway that asks it: for the journeys."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.journeys.house import House, drawbridge

DEADLINE_S = 60.0
PUBLISH_S = "0.3"


@dataclass
class WitnessHouse:
    """One witness; stop it, start it again on the same directory and port."""

    state: Path
    log: Path
    logs: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "WitnessHouse":
        """Start it and wait until it listens."""
        arguments = ["--state", self.state, "--name", "witness.example/w1", "--logs", self.logs]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "gateway.cli.main", "witness", "serve"),
                    *map(str, (*arguments, "--port", self.port)),
                ],
                env={**os.environ, "COLUMNS": "200"},
                stdout=log,
                stderr=log,
            )
        until(lambda: b"is up at" in self.log.read_bytes())
        found = re.findall(rb"http://127\.0\.0\.1:(\d+)/", self.log.read_bytes())
        self.port = int(found[-1])
        return self

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)

    def lines(self) -> str:
        """Its lines in a policy, as the command prints them."""
        done = drawbridge("witness", "keys", "--state", self.state, "--url", self.url)
        assert done.returncode == 0, done.stderr
        return done.stdout.decode()


@contextmanager
def witness(home: Path, logs: Path) -> Iterator[WitnessHouse]:
    running = WitnessHouse(home / "witness", home / "witness.log", logs).start()
    try:
        yield running
    finally:
        running.stop()


def gateway(home: Path, policy: Path | None = None, **settings: str) -> House:
    """Return a gateway that publishes fast, and asks the witnesses of ``policy``."""
    environ = {"DRAWBRIDGE_LEDGER__PUBLISH_EVERY_S": PUBLISH_S, **settings}
    if policy is not None:
        environ["DRAWBRIDGE_LEDGER__WITNESSES__POLICY_FILE"] = str(policy)
        environ["DRAWBRIDGE_LEDGER__WITNESSES__DEADLINE_S"] = "3"
    house = House(home / "data", home / "serve.log", environ=environ)
    first = home / "data" / "first-admin.json"
    if first.exists():  # it listens where it was listening when it began
        house.url = json.loads(first.read_text())["url"].rstrip("/")
    return house


def until(holds: Callable[[], bool], deadline_s: float = DEADLINE_S) -> None:
    """Wait until something holds; fail when it does not in time."""
    end = time.monotonic() + deadline_s
    while not holds():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


def served(house: House, path: str) -> bytes:
    """Return a public file of the log, empty while there is none."""
    try:
        with urllib.request.urlopen(f"{house.url}/ledger/{path}", timeout=10) as answer:
            content: bytes = answer.read()
            return content
    except OSError:
        return b""


def ledger_signers(note: bytes) -> Sequence[str]:
    """Return the names on a note's signature lines."""
    return [line.split(" ")[1] for line in note.decode().split("\n") if line.startswith("— ")]
