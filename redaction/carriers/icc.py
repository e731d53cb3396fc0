"""Colour profiles (ICC.1:2022): kept for their colours, blanked where their words name somebody.

Room: redaction/carriers. Pure. A profile decides how colours look and stays byte for byte, unless
a describing text names a person's machine, a path or an address: then that text alone is
overwritten by blanks of the same length. Layout: §7.2 (header), §7.3 (tag table), §10.15
(multiLocalizedUnicodeType), ICC.1:2001 §6.5.17 (textDescriptionType).
"""

import re
import struct
from collections.abc import Iterator
from typing import Final

from redaction.model import Action, Category, Edit, Finding, patched
from redaction.text import people

HEADER_BYTES: Final = 128
ENTRY: Final = struct.Struct(">4sII")
MAX_TAGS: Final = 200
PROFILE_ID: Final = slice(84, 100)
MULTILINGUAL: Final = b"mluc"
TEXT_TYPES: Final = (b"desc", b"text", MULTILINGUAL)
# "Jane's MacBook", "Monitor von Jana": how calibration programs name a display.
SOMEBODYS: Final = re.compile(
    r"[^\W\d_]{2,30}+['’]s? ?(?:i?mac|macbook|pc|laptop|notebook|display|monitor|screen)"
    r"|(?:monitor|display|bildschirm|macbook|imac|pc) (?:von|of|de) [^\W\d_]{2,30}+",
    re.IGNORECASE,
)
ASCII_RUN: Final = re.compile(rb"[\x20-\x7e]{4,}+")
UTF16_RUN: Final = re.compile(rb"(?:[\x00-\x04\x1e\x20\x30][\x00-\xff]){3,}+", re.DOTALL)
# Where Apple's profiles keep the serial number of the display they were made for.
DISPLAY_TAG: Final = b"mmod"


def cleaned(profile: bytes, where: str = "") -> tuple[bytes, list[Finding]]:
    """Return ``profile`` with telling texts blanked, of the same length, and what they told.

    A profile whose table cannot be read is returned as it is: the sweep still searches it.
    """
    edits: list[Edit] = []
    findings: list[Finding] = []
    for tag, start, end in _tags(profile):
        kind = profile[start : start + 4]
        if tag == DISPLAY_TAG and any(profile[start + 8 : end]):
            findings.append(_finding("display", Action.KEPT, "serial number of a display", where))
        if kind not in TEXT_TYPES:
            continue
        pattern, encoding, blank = (
            (UTF16_RUN, "utf-16-be", b"\x00\x20")
            if kind == MULTILINGUAL
            else (ASCII_RUN, "ascii", b" ")
        )
        for run in pattern.finditer(profile, start + 8, end):
            words = run[0].decode(encoding, "replace")
            if _tells(words):
                name = tag.decode("latin-1").strip()
                findings.append(_finding(name, Action.REMOVED, words.strip("\x00 "), where))
                edits.append(Edit(run.start(), run.end(), blank * (len(run[0]) // len(blank))))
    if not edits:
        return profile, findings
    blanked = patched(profile, _disjoint(edits))
    # The profile's ID is a digest of what it held; zero says "not computed" (§7.2.18).
    return blanked[: PROFILE_ID.start] + bytes(16) + blanked[PROFILE_ID.stop :], findings


def _tags(profile: bytes) -> Iterator[tuple[bytes, int, int]]:
    if len(profile) < HEADER_BYTES + 4 or profile[36:40] != b"acsp":
        return
    count = int.from_bytes(profile[HEADER_BYTES : HEADER_BYTES + 4], "big")
    for number in range(min(count, MAX_TAGS)):
        at = HEADER_BYTES + 4 + number * ENTRY.size
        if at + ENTRY.size > len(profile):
            return
        tag, start, size = ENTRY.unpack_from(profile, at)
        if start >= HEADER_BYTES and start + size <= len(profile):
            yield tag, start, start + size


def _tells(words: str) -> bool:
    return SOMEBODYS.search(words) is not None or any(
        span.category in people.TOKENS for span in people.find(words)
    )


def _disjoint(edits: list[Edit]) -> list[Edit]:
    # Two tags may share one text; it is blanked once.
    apart: list[Edit] = []
    for edit in sorted(set(edits)):
        if not apart or edit.start >= apart[-1].end:
            apart.append(edit)
    return apart


def _finding(tag: str, action: Action, value: str, where: str) -> Finding:
    return Finding(f"ICC.{tag}", Category.IDENTIFIER, action, value, where, seed=False)
