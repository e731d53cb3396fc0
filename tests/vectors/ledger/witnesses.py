"""Another's witness and another's reader of cosignatures: programs that tests/services/install
builds from tests/vectors/ledger/gowitness."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

BUILT = Path(__file__).parents[3] / "build" / "ledger"
CHECK_S = 60.0


def program(name: str) -> Path:
    """Return a built program, or skip loudly."""
    if not (BUILT / name).exists():
        pytest.skip(f"there is no {name} here: run tests/services/install")
    return BUILT / name


@dataclass(frozen=True)
class GoWitness:
    """A running witness of transparency-dev."""

    url: str
    vkeys: tuple[str, str]

    def lines(self, name: str = "go") -> str:
        """Its lines in a policy; it signs with two keys."""
        ed25519, mldsa = self.vkeys
        return f"witness {name}-ed {ed25519} {self.url}\nwitness {name}-ml {mldsa} {self.url}\n"


@contextmanager
def go_witness(vkey: str) -> Iterator[GoWitness]:
    """Run one for the log of ``vkey``; it ends with its input."""
    running = subprocess.Popen(
        [program("gowitness"), vkey], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert running.stdout is not None
        url, *vkeys = (running.stdout.readline().strip() for _ in range(3))
        yield GoWitness(url, (vkeys[0], vkeys[1]))
    finally:
        running.communicate(timeout=CHECK_S)


def cosigcheck(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Let the formats library of transparency-dev judge."""
    return subprocess.run(
        [program("cosigcheck"), *arguments],
        capture_output=True,
        text=True,
        timeout=CHECK_S,
        check=False,
    )
