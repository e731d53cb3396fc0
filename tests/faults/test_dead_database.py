"""A database that is damaged, is none, or stands without its key: the start says so and stops.

Nothing is repaired by force: what is in the data directory stays as it was.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.house import House, drawbridge

pytestmark = [pytest.mark.faults, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data directory that a gateway made and left."""
    root = tmp_path_factory.mktemp("house")
    House(data=root / "data", log=root / "serve.log").start().stop()
    return root / "data"


def _garbage(path: Path) -> None:
    path.write_bytes(b"this is no database at all\n" * 400)
    for log in (path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        log.unlink(missing_ok=True)


def _open_to_all(path: Path) -> None:
    path.chmod(0o644)


def _another(path: Path) -> None:
    path.write_bytes(bytes(range(len(path.read_bytes()) % 256)).ljust(path.stat().st_size, b"\7"))


@pytest.mark.parametrize(
    ("name", "damage", "sentence"),
    [
        ("rows.sqlite", _garbage, "database"),
        ("keys.sqlite", _garbage, "database"),
        ("ledger.sqlite", _garbage, "log of transfers"),
        ("ledger.sqlite", Path.unlink, "log of transfers"),
        ("root.key", _open_to_all, "readable by others"),
        ("root.key", _another, "Bring back the right one"),
        ("ledger.key", _open_to_all, "readable by others"),
    ],
)
def test_the_start_says_what_is_broken_and_changes_nothing(
    stopped: Path, tmp_path: Path, name: str, damage: Callable[[Path], None], sentence: str
) -> None:
    data = tmp_path / "data"
    data.mkdir(0o700)
    for path in stopped.iterdir():
        if path.is_file():
            (data / path.name).write_bytes(path.read_bytes())
            (data / path.name).chmod(0o600)
    damage(data / name)
    before = {path.name: path.read_bytes() for path in data.iterdir() if path.is_file()}

    done = drawbridge("serve", "--data", data, "--port", "0")

    said = done.stderr.decode()
    assert done.returncode == 1, said
    assert sentence in said.replace("\n", " ")
    assert "Something went wrong" not in said
    assert "Traceback" not in said
    assert str(tmp_path) not in said
    for kept in (name, "root.key", "ledger.key", "index.key"):
        if kept in before:
            assert (data / kept).read_bytes() == before[kept]
