"""Blanks in place of words, as long as they were; what ends or separates words stays.

Room: redaction/carriers. Pure; linear in the bytes. For formats in which nothing may move.
"""

import re
from typing import Final

_NARROW: Final = re.compile(rb"[^\x00]")
WIDE_ENCODING: Final = "utf-16-le"
PRINTED: Final = re.compile(r"[^\x00-\x1f\x7f-\x9f\ufffd\ud800-\udfff]{3,}")
MAX_TOLD_CHARS: Final = 4_000


def narrow(held: bytes) -> bytes:
    """Return a blank for every byte of ``held`` that is not zero."""
    return _NARROW.sub(b" ", held)


def wide(held: bytes) -> bytes:
    """Return a blank for every character of ``held``, which is in UTF-16; zeros stay."""
    out = bytearray()
    for at in range(0, len(held) - 1, 2):
        out += b"\0\0" if held[at : at + 2] == b"\0\0" else b" \0"
    return bytes(out) + bytes(len(held) % 2)


def words(held: bytes) -> str:
    """Return what of ``held`` can be read, be it written in one or in two bytes a character."""
    # The upper bytes of one script are all alike.
    highs = held[1:200:2]
    wide_text = bool(highs) and len(set(highs)) <= max(2, len(highs) // 6)
    encoding = WIDE_ENCODING if wide_text else "latin-1"
    text = held[: 4 * MAX_TOLD_CHARS].decode(encoding, "replace")
    return " ".join(PRINTED.findall(text))[:MAX_TOLD_CHARS]


RUNS: Final = re.compile(
    rb"(?:[\x20-\x7e\xa0-\xff]\x00|[\x00-\xff][\x03\x04\x30\x4e-\x9f\xac-\xd7]){3,}"
    rb"|[\x20-\x7e\xa0-\xff]{3,}"
)


def runs(held: bytes) -> list[str]:
    """Return the texts among the numbers of ``held``, in one or two bytes a character."""
    return [
        run.decode(WIDE_ENCODING if run[1:2] < b"\x05" or b"\0" in run else "cp1252", "replace")
        for run in RUNS.findall(held)
    ]
