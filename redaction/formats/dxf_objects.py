"""What the records of a drawing hold beside geometry: paths, fields, links, embedded files.

Room: redaction/formats. Pure. One table says which strings of which record a sheet shows; every
other string is hidden and cleaned of paths and addresses. Sources: DXF Reference, "TABLES",
"BLOCKS", "ENTITIES" and "OBJECTS".
"""

import re
from collections import Counter
from typing import Final

from redaction.formats import dxf_kernel, dxf_metadata
from redaction.formats.dxf_draft import Draft, found, stated
from redaction.formats.dxf_tags import Record, Tag, whole
from redaction.model import Action, Category, Finding
from redaction.text import people

# Group codes of the words that a sheet shows, by record; with codes for fonts and breaks or not.
SHOWN: Final = {
    "TEXT": (1,),
    "MTEXT": (3, 1),
    "ATTRIB": (3, 1),
    "ATTDEF": (3, 1),
    "DIMENSION": (1,),
    "ARC_DIMENSION": (1,),
    "LARGE_RADIAL_DIMENSION": (1,),
    "TOLERANCE": (1,),
    "ARCALIGNEDTEXT": (1,),
    "MULTILEADER": (304, 302),
    "MLEADER": (304, 302),
    "ACAD_TABLE": (1, 2, 302, 303),
    "TABLECONTENT": (1, 300, 301, 302, 303, 304),
    "GEOPOSITIONMARKER": (1, 3),
    "BLOCK": (4,),
    "GROUP": (300,),
}
# Names by which a drawing's parts refer to each other: shown in lists, never changed.
NAMES: Final = {
    "LAYER": (2,),
    "LTYPE": (2, 3),
    "STYLE": (2,),
    "VIEW": (2,),
    "UCS": (2,),
    "VPORT": (2,),
    "APPID": (2,),
    "DIMSTYLE": (2,),
    "BLOCK_RECORD": (2,),
    "BLOCK": (2, 3),
    "INSERT": (2,),
    "ATTRIB": (2,),
    "ATTDEF": (2,),
    "ACAD_TABLE": (),
    "SECTION": (2,),
    "TABLE": (2,),
    "MLINESTYLE": (2,),
    "MATERIAL": (1,),
    "HATCH": (2,),
    "DIMENSION": (2, 3),
}
# Records whose strings are paths to other files.
REFERENCES: Final = {
    "IMAGEDEF": (1,),
    "PDFDEFINITION": (1,),
    "DWFDEFINITION": (1,),
    "DGNDEFINITION": (1,),
    "BLOCK": (1,),
    "STYLE": (3, 4),
    "LAYOUT": (1, 2, 4, 6, 7),
    "PLOTSETTINGS": (1, 2, 4, 6, 7),
    "MATERIAL": (3, 4, 6, 7, 8, 9),
    "POINTCLOUDDEF": (1,),
    "POINTCLOUDDEFEX": (1,),
}
# Records that carry another file inside, and what it is.
EMBEDDED: Final = {
    "OLE2FRAME": "embedded document",
    "OLEFRAME": "embedded document",
    "VBA_PROJECT": "macros",
}
STRING_CODES: Final = frozenset(
    {
        *range(1, 5),
        6,
        7,
        9,
        102,
        *range(300, 310),
        *range(410, 420),
        *range(430, 440),
        *range(470, 480),
        1000,
    }
)
# Fields that show a person: what was last shown is kept in the field as well.
PERSONAL_FIELD: Final = re.compile(
    rb"\\AcVar\s+(?:\\.\s+)?(?:Author|LastSavedBy|Login)|loginname", re.IGNORECASE
)
FIELD_CODES: Final = (2, 3)
FIELD_VALUES: Final = (1, 300, 301)


def plan_record(draft: Draft, record: Record) -> None:
    """Plan the hidden strings of one record; what a sheet shows is left to ``dxf_content``."""
    kind = record.kind
    if kind == "CLASS":
        draft.note(_makers(draft, record))
    elif kind == "DICTIONARY":
        _plan_dictionary(draft, record)
    elif kind == "XRECORD" and dxf_metadata.is_properties(draft, record):
        dxf_metadata.plan_properties(draft, record)
    elif kind == "FIELD":
        _plan_field(draft, record)
    else:
        _plan_strings(draft, record)
    if kind == "GEODATA":
        draft.note([_place(draft, record)])
    if kind in EMBEDDED:
        category = Category.SCRIPT if kind == "VBA_PROJECT" else Category.ATTACHMENT
        draft.note([stated(kind, category, EMBEDDED[kind], Action.REVIEW)])
    dxf_kernel.plan_model(draft, record)


def _plan_strings(draft: Draft, record: Record) -> None:
    shown = (*SHOWN.get(record.kind, ()), *NAMES.get(record.kind, ()))
    references = REFERENCES.get(record.kind, ())
    for tag in record.tags:
        if tag.code in STRING_CODES and tag.code not in shown:
            draft.hide(tag, record.kind[:40], directory=tag.code in references)


def _makers(draft: Draft, record: Record) -> list[Finding]:
    """Return the addresses in the name of a class, which its program finds it by."""
    told: list[Finding] = []
    for tag in record.tags:
        if tag.code == 3 and b"@" in draft.raw(tag):
            text = draft.read(tag).text
            told += (
                found("CLASS", span.category, Action.KEPT, text[span.start : span.end])
                for span in people.find(text)
            )
    return told


def _plan_dictionary(draft: Draft, record: Record) -> None:
    """Shorten keys that are paths, and keep every key of a dictionary another one."""
    keys = [tag for tag in record.tags if tag.code == 3]
    renamed: list[Tag] = []
    for tag in keys:
        before = draft.raw(tag)
        draft.hide(tag, "DICTIONARY")
        if draft.raw(tag) != before:
            renamed.append(tag)
    put_unique(draft, renamed, keys)


def put_unique(draft: Draft, renamed: list[Tag], keys: list[Tag]) -> None:
    """Number those ``renamed`` among ``keys`` of a dictionary that are like another one."""
    if not renamed:
        return
    standing = Counter(draft.raw(tag).lower() for tag in keys)
    counts: Counter[bytes] = Counter()
    for tag in renamed:
        key = candidate = draft.raw(tag) or b"entry"
        standing[draft.raw(tag).lower()] -= 1
        while standing[candidate.lower()] > 0:
            counts[key] += 1
            candidate = key + b"_%d" % (counts[key] + 1)
        standing[candidate.lower()] += 1
        draft.put(tag, candidate)


def _plan_field(draft: Draft, record: Record) -> None:
    code = b"".join(draft.raw(tag) for tag in record.tags if tag.code in FIELD_CODES)
    personal = PERSONAL_FIELD.search(code) is not None
    values = [tag for tag in record.tags if tag.code in FIELD_VALUES]
    for tag in record.tags:
        # The first group 1 is which program evaluates the field.
        if personal and tag in values[1:]:
            text = draft.read(tag).text
            draft.put(tag, b"", [found("FIELD", Category.PERSON, Action.REMOVED, text)])
        elif tag.code in STRING_CODES:
            draft.hide(tag, "FIELD")


def _place(draft: Draft, record: Record) -> Finding:
    """Return where on earth the drawing says it lies."""
    numbers = [
        f"{value:.6g}"
        for tag in whole(draft.grid, record)
        if tag.code in (10, 20) and (value := draft.grid.value(tag)) is not None
    ]
    return found(
        "GEODATA", Category.LOCATION, Action.REVIEW, ", ".join(numbers[:2]) or "set", content=True
    )
