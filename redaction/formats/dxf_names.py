"""Names of layers, blocks and sheets in a DXF, as numbers, where a profile asks for it.

Room: redaction/formats. Pure; linear in the file. Names are how records refer to each other, in any
case, so each is replaced wherever it is one: on every entity, in tables, insertions, layouts, and
as the whole of any other string among the objects. Names of the format itself stay.
Sources: DXF Reference, "TABLES", "BLOCKS", "Common Group Codes for Entities", "LAYOUT".
"""

from collections.abc import Iterator
from typing import Final

from redaction.carriers.numbered_names import Numbered, staying
from redaction.formats.dxf_draft import Draft
from redaction.formats.dxf_tags import Tag
from redaction.model import Category, Profile

LAYER_CODES: Final = frozenset({8, 1003})
LAYER, BLOCK, SHEET = "LAYER", "BLOCK", "SHEET"
# The names a record gives or calls, by its kind and the group code.
CALLED: Final = {
    ("LAYER", 2): LAYER,
    ("BLOCK", 2): BLOCK,
    ("BLOCK", 3): BLOCK,
    ("BLOCK_RECORD", 2): BLOCK,
    ("INSERT", 2): BLOCK,
    ("DIMENSION", 2): BLOCK,
    ("ACAD_TABLE", 2): BLOCK,
}
KEPT: Final = frozenset({"0", "defpoints", "model"})
# Anonymous blocks, spaces, and the arrows that every program has.
OWN: Final = ("*", "_", "$")
DEPENDENT: Final = "|"
# Strings that are a name as a whole are one too, in these sections: keys, states, filters.
ELSEWHERE: Final = frozenset({"TABLES", "OBJECTS", "HEADER"})
STRINGS: Final = frozenset({1, 2, 3, 6, 7, *range(300, 310), 1000})
ARROWS_R12: Final = frozenset({5, 6, 7})
MIN_CHARS: Final = 3
LAYOUT_CLASS: Final = b"AcDbLayout"


class _Names:
    """Which names there are, and what becomes of each."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._numbered = {kind: Numbered(KEPT) for kind in (LAYER, BLOCK, SHEET)}

    def of(self, kind: str, raw: bytes) -> bytes:
        """Return what stands in the place of a name."""
        name = raw.decode("latin-1").lower()
        if not name or name.startswith(OWN):
            return raw
        if DEPENDENT in name:
            # Its first half is a drawing outside: nobody can rename that.
            self._draft.note([staying(f"DXF.{kind}", name)])
            return raw
        instead = self._numbered[kind].of(kind.lower(), name, f"DXF.{kind}")
        return raw if instead == name else instead.upper().encode("ascii")

    def known(self, raw: bytes) -> bytes | None:
        """Return what became of ``raw``, if it is one of the names and long enough to be sure."""
        name = raw.decode("latin-1").lower()
        if len(name) < MIN_CHARS or not any(map(str.isalpha, name)):
            return None
        for numbered in self._numbered.values():
            if name in numbered.known:
                return numbered.known[name].upper().encode("ascii")
        return None

    def note(self) -> None:
        """Report what was renamed."""
        for numbered in self._numbered.values():
            self._draft.note(numbered.findings)


def number(draft: Draft, profile: Profile) -> None:
    """Plan that names become numbers, if ``profile`` asks for names."""
    if Category.NAME not in profile.redact_content:
        return
    names = _Names(draft)
    for tag, kind in _called(draft):
        raw = draft.raw(tag)
        draft.put(tag, names.of(kind, raw))
    for tag, section, record in _placed(draft):
        # In a record of anything, this code may be a layer, or who saved the drawing.
        listed = tag.code in LAYER_CODES and record == "XRECORD"
        if section not in ELSEWHERE or not (listed or tag.code in STRINGS | ARROWS_R12):
            continue
        raw = draft.grid.raw(tag)
        instead = names.known(raw) if draft.raw(tag) == raw else None
        if instead is None or instead == raw:
            continue
        if listed or tag.code in STRINGS:
            draft.put(tag, instead)
        elif record == "DIMSTYLE":
            draft.note([staying("DXF.DIMSTYLE", raw.decode("latin-1"))])
    names.note()


def _called(draft: Draft) -> Iterator[tuple[Tag, str]]:
    """Yield the tags that are names by their record and code, and of what."""
    layout = False
    for tag, section, record in _placed(draft):
        if tag.code in LAYER_CODES and record != "XRECORD":
            yield tag, LAYER
        elif tag.code == 100 and record == "LAYOUT":
            layout = draft.grid.raw(tag) == LAYOUT_CLASS
        elif record == "LAYOUT" and layout and tag.code == 1:
            layout = False
            yield tag, SHEET
        elif (record, tag.code) in CALLED and (section != "CLASSES"):
            yield tag, CALLED[record, tag.code]


def _placed(draft: Draft) -> Iterator[tuple[Tag, str, str]]:
    """Yield every tag with the section and the record that it stands in."""
    grid = draft.grid
    section = record = ""
    for tag in grid.tags(grid.begin, len(grid.data)):
        if tag.code == 0:
            record = grid.raw(tag).decode("latin-1")
            if record == "EOF":
                return
            section = "" if record in ("SECTION", "ENDSEC") else section
        elif record == "SECTION" and tag.code == 2 and not section:
            section = grid.raw(tag).decode("latin-1")
        yield tag, section, record
