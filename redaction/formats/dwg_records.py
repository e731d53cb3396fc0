"""The properties of a drawing that lie in a record: all of them before release 2004.

Room: redaction/formats. Pure. The record begins with a fixed cookie; what follows is group codes
and values, as in a DXF, at any bit of the object. A record that names nobody is left alone: a time
tells of somebody only beside a name. Source: Open Design Specification for .dwg files 5.4.1, §20.4
(XRECORD).
"""

import re
import struct
from typing import Final

from redaction.carriers import naming
from redaction.formats.dwg_bits import Text, shifted, written
from redaction.formats.dwg_objects import Objects, Stretch
from redaction.formats.dwg_paths import close
from redaction.model import Action, Category, Finding

COOKIE: Final = "DWGPROPS COOKIE"
NAMES: Final = {
    2: "title",
    3: "subject",
    4: "author",
    6: "comments",
    7: "keywords",
    8: "last_saved_by",
    9: "revision",
}
DOUBLES: Final = range(40, 60)
LONGS: Final = range(90, 100)
SHORTS: Final = range(60, 80)
FIRST_JULIAN: Final = 1_000_000.0
EPOCH: Final = struct.pack("<d", 2440587.5)


def plan_properties(objects: Objects, text: Text) -> tuple[bytes, list[Finding]]:
    """Return the stream with empty property records, and what they said."""
    new = bytearray(objects.stream)
    found: list[Finding] = []
    touched: set[Stretch] = set()
    cookie = re.compile(re.escape(COOKIE.encode(text.shape)))
    for shift, copy in shifted(objects.stream):
        for match in cookie.finditer(copy):
            stretch = objects.holding(match.start() * 8 + shift, match.end() * 8 + shift)
            if stretch is None:
                continue
            told, blanks = _blanked((copy, shift), (match.end(), stretch.end - 1), text)
            if all(one.category is Category.TIME for one in told):
                continue
            found += told
            for at, blank in blanks:
                written(new, at, blank)
            touched.add(stretch)
    close(new, touched)
    return bytes(new), found


def _blanked(
    view: tuple[bytes, int], bounds: tuple[int, int], text: Text
) -> tuple[list[Finding], list[tuple[int, bytes]]]:
    """Return what the values from ``bounds`` on say, and (bit, blank) to write over them.

    It stops at the first value that is none of a property.
    """
    copy, shift = view
    at, limit = bounds
    found: list[Finding] = []
    blanks: list[tuple[int, bytes]] = []
    while at + 4 <= limit:
        code = int.from_bytes(copy[at : at + 2], "little")
        at += 2
        if code in DOUBLES and at + 8 <= limit:
            (value,) = struct.unpack_from("<d", copy, at)
            neutral = EPOCH if value > FIRST_JULIAN else bytes(8)
            if copy[at : at + 8] != neutral:
                blanks.append((at * 8 + shift, neutral))
                found.append(_time())
            at += 8
        elif code in LONGS or code in SHORTS:
            at += 4 if code in LONGS else 2
        elif code in NAMES or code == 1 or 300 <= code < 310:
            length = int.from_bytes(copy[at : at + 2], "little") * text.size
            at += 2 if text.wide else 3  # a code page stands before narrow text
            if at + length > limit:
                break
            raw = copy[at : at + length]
            blank = " ".encode(text.shape) * (length // text.size)
            value = raw.decode(text.codec, "replace")
            # A custom property without name and value is an equals sign alone.
            if value.strip("\x00 \t\r\n="):
                found += _told(code, value)
                blanks.append((at * 8 + shift, blank))
            at += length
        else:
            break
    return found, blanks


def _told(code: int, value: str) -> list[Finding]:
    name, equals, rest = value.partition("=")
    if code in NAMES or not equals:
        return naming.removed("DWG.DWGPROPS", NAMES.get(code, "property"), value)
    # What a property is called may itself name somebody; a value may be empty.
    told = naming.removed("DWG", name, rest) or naming.removed("DWG", "comment", value)
    return [
        Finding("DWG.DWGPROPS.custom", one.category, one.action, one.value, seed=one.seed)
        for one in told
    ]


def _time() -> Finding:
    return Finding("DWG.DWGPROPS", Category.TIME, Action.REPLACED, "time", seed=False)
