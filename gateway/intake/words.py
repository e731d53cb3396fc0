"""What people typed: normal form, no control characters, line ends of one kind.

Room: gateway/intake. Pure.
"""

import unicodedata
from typing import Final

MAX_NAME_CHARS: Final = 200
MAX_DESCRIPTION_CHARS: Final = 10_000
_KEPT: Final = frozenset("\n\t")
_UNSHOWABLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean_words(untrusted_words: str) -> str:
    """Return the words in NFC with single line feeds; other control characters become spaces."""
    text = unicodedata.normalize("NFC", untrusted_words.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(
        character
        if character in _KEPT or unicodedata.category(character) not in _UNSHOWABLE
        else " "
        for character in text
    ).strip()
