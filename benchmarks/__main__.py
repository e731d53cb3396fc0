"""Runs every benchmark and prints its ratios: `make bench`, or `python -m benchmarks NAME…`.

Each module's ``main`` prints lines `question: answer`. A run of all of them is written into
benchmarks/README.md, between its markers.
"""

import contextlib
import importlib
import io
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

QUESTIONS = (
    "upload",
    "download",
    "sealing",
    "scrub_step",
    "scrub_dxf",
    "scrub_files",
    "ledger",
    "ledger_appends",
)
README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- measured -->\n", "<!-- /measured -->"


class _Tee(io.StringIO):
    """Keeps what is printed, and prints it."""

    def __init__(self, shown: TextIO) -> None:
        super().__init__()
        self._shown = shown

    def write(self, text: str) -> int:
        self._shown.write(text)
        self._shown.flush()
        return super().write(text)


def main() -> None:
    names = sys.argv[1:] or QUESTIONS
    with contextlib.redirect_stdout(_Tee(sys.stdout)) as said:
        for name in names:
            importlib.import_module(f"benchmarks.{name}").main()
    if not sys.argv[1:]:
        _write(said.getvalue().splitlines())


def _write(lines: list[str]) -> None:
    rows = [line.partition(": ") for line in lines if ": " in line]
    table = ["| question | answer |", "|---|---|", *(f"| {q} | {a} |" for q, _, a in rows)]
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    measured = "\n".join(["", _machine(), "", *table, ""])
    README.write_text(f"{before}{BEGIN}{measured}\n{END}{after}", encoding="utf-8")


def _machine() -> str:
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"Measured {datetime.now(UTC):%Y-%m-%d} on {os.cpu_count()} cores ({platform.machine()}),"
        f" {memory_gib:.0f} GiB of memory, Linux {platform.release().partition('-')[0]},"
        f" Python {platform.python_version()}."
    )


if __name__ == "__main__":
    main()
