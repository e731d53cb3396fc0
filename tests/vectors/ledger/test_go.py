"""Code that nobody here wrote verifies what Drawbridge publishes: Go's sumdb/note and sumdb/tlog,
and Tessera's fsck. tests/services/install builds both programs from tests/vectors/ledger/go."""

import asyncio
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from storage.ledger.database import reading
from storage.ledger.publishing import publish
from tests.unit.storage.ledger.logs import SIGNER, event, ledger_in

SOURCES = Path(__file__).parent / "go"
BUILT = Path(__file__).parents[3] / "build" / "ledger"
SIZES = (0, 1, 2, 255, 256, 257, 513)
BUILD_S = 240.0
CHECK_S = 60.0

pytestmark = [pytest.mark.service, pytest.mark.timeout(300)]


@pytest.fixture(scope="session")
def programs() -> Path:
    """Return the folder of both programs; built here when they are not yet and Go is there."""
    if not (BUILT / "ledgercheck").exists() or not (BUILT / "fsck").exists():
        search = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/go/bin"])
        go = shutil.which("go", path=search)
        if go is None:
            pytest.skip("there is no Go here: run tests/services/install")
        built = subprocess.run(
            [go, "build", "-o", f"{BUILT}/", "./..."],
            cwd=SOURCES,
            capture_output=True,
            timeout=BUILD_S,
            check=False,
        )
        if built.returncode != 0:
            pytest.skip("the Go programs cannot be built here: run tests/services/install")
    return BUILT


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of published logs, by their sizes; each is the last one grown."""
    home = tmp_path_factory.mktemp("logs")

    async def write() -> None:
        async with ledger_in(home) as ledger:
            written = 0
            for size in SIZES:
                await asyncio.gather(
                    *(ledger.append(event(), key=str(number)) for number in range(written, size))
                )
                written = size
                if size:
                    proof = await ledger.proof(size - 1)
                    (home / f"{size}.tlog-proof").write_text(proof)
                    (home / f"{size}.entry").write_bytes((await ledger.entry(size - 1)).raw)
                with reading(ledger.path) as database:
                    publish(database, home / str(size))

    with asyncio.Runner() as runner:
        runner.run(write())
    return home


def run(program: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program, *arguments], capture_output=True, text=True, timeout=CHECK_S, check=False
    )


@pytest.mark.parametrize("size", SIZES)
def test_go_reads_every_entry_out_of_our_tiles(programs: Path, logs: Path, size: int) -> None:
    done = run(programs / "ledgercheck", "log", logs / str(size))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"ok {size} entries")


@pytest.mark.parametrize("size", [size for size in SIZES if size])
def test_tessera_finds_nothing_wrong(programs: Path, logs: Path, size: int) -> None:
    done = run(programs / "fsck", logs / str(size))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "ok\n"


@pytest.mark.parametrize("size", [size for size in SIZES if size])
def test_go_checks_our_proofs(programs: Path, logs: Path, size: int) -> None:
    proof, entry = logs / f"{size}.tlog-proof", logs / f"{size}.entry"
    done = run(programs / "ledgercheck", "proof", SIGNER.public.vkey, proof, entry)
    assert done.stdout == f"ok entry {size - 1} of {size}\n", done.stderr


def test_go_agrees_that_a_log_grew_and_that_another_did_not(programs: Path, logs: Path) -> None:
    for old, new in ((1, 2), (2, 257), (255, 256), (256, 513)):
        checkpoint = logs / str(old) / "checkpoint"
        done = run(programs / "ledgercheck", "grown", checkpoint, logs / str(new))
        assert done.stdout == f"ok {old} grew to {new}\n", done.stderr
    shrunk = run(programs / "ledgercheck", "grown", logs / "257" / "checkpoint", logs / "2")
    assert shrunk.returncode == 1


@pytest.mark.parametrize(
    "path", ["checkpoint", "tile/0/001.p/1", "tile/1/000.p/1", "tile/entries/000"]
)
def test_both_find_a_changed_byte(programs: Path, logs: Path, tmp_path: Path, path: str) -> None:
    """A verifier that accepts everything would pass every other test here."""
    copy = tmp_path / "log"
    shutil.copytree(logs / "257", copy)
    content = bytearray((copy / path).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / path).write_bytes(content)
    assert run(programs / "ledgercheck", "log", copy).returncode == 1
    assert run(programs / "fsck", copy).returncode == 1
