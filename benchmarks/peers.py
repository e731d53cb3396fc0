"""The named peer: nginx on a free loopback port, taking files in (dav_methods PUT) and handing
them out (sendfile), from a folder on the same disk as the gateway's data."""

import http.client
import os
import shutil
import socket
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from grp import getgrgid
from pathlib import Path
from pwd import getpwuid
from typing import NamedTuple
from urllib.parse import urlsplit

ROUNDS = 5
PARALLEL = 4
PIECE_BYTES = 1024 * 1024

CONF = """
user {user} {group};
daemon off;
worker_processes 1;
error_log stderr crit;
pid {root}/nginx.pid;
events {{ worker_connections 64; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  client_max_body_size 0;
  client_body_temp_path {root}/body;
  proxy_temp_path {root}/proxy;
  fastcgi_temp_path {root}/fastcgi;
  uwsgi_temp_path {root}/uwsgi;
  scgi_temp_path {root}/scgi;
  server {{
    listen 127.0.0.1:{port};
    root {root}/www;
    location / {{ dav_methods PUT DELETE; }}
  }}
}}
"""


class Answer(NamedTuple):
    """What came back: headers, and how long the body was."""

    headers: dict[str, str]
    body_bytes: int


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def nginx(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield nginx's address and its folder; it stops when the block ends."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if program is None:
        raise SystemExit("nginx is not installed: run tests/services/install")
    www = root / "www"
    www.mkdir(parents=True)
    port = free_port()
    names = {"user": getpwuid(os.getuid()).pw_name, "group": getgrgid(os.getgid()).gr_name}
    (root / "nginx.conf").write_text(CONF.format(root=root, port=port, **names))
    process = subprocess.Popen([program, "-c", str(root / "nginx.conf"), "-p", str(root)])
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}", www
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("nginx did not start")


def median_s(action: Callable[[], object]) -> float:
    """Return the median of five timed runs, after one that warms up."""
    action()
    return statistics.median(_timed_s(action) for _ in range(ROUNDS))


def medians_s(ours: Callable[[], object], peer: Callable[[], object]) -> tuple[float, float]:
    """Return the medians of five runs of each, taken in turn: what else the machine does in the
    meantime slows both."""
    ours(), peer()
    pairs = [(_timed_s(ours), _timed_s(peer)) for _ in range(ROUNDS)]
    return statistics.median(p[0] for p in pairs), statistics.median(p[1] for p in pairs)


def at_once(action: Callable[[], object], count: int) -> None:
    """Do ``action`` ``count`` times in as many threads, and return when all are done."""
    with ThreadPoolExecutor(count) as threads:
        for done in [threads.submit(action) for _ in range(count)]:
            done.result()


def ratio(question: str, peer: str, mib: float, ours_s: float, peer_s: float) -> None:
    """Print one answer."""
    print(
        f"{question}: {peer_s / ours_s:.2f} x {peer}"
        f" ({mib / ours_s:.0f} against {mib / peer_s:.0f} MiB/s)",
        flush=True,
    )


def call(
    url: str, method: str, path: str, headers: dict[str, str], source: Path | None = None
) -> Answer:
    """Send a request, its body from a file by sendfile, and return its answer, read to the end
    into one small buffer: the client takes as little of the machine as it can."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)
    try:
        connection.putrequest(method, path)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(source.stat().st_size if source else 0))
        connection.endheaders()
        if source is not None:
            with source.open("rb") as body:
                connection.sock.sendfile(body)
        answer = connection.getresponse()
        buffer, got = bytearray(PIECE_BYTES), 0
        while count := answer.readinto(buffer):
            got += count
        if answer.status >= 300:
            raise SystemExit(f"{method} answered {answer.status}")
        return Answer(dict(answer.headers), got)
    finally:
        connection.close()


def _timed_s(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
