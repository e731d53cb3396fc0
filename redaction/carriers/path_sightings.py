"""Where bytes read like a local path, and whether they are one or numbers that look like it.

Room: redaction/carriers. Pure; linear in the data. A drive, a colon and a separator stand by chance
once in a few hundred kilobytes of packed data, and small numbers of two bytes read as UTF-16. A
change of such bytes would change the model, so a path must be framed as programs frame a string
(by its length before it, by zeros or quotes around it), or read like words from end to end.
"""

import re
from collections.abc import Iterator
from typing import Final

# How a path begins: a drive, a share, a home. Text in UTF-16 is sought at any byte.
_ASCII_START: Final = (
    rb"(?<![A-Za-z0-9])[A-Za-z]:[\\/](?=[\x20-\x7e\x80-\xff]{2})"
    rb"|\\\\(?=[A-Za-z0-9][A-Za-z0-9._-]{1,62}\\[\x21-\x7e])"
    rb"|/(?=(?:home|Users|Volumes|mnt|export)/[A-Za-z0-9._-])"
)
_WIDE_START: Final = (
    rb"(?<![A-Za-z0-9]\x00)[A-Za-z]\x00:\x00[\\/]\x00"
    rb"|\\\x00\\\x00(?=[A-Za-z0-9]\x00)"
    rb"|/\x00(?=h\x00o\x00m\x00e\x00/\x00|U\x00s\x00e\x00r\x00s\x00/\x00)"
)
NARROW: Final = re.compile(
    rb"(?:" + _ASCII_START + rb")[^\x00-\x1f\"<>|*?\x7f]{3,1000}+", re.DOTALL
)
WIDE: Final = re.compile(
    rb"(?:" + _WIDE_START + rb")"
    # Latin, Greek, Cyrillic; kana, CJK and Hangul; not what numbers look like as UTF-16.
    rb"(?:[\x20-\xff](?<![\"<>|*?\x7f])\x00|[\x00-\xff][\x01-\x05\x1e\x30\x4e-\x9f\xac-\xd7]){2,1000}+",
    re.DOTALL,
)
# Where a path may begin, by a sign that is rare; each with how many bytes before it that is.
_MARKS: Final = ((rb":(?=[\\/])", 1), (rb"\\(?=\\)", 0), (rb"/(?=[hUVme])", 0))
_WIDE_MARKS: Final = (
    (rb":(?=\x00[\\/]\x00)", 2),
    (rb"\\(?=\x00\\\x00)", 0),
    (rb"/(?=\x00[hU]\x00)", 0),
)
MARKS: Final = {
    NARROW: tuple((re.compile(mark), before) for mark, before in _MARKS),
    WIDE: tuple((re.compile(mark), before) for mark, before in _WIDE_MARKS),
}
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


def runs(path: re.Pattern[bytes], data: bytes) -> Iterator[re.Match[bytes]]:
    """Yield what ``path.finditer`` would, and look only where one can begin: streams are long."""
    starts = {
        mark.start() - before
        for sign, before in MARKS[path]
        for mark in sign.finditer(data)
        if mark.start() >= before
    }
    position = 0
    for start in sorted(starts):
        run = path.match(data, start) if start >= position else None
        if run is not None:
            position = run.end()
            yield run


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
