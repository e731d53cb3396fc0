"""Which fields of a TIFF a viewer needs, and what all others tell.

Room: redaction/formats. Pure. Only what is listed here stays: size, coding, colours, resolution,
orientation and order of pages. Sources: TIFF 6.0 part 1–2, TIFF/FX (RFC 2301), TIFF/EP, the tag
tables of libtiff; Exif 3.0 §4.6; GeoTIFF 1.1 §7; XMP part 3 §3.2.
"""

from collections.abc import Iterator
from typing import Final

from PIL import ExifTags, TiffTags

from redaction.carriers import iptc, xmp
from redaction.carriers.naming import removed
from redaction.errors import TooLargeError, UnreadableError
from redaction.formats.tiff_directories import Field, Order, directory, numbers
from redaction.model import Action, Category, Finding

_SIZE: Final = (254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 274, 277, 280, 281, 284)
_PIECES: Final = (273, 278, 279, 322, 323, 324, 325, 330, 512, 513, 514, 515, 517, 518, 519)
_CODING: Final = (292, 293, 317, 320, 326, 327, 328, 347, 520, 521, 34732, 50674)
_COLOUR: Final = (290, 291, 301, 318, 319, 321, 332, 334, 336, 338, 339, 340, 341, 342, 346)
_LOOK: Final = (282, 283, 286, 287, 296, 297, 433, 434, 435, 529, 530, 531, 532, 559, 34675)
KEPT: Final = frozenset((*_SIZE, *_PIECES, *_CODING, *_COLOUR, *_LOOK))
PROFILE: Final = 34675
JPEG_TABLES: Final = 347
# What makes a file the raw data of a camera, which no viewer shows without these fields.
RAW: Final = frozenset({33421, 50706, 50740})
XMP: Final = 700
BLOCKS: Final = {33723: iptc.findings, 34377: iptc.findings}
DIRECTORIES: Final = {34665: ExifTags.TAGS, 34853: ExifTags.GPSTAGS, 40965: ExifTags.TAGS}
GEOGRAPHY: Final = frozenset({33550, 33922, 34264, 34735, 34736, 34737, 42112, 42113})
ASCII: Final = 2
MAX_TOLD_BYTES: Final = 4_096
MAX_DEPTH: Final = 3


def told(data: bytes, field: Field, order: Order, where: str) -> list[Finding]:
    """Return what a field that goes tells; at least one finding, for the field itself."""
    body = data[field.start : field.end]
    if field.tag == XMP:
        return xmp.findings(body, where)
    if field.tag in BLOCKS:
        return BLOCKS[field.tag](body, where)
    found = [_gone(_name(field.tag, {}), where)]
    if field.tag in GEOGRAPHY:
        found.append(
            Finding("TIFF", Category.LOCATION, Action.REMOVED, "place on earth", where, seed=False)
        )
    elif field.tag in DIRECTORIES:
        found += _below(data, field, order, where, 1)
    else:
        found += _text("TIFF", _name(field.tag, {}), field, body, where)
    return found


def _below(data: bytes, field: Field, order: Order, where: str, depth: int) -> Iterator[Finding]:
    try:
        inner = directory(data, numbers(data, field, order)[0], order)
    except (UnreadableError, TooLargeError, IndexError):
        return
    for known in inner.fields:
        if known.tag in DIRECTORIES and depth < MAX_DEPTH:
            yield from _below(data, known, order, where, depth + 1)
        else:
            name = _name(known.tag, DIRECTORIES[field.tag])
            yield from _text("Exif", name, known, data[known.start : known.end], where)


def _text(carrier: str, name: str, field: Field, body: bytes, where: str) -> list[Finding]:
    body = body[:MAX_TOLD_BYTES]
    if name.startswith("XP"):
        text = body.decode("utf-16-le", "ignore")
    elif field.kind == ASCII or name == "UserComment":
        text = body.decode("utf-8", "replace").replace("ASCII\x00\x00\x00", "")
    else:
        return []
    return removed(carrier, name, text, where)


def _name(tag: int, names: dict[int, str]) -> str:
    return names.get(tag) or TiffTags.lookup(tag).name or f"tag {tag}"


def _gone(name: str, where: str) -> Finding:
    return Finding("TIFF", Category.HISTORY, Action.REMOVED, name, where, seed=False)
