"""Whether bytes that read like a local path are one, or numbers of a model that look like it.

Room: redaction/carriers. Pure; linear in the text. A drive, a colon and a separator stand by chance
once in a few hundred kilobytes of packed data, and small numbers of two bytes read as UTF-16. A
change of such bytes would change the model, so a path must be framed as programs frame a string
(by its length before it, by zeros or quotes around it), or read like words from end to end.
"""

import re
from typing import Final

# Characters of paths; letters of every script.
PATHLIKE: Final = re.compile(r"[\w .~()&,+'\\/:-]")
WORD: Final = re.compile(r"[^\W\d_]{3}")
BEFORE: Final = frozenset([*range(0x20), *b" \"'=(<>;,|[{"])
BEHIND: Final = frozenset(b"\x00\r\n\"'<>|;")
FRAMED_SHARE: Final = 0.6
SHARE: Final = 0.9
CERTAIN_CHARS: Final = 10
DRIVE_CHARS: Final = 3
COUNT_BYTES: Final = 4


def is_narrow(data: bytes, at: int, text: str, length: int) -> bool:
    """Return whether ``text``, in 8 bits at ``at`` of ``data``, is a path and no chance.

    Its directories are the first ``length`` characters.
    """
    end = at + len(text)
    before = data[at - 1] if at else 0
    closed = end == len(data) or data[end] in BEHIND
    counted = any(at >= width and _number(data, at, width) == len(text) for width in (1, 2, 4))
    if counted or (before in BEFORE and closed):
        return _reads(text[:length], FRAMED_SHARE)
    head = text[:CERTAIN_CHARS]
    return len(head) == CERTAIN_CHARS and head.isascii() and _reads(head, 1)


def is_wide(data: bytes, at: int, text: str, length: int) -> bool:
    """Return whether ``text``, in UTF-16 at ``at`` of ``data``, is a path and no chance.

    Its directories are the first ``length`` characters.
    """
    marked = data[max(0, at - 4) : max(0, at - 1)] == b"\xff\xfe\xff"
    sizes = (len(text), len(text) + 1, 2 * len(text))
    if marked or (at >= COUNT_BYTES and _number(data, at, COUNT_BYTES) in sizes):
        return _reads(text[:length], FRAMED_SHARE)
    words = len(text) >= CERTAIN_CHARS and WORD.search(text[:length]) is not None
    return words and _reads(text[:length], SHARE)


def _number(data: bytes, at: int, width: int) -> int:
    """Return the number in the ``width`` bytes before ``at``."""
    return int.from_bytes(data[at - width : at], "little")


def _reads(text: str, share: float) -> bool:
    body = text[DRIVE_CHARS:]
    return len(PATHLIKE.findall(body)) >= share * len(body)
