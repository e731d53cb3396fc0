"""File names as strangers send them, made fit to be shown, stored (sealed) and offered again.

Room: gateway/intake. Pure.
"""

import unicodedata
from typing import Final

MAX_BYTES: Final = 200
_FORBIDDEN: Final = frozenset('<>:"|?*')
# Control, format (direction marks, zero-width), surrogate, private, unassigned; line separators.
_UNSHOWABLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Names that Windows opens as devices, with any suffix.
_DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{d}{n}" for d in ("com", "lpt") for n in range(1, 10))}
)


def safe_filename(untrusted_name: str, *, otherwise: str = "drawing") -> str:
    """Return the last component of ``untrusted_name``, harmless on every system.

    No path, no control or direction marks, no leading dots, no device names; at most
    ``MAX_BYTES`` of UTF-8, shortened before the suffix. ``otherwise`` when nothing is left.
    """
    last = untrusted_name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    kept = "".join(
        "_" if character in _FORBIDDEN else character
        for character in unicodedata.normalize("NFC", last)
        if unicodedata.category(character) not in _UNSHOWABLE
    )
    name = " ".join(kept.split()).strip(". ")
    if not name:
        return otherwise
    if name.partition(".")[0].strip().lower() in _DEVICES:
        name = f"_{name}"
    return _shortened(name)


def _shortened(name: str) -> str:
    if len(name.encode()) <= MAX_BYTES:
        return name
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix.encode()) > 16:
        stem, dot, suffix = name, "", ""
    room = MAX_BYTES - len((dot + suffix).encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(". ") + dot + suffix


def distinct(names: list[str]) -> list[str]:
    """Return ``names`` with repetitions numbered: a part never has two files of one name."""
    taken: set[str] = set()
    result = []
    for name in names:
        stem, dot, suffix = name.rpartition(".")
        if not dot:
            stem, suffix = name, ""
        candidate, number = name, 2
        while candidate.casefold() in taken:
            candidate = f"{stem} ({number}){dot}{suffix}"
            number += 1
        taken.add(candidate.casefold())
        result.append(candidate)
    return result
