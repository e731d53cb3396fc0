"""Fixtures of the journeys: a running house, and drawings made for the occasion."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.house import House


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Yield a running gateway on an empty data directory."""
    running = House(data=tmp_path / "data", log=tmp_path / "serve.log").start()
    try:
        yield running
    finally:
        running.stop()
