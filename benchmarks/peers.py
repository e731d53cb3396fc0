"""The named peer: nginx on a free loopback port, taking files in (dav_methods PUT) and handing
them out (sendfile), from a folder on the same disk as the gateway's data."""

import shutil
import socket
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROUNDS = 5

CONF = """
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
    root.chmod(0o755)
    www.chmod(0o777)
    port = free_port()
    (root / "nginx.conf").write_text(CONF.format(root=root, port=port))
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
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
