"""The auditor in docs/how-to/audit-the-ledger.md, run as it stands there."""

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.storage.ledger.logs import OTHER_SIGNER, SIGNER, event, ledger_in

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "audit-the-ledger.md"


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the documented program, a proof and its entry."""
    home = tmp_path_factory.mktemp("audit")
    [program] = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    (home / "audit.py").write_text(program)

    async def write() -> None:
        async with ledger_in(home) as ledger:
            await asyncio.gather(*(ledger.append(event(), key=str(n)) for n in range(300)))
            (home / "proof").write_text(await ledger.proof(257))
            (home / "entry").write_bytes((await ledger.entry(257)).raw)

    with asyncio.Runner() as runner:
        runner.run(write())
    return home


def audited(home: Path, vkey: str, proof: str = "proof", entry: str = "entry") -> int:
    done = subprocess.run(
        [sys.executable, home / "audit.py", vkey, home / proof, home / entry],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode or b"ok: entry 257 of 300" in done.stdout
    return done.returncode


def test_the_documented_auditor_accepts_a_proof_and_refuses_what_is_none(handed_out: Path) -> None:
    vkey = SIGNER.public.vkey
    assert audited(handed_out, vkey) == 0
    assert audited(handed_out, OTHER_SIGNER.public.vkey) != 0
    (handed_out / "other").write_bytes((handed_out / "entry").read_bytes() + b" ")
    assert audited(handed_out, vkey, entry="other") != 0
    bent = (handed_out / "proof").read_text().replace("index 257", "index 256")
    (handed_out / "bent").write_text(bent)
    assert audited(handed_out, vkey, proof="bent") != 0
