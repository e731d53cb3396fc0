"""``drawbridge inspect-text``: people found in words, line by line.

Room: gateway/cli. One JSON object a line in, one out, in the same order; so a pipe can be as
long as it likes.
"""

import json
import sys
from typing import Annotated

import typer

from gateway.cli.output import CommandError, Exit
from redaction.text.people import find

MAX_LINE_BYTES = 1024 * 1024


def inspect_text(
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Read {"id","text"} lines from stdin.')
    ] = False,
) -> None:
    """Find personal data in text: {"id","text"} lines in, {"id","spans"} lines out.

    A span is [start, end, TYPE, confidence], in characters of the text.
    """
    if not jsonl:
        raise CommandError("Say --jsonl and give one JSON object a line on stdin.", Exit.USAGE)
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        name, text = _read(line, number)
        spans = [[s.start, s.end, s.category.upper(), round(s.confidence, 3)] for s in find(text)]
        sys.stdout.write(json.dumps({"id": name, "spans": spans}, ensure_ascii=False) + "\n")
        sys.stdout.flush()


def _read(line: bytes, number: int) -> tuple[object, str]:
    try:
        if len(line) > MAX_LINE_BYTES:
            raise ValueError("too long")
        untrusted = json.loads(line)
        name, text = untrusted["id"], untrusted["text"]
        if not isinstance(text, str):
            raise TypeError("text is not a string")
    except (ValueError, KeyError, TypeError) as error:
        raise CommandError(f'Line {number} is not an object with "id" and "text".') from error
    return name, text
