"""A real gateway in its own process, on a free port and an empty data directory, and the real
command line to talk to it: what every journey starts from."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

START_DEADLINE_S = 60.0
COMMAND_DEADLINE_S = 240.0


def drawbridge(
    *arguments: str | Path,
    environ: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
    cwd: Path | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run one command to its end and return what it said."""
    return subprocess.run(
        [sys.executable, "-m", "gateway.cli.main", *map(str, arguments)],
        env={**os.environ, **(environ or {})},
        input=stdin,
        capture_output=True,
        timeout=COMMAND_DEADLINE_S,
        check=False,
        cwd=cwd,
    )


@dataclass
class House:
    """One gateway; start it, kill it, start it again on the same data."""

    data: Path
    log: Path
    settings: Sequence[str] = ()
    environ: Mapping[str, str] = field(default_factory=dict)
    # Off where nobody looks: getting ready to draw costs as much as the rest of most journeys.
    pictures: bool = False
    process: subprocess.Popen[bytes] | None = None
    url: str = ""
    key: str = ""

    def start(self) -> "House":
        """Start the server and wait until it is ready."""
        port = self.url.rsplit(":", 1)[-1] if self.url else "0"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "gateway.cli.main", "serve", "--data", str(self.data)),
                    *("--port", port),
                    *self.settings,
                ],
                env={
                    **os.environ,
                    "DRAWBRIDGE_PREVIEWS__ENABLED": str(self.pictures).lower(),
                    **self.environ,
                },
                stdout=log,
                stderr=log,
            )
        self._wait()
        return self

    def _wait(self) -> None:
        deadline = time.monotonic() + START_DEADLINE_S
        admin = self.data / "first-admin.json"
        while time.monotonic() < deadline:
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            if admin.exists():
                first = json.loads(admin.read_text())
                self.url, self.key = first["url"].rstrip("/"), first["api_key"]
                try:
                    with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                        if answer.status == 200:
                            return
                except OSError:
                    pass
            time.sleep(0.05)
        raise AssertionError("the gateway did not become ready:\n" + self.log.read_text()[-3000:])

    def kill(self) -> None:
        """Kill it as a power cut would: no goodbye."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)

    def stop(self) -> None:
        """Ask it to end, as an operator does."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()

    def run(self, *arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[bytes]:
        """Run a client command against this gateway as its administrator."""
        environ = {"DRAWBRIDGE_SERVER": self.url, "DRAWBRIDGE_TOKEN": self.key}
        return drawbridge(*arguments, environ={**environ, **options.pop("environ", {})}, **options)

    def json(self, *arguments: str | Path, **options: Any) -> Any:
        """Run a command that must succeed and return the JSON it printed."""
        done = self.run(*arguments, "--json", **options)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Call the API as the administrator; return status and JSON."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            text = error.read()
            return error.code, json.loads(text) if text else None
