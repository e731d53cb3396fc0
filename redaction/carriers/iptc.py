"""IPTC records (IPTC-IIM 4.2) in the image resources of JPEG: by-line, credit, place.

Room: redaction/carriers. Pure; linear in the segment. Records are found by their tag marker,
wherever in the resources they stand; the segment is always dropped whole.
"""

import re
from typing import Final

from redaction.carriers.naming import removed
from redaction.model import Action, Category, Finding

DATA_SET: Final = re.compile(rb"\x1c\x02(.)([\x00-\x07].)", re.DOTALL)
# Record 2 of the standard: the data sets that tell of people, places and times.
NAMES: Final = {
    5: "ObjectName",
    25: "Keywords",
    40: "SpecialInstructions",
    55: "DateCreated",
    65: "OriginatingProgram",
    80: "By-line",
    85: "By-lineTitle",
    90: "City",
    92: "Sub-location",
    95: "Province-State",
    101: "Country",
    103: "OriginalTransmissionReference",
    105: "Headline",
    110: "Credit",
    115: "Source",
    116: "CopyrightNotice",
    118: "Contact",
    120: "Caption",
    122: "Writer-Editor",
}


def findings(resources: bytes, where: str = "") -> list[Finding]:
    """Return what the image resources tell; at least one finding, for the block itself."""
    found = [
        Finding("IPTC", Category.HISTORY, Action.REMOVED, "image resources", where, seed=False)
    ]
    for record in DATA_SET.finditer(resources):
        name = NAMES.get(record[1][0])
        end = record.end() + int.from_bytes(record[2], "big")
        if name is not None and end <= len(resources):
            found += removed("IPTC", name, _text(resources[record.end() : end]), where)
    return found


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
