"""``drawbridge inspect-text``: people found in words, line by line.

Room: gateway/cli. One JSON object a line in, one out, in the same order; so a pipe can be as
long as it likes. Of a path, the user's name is told and not the path.
"""

import json
import sys
from typing import Annotated, Final

import typer

from gateway.cli.output import CommandError, Exit
from redaction.model import Category
from redaction.text.people import pinpoint
from redaction.text.reasons import why

MAX_LINE_BYTES = 1024 * 1024
# What the contract calls some kinds; the others are called what they are.
TYPES: Final = {Category.NETWORK: "IP"}


def inspect_text(
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Read {"id","text"} lines from stdin.')
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Add the rule and its reason to every span.")
    ] = False,
) -> None:
    """Find personal data in text: {"id","text"} lines in, {"id","spans"} lines out.

    A span is [start, end, TYPE, confidence], in characters of the text. "ctx" may say what the
    cell beside the text says ("DRAWN").
    """
    if not jsonl:
        raise CommandError("Say --jsonl and give one JSON object a line on stdin.", Exit.USAGE)
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        name, text, label = _read(line, number)
        spans: list[list[object]] = [
            [
                *(s.start, s.end, TYPES.get(s.category, s.category.upper())),
                *(round(s.confidence, 3), *((s.rule, why(s.rule)) if explain else ())),
            ]
            for s in pinpoint(text, label)
        ]
        sys.stdout.write(json.dumps({"id": name, "spans": spans}, ensure_ascii=False) + "\n")
        sys.stdout.flush()


def _read(line: bytes, number: int) -> tuple[object, str, str | None]:
    try:
        if len(line) > MAX_LINE_BYTES:
            raise ValueError("too long")
        untrusted = json.loads(line)
        name, text, label = untrusted["id"], untrusted["text"], untrusted.get("ctx")
        if not isinstance(text, str) or not isinstance(label, str | None):
            raise TypeError("text or ctx is not a string")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CommandError(f'Line {number} is not an object with "id" and "text".') from error
    return name, text, label
