"""What the command line says: data to stdout, words for people to stderr, codes to the shell.

Room: gateway/cli. Exit codes are a contract: 0 done, 1 error, 2 wrong usage, 3 refused.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.table import Table
from rich.text import Text


class Exit(IntEnum):
    """What a command's exit code means."""

    DONE = 0
    ERROR = 1
    USAGE = 2
    REFUSED = 3


class CommandError(Exception):
    """A command cannot go on; the message is a sentence for its user, naming nobody else."""

    def __init__(self, sentence: str, code: Exit = Exit.ERROR) -> None:
        """Keep the sentence and the exit code it leads to."""
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code


def people() -> Console:
    """Return the console for words: stderr, plain when it is not a terminal."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def emit(data: Mapping[str, Any] | Sequence[Any]) -> None:
    """Write one JSON document to stdout."""
    json.dump(data, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def emit_line(text: str) -> None:
    """Write one line of plain data to stdout."""
    sys.stdout.write(text + "\n")


def transfer_progress(console: Console) -> Progress:
    """Return a progress display for bytes; it stays silent when nobody is watching."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    )


def work_progress(console: Console) -> Progress:
    """Return a spinner for work whose length nobody knows."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )


def findings_table(findings: Sequence[Mapping[str, Any]]) -> Table:
    """Return the findings of one report as a table for people."""
    table = Table("id", "where", "what", "action", "value", "why", box=None, pad_edge=False)
    for finding in findings:
        place = " ".join(str(finding.get(k, "")) for k in ("carrier", "where")).strip()
        shown = finding.get("value", finding.get("value_preview", ""))
        # A file's words are no markup: "[/]" must neither colour a line nor end it.
        told = (finding.get("id", ""), place, finding["category"], finding["action"], shown)
        words = (*told, finding.get("why", ""))
        table.add_row(*(Text(str(word)) for word in words))
    return table
