"""What the sweep cannot see in a DWG: removed values in packed streams, at any bit.

Room: redaction/formats. Pure. The sweep of the engine searches whole bytes of the file; here every
stream is unpacked and searched in its eight shifts, in the spellings a DWG knows.
"""

import re
from collections.abc import Iterable
from typing import Final

from redaction.carriers.secrets import WORD_CHARS, secrets
from redaction.formats.dwg_bits import shifted
from redaction.formats.dwg_streams import WHOLE, Drawing
from redaction.model import Finding

ENCODINGS: Final = ("utf-16-le", "utf-8", "cp1252", "cp1251")


def first(drawing: Drawing, findings: Iterable[Finding]) -> str | None:
    """Return the category and stream of the first removed value that is left, or None."""
    told = secrets(findings)
    if not told:
        return None
    patterns = [
        (pattern(secret, (*ENCODINGS, drawing.text.codec)), told[secret]) for secret in told
    ]
    for name, stream in drawing.streams.items():
        if name != WHOLE and drawing.body == WHOLE:
            continue  # the other streams of a plain file are parts of it
        for _, copy in shifted(stream):
            lower = copy.lower()
            for sought, category in patterns:
                if sought.search(lower):
                    return f"{category.value} in {name}"
    return None


def pattern(secret: str, encodings: Iterable[str]) -> re.Pattern[bytes]:
    """Return what finds a value in bytes that were made lower case."""
    spellings: set[bytes] = set()
    for encoding in encodings:
        for text in (secret, secret.upper(), secret.title()):
            spelling = text.encode(encoding, "ignore").lower()
            if len(spelling) >= len(text):
                spellings.add(_bounded(re.escape(spelling), len(secret), encoding))
    return re.compile(b"|".join(sorted(spellings)), re.DOTALL)


def _bounded(spelling: bytes, chars: int, encoding: str) -> bytes:
    """Return a pattern; a short value counts only as a word of its own."""
    if chars >= WORD_CHARS:
        return spelling
    zero = rb"\x00" if encoding == "utf-16-le" else b""
    return rb"(?<![a-z0-9]" + zero + b")" + spelling + rb"(?![a-z0-9]" + zero + b")"
