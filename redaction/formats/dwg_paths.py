"""Paths in the objects of a DWG, cut down to names at the same length.

Room: redaction/formats. Pure. Directories become ``.\\.\\…``, which leads nowhere else: what the
path names is looked for beside the drawing. A string is only touched where its announced length
fits and the object around it has a sound checksum.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from redaction.formats.dwg_bits import Text, crc16, shifted, written
from redaction.formats.dwg_objects import Objects, Stretch
from redaction.model import Action, Category, Finding

ABSOLUTE: Final = re.compile(
    r"[A-Za-z]:[\\/]|\\\\[\w.$\-\x80-\xff]+\\|/(?:users|home|mnt|media|volumes|private|export)/",
    re.IGNORECASE,
)
INSTALLED: Final = re.compile(
    r"[a-z]:[\\/]+(?:program files|programme|programdata|windows|winnt)\b", re.IGNORECASE
)
HOME: Final = re.compile(
    r"[\\/](?:users|home|documents and settings|benutzer|utilisateurs)[\\/]+[^\\/]*$",
    re.IGNORECASE,
)
# Chance looks like a drive letter often enough; a real path is mostly letters.
LIKELY: Final = re.compile(r"[\w .,()\[\]&+~$@#%'!;={}\-:\\/^\x80-\xff]+$")
MIN_CHARS: Final = 6
MAX_FINDINGS: Final = 2_000


def relative(path: str) -> str | None:
    """Return ``path`` without its directories and as long as before; None to leave it."""
    if not ABSOLUTE.match(path) or INSTALLED.match(path):
        return None
    separator = "\\" if "\\" in path else "/"
    at = max(path.rfind("\\"), path.rfind("/")) + 1
    if HOME.search(path):
        at = len(path)  # a login's own directory is its name
    filler = (("." + separator) * (at // 2)) + separator * (at % 2)
    return filler + path[at:]


def plan_objects(objects: Objects, text: Text) -> tuple[bytes, list[Finding]]:
    """Return the stream with shorter paths, and what they were."""
    new = bytearray(objects.stream)
    found: list[Finding] = []
    touched: set[Stretch] = set()
    for at, path in _paths(objects.stream, text):
        short = relative(path)
        stretch = objects.holding(at, at + 8 * len(path) * text.size)
        if short is None or stretch is None:
            continue
        written(new, at, short.encode(text.shape))
        touched.add(stretch)
        value = path.encode(text.shape).decode(text.codec, "replace")
        found.append(Finding("DWG.object", Category.PATH, Action.REPLACED, value))
    close(new, touched)
    return bytes(new), found[:MAX_FINDINGS]


def close(stream: bytearray, touched: Iterable[Stretch]) -> None:
    """Write the checksums of changed objects anew."""
    for stretch in touched:
        crc = crc16(bytes(stream[stretch.start : stretch.end]))
        stream[stretch.end : stretch.end + 2] = crc.to_bytes(2, "little")


def _paths(stream: bytes, text: Text) -> Iterator[tuple[int, str]]:
    """Yield (bit, path) for the strings that are paths as a whole."""
    pattern = text.paths()
    for shift, copy in shifted(stream):
        for match in pattern.finditer(copy):
            at = match.start() * 8 + shift
            length = text.length(stream, at, len(match[0]) // text.size)
            if length is None:
                continue
            path = match[0][: length * text.size].decode(text.shape, "replace").rstrip("\x00")
            if len(path) >= MIN_CHARS and LIKELY.match(path):
                yield at, path
