"""Breaks one line at a time and runs its format's tests: ``python -m tests.mutants [FORMAT…]``.

Everything happens in a copy of the tree in a temporary folder. A mutant is killed when a test
fails; one that lives shows a carrier that no test watches. Ends with 1 if any lives.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.mutants.table import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
COPIED = ("config", "redaction", "tests", "pyproject.toml")
DEADLINE_S = 600
# What pytest says by its exit code.
PASSED, FAILED = 0, 1


def main(formats: list[str]) -> int:
    chosen = [mutant for mutant in MUTANTS if not formats or mutant.format in formats]
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        for name in COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("*.pyc"))
            else:
                shutil.copy(ROOT / name, tree / name)
        # A test that fails by itself would kill every mutant.
        for tests in sorted({mutant.tests for mutant in chosen}):
            if _run(tree, tests) != PASSED:
                print(f"{' '.join(tests)} fails unbroken; nothing can be said")
                return 2
        lived = [mutant for mutant in chosen if not _killed(tree, mutant)]
    handlers = len({mutant.format for mutant in chosen})
    print(f"{len(chosen) - len(lived)} of {len(chosen)} killed, in {handlers} formats")
    return 1 if lived else 0


def broken(source: str, mutant: Mutant) -> str:
    """Return ``source`` with the mutant's line broken.

    Raises:
        ValueError: the line is not there, or more than once.
    """
    if source.count(mutant.line) != 1:
        raise ValueError(f"{mutant.path}: {mutant.line!r} stands {source.count(mutant.line)} times")
    return source.replace(mutant.line, mutant.instead)


def _killed(tree: Path, mutant: Mutant) -> bool:
    path = tree / mutant.path
    whole = path.read_text(encoding="utf-8")
    path.write_text(broken(whole, mutant), encoding="utf-8")
    began_s = time.monotonic()
    try:
        code = _run(tree, mutant.tests)
    finally:
        path.write_text(whole, encoding="utf-8")
    said = {PASSED: "LIVES", FAILED: "killed"}.get(code, f"error {code}")
    took_s = time.monotonic() - began_s
    print(f"{said:8} {mutant.format:10} {mutant.lost} ({took_s:.0f} s)", flush=True)
    return code == FAILED


def _run(tree: Path, tests: tuple[str, ...]) -> int:
    """Return pytest's exit code; what cannot even be collected is an error and kills nobody."""
    return subprocess.run(
        # What measures time fails on a busy machine, whatever is broken.
        [sys.executable, "-m", "pytest", "-qx", "-k", "not linear_time", *tests],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=DEADLINE_S,
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
