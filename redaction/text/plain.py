"""Texts made comparable, one character for one, so that offsets stay those of the original.

Room: redaction/text. Pure; linear in the text. Full-width forms become plain (NFKC), and the
dashes, quotes and blanks that programs vary become the one that everybody's patterns know.
"""

import unicodedata
from functools import cache
from typing import Final

_ALIKE: Final = {
    ord(other): known
    for known, others in (
        ("'", "’‘ʼ`´"),
        ('"', "“”„«»"),
        ("-", "‐‑‒–−﹣"),
        (" ", "　\u00a0\u2002\u2003\u2009\u202f"),
    )
    for other in others
}


def plain(text: str) -> str:
    """Return ``text`` with every character replaced by its plain form; of the same length."""
    if text.isascii():
        return text.replace("`", "'")
    return "".join(map(_plain, text)).translate(_ALIKE)


@cache
def _plain(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 else character
