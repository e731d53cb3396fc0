"""Fixtures of the faults: a house of one's own, and what must be true after every kill."""

import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.house import House

MARK = "HOUSE_OF_A_TEST"
GONE_S = 10.0


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Yield a running gateway whose processes can be told from all others."""
    environ = {MARK: secrets.token_hex(16)}
    running = House(data=tmp_path / "data", log=tmp_path / "serve.log", environ=environ).start()
    try:
        yield running
    finally:
        running.stop()


def no_process_is_left(house: House) -> None:
    """Return once no process of the killed house runs: neither zygote nor worker outlives it."""
    mark = f"{MARK}={house.environ[MARK]}".encode()
    deadline = time.monotonic() + GONE_S
    while left := [pid for pid in Path("/proc").glob("[0-9]*") if mark in _environ(pid)]:
        assert time.monotonic() < deadline, f"{len(left)} processes outlived their gateway"
        time.sleep(0.02)


def _environ(pid: Path) -> bytes:
    try:
        return (pid / "environ").read_bytes()
    except OSError:
        return b""
