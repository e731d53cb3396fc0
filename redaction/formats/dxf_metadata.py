"""Metadata of a drawing: its header, its properties, its comments and its preview.

Room: redaction/formats. Pure. Plans changes into a ``Draft``; which header variable tells what
stands in ``dxf_header``. Before release 2004 a drawing's properties are an extension record that
begins with a fixed cookie.
"""

import binascii
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from redaction.carriers import naming
from redaction.formats import dxf_header
from redaction.formats.dxf_draft import Draft, found, stated
from redaction.formats.dxf_header import Rule, Variable
from redaction.formats.dxf_tags import Record, Tag, whole
from redaction.model import Action, Category, Finding

PROPERTIES_COOKIE: Final = b"DWGPROPS COOKIE"
# Group codes of the properties record and what the same property is called elsewhere.
PROPERTIES: Final = {
    2: "title",
    3: "subject",
    4: "author",
    6: "comments",
    7: "keywords",
    8: "last_saved_by",
    9: "revision",
}
PROPERTY_TIMES: Final = range(40, 44)
CUSTOM_PROPERTIES: Final = range(300, 310)
# Julian days begin in 4713 B.C.; a smaller number is a span.
FIRST_JULIAN: Final = 1_000_000.0


def plan_header(draft: Draft, head: Tag) -> None:
    """Plan the header section whose first tag is ``head``."""
    custom_name = ""
    for name, tag, values in dxf_header.variables(draft.grid, head):
        variable = dxf_header.VARIABLES.get(name)
        if name == b"$CUSTOMPROPERTYTAG" and values:
            custom_name = draft.read(values[0]).text
        if variable is None:
            _hide_strings(draft, name, values)
        elif variable.rule is Rule.PAIR:
            end = values[-1].after if values else tag.after
            draft.cut(tag.at, end, _custom(draft, custom_name, values))
        else:
            for value in values:
                _settle(draft, name.decode("ascii", "replace"), variable, value)


def _hide_strings(draft: Draft, name: bytes, values: Iterable[Tag]) -> None:
    for value in values:
        if value.code < 10 or 300 <= value.code < 310:
            draft.hide(value, name.decode("ascii", "replace")[:40])


def _settle(draft: Draft, name: str, variable: Variable, value: Tag) -> None:
    if variable.rule is Rule.PATH:
        draft.hide(value, name, directory=True)
    elif variable.rule is Rule.BLANK:
        text = draft.read(value).text
        told = naming.removed("DXF", name.lstrip("$"), text)
        # What the table says is surer than what the name sounds like.
        seed = variable.category not in naming.COMMON
        told[:1] = [
            replace(first, category=variable.category, seed=first.seed and seed)
            for first in told[:1]
        ]
        draft.put(value, b"", told)
    elif variable.rule is Rule.GUID:
        guid = draft.read(value).text
        if guid:
            identifier = found(name, variable.category, Action.REPLACED, guid)
            draft.put(value, dxf_header.NO_GUID, [identifier])
    elif variable.rule is Rule.PLACE:
        _report_place(draft, name, value)
    else:
        _reset(draft, name, value, dxf_header.DATES[variable.rule])


def _report_place(draft: Draft, name: str, value: Tag) -> None:
    degrees = _number(draft, value)
    if degrees is not None and round(degrees, 4) not in dxf_header.DEFAULT_PLACES:
        place = found(name, Category.LOCATION, Action.REVIEW, f"{degrees:.6g}", content=True)
        draft.note([place])


def _reset(draft: Draft, name: str, value: Tag, neutral: float) -> None:
    held = _number(draft, value)
    if held != neutral:
        told = (
            [] if held is None else [stated(name, Category.TIME, f"{held:.10g}", Action.REPLACED)]
        )
        draft.put(value, draft.grid.number(neutral), told)


def _number(draft: Draft, value: Tag) -> float | None:
    return draft.grid.value(value)


def _custom(draft: Draft, name: str, values: Sequence[Tag]) -> list[Finding]:
    return [
        replace(told, carrier="DXF.CUSTOMPROPERTY")
        for value in values
        for told in naming.removed("DXF", name, _plain(draft.read(value).text))
    ]


def _plain(text: str) -> str:
    """Return what a value says; some programs write UTF-16 as hexadecimal digits."""
    if len(text) < 8 or len(text) % 4:
        return text
    try:
        plain = binascii.unhexlify(text).decode("utf-16-le").strip("\x00")
    except (ValueError, UnicodeDecodeError):
        return text
    return plain if plain.isprintable() else text


def is_properties(draft: Draft, record: Record) -> bool:
    """Return whether ``record`` holds the drawing's properties."""
    first = next((tag for tag in record.tags if tag.code == 1), None)
    return first is not None and draft.grid.raw(first) == PROPERTIES_COOKIE


def plan_properties(draft: Draft, record: Record) -> None:
    """Plan the properties that a drawing keeps in a record."""
    for tag in whole(draft.grid, record):
        if tag.code in PROPERTIES:
            text = draft.read(tag).text
            draft.put(tag, b"", naming.removed("DXF", PROPERTIES[tag.code], text))
        elif tag.code in CUSTOM_PROPERTIES:
            name, equals, value = draft.read(tag).text.partition("=")
            told = naming.removed("DXF", name or "custom", value)
            draft.put(tag, equals.encode("ascii"), [_custom_carrier(one) for one in told])
        elif tag.code in PROPERTY_TIMES:
            held = _number(draft, tag) or 0.0
            neutral = dxf_header.EPOCH_JULIAN if held > FIRST_JULIAN else 0.0
            _reset(draft, "DWGPROPS", tag, neutral)


def _custom_carrier(told: Finding) -> Finding:
    return replace(told, carrier="DXF.CUSTOMPROPERTY")


def plan_comments(draft: Draft, comments: Iterable[Tag]) -> None:
    """Plan to take out every comment."""
    for tag in comments:
        draft.cut(tag.at, tag.after, naming.removed("DXF", "comment", draft.read(tag).text))


def plan_preview(draft: Draft, start: int, end: int) -> None:
    """Plan to take out the preview section."""
    preview = stated("THUMBNAILIMAGE", Category.PREVIEW, "preview picture", Action.REMOVED)
    draft.cut(start, end, [preview])


def plan_tail(draft: Draft, end: Tag) -> None:
    """Plan to take out what follows the end mark; blanks and line ends may stay."""
    data = draft.grid.data
    tail = data[end.after :]
    if tail.strip(b"\x00 \t\r\n\x1a"):
        after = stated("after-end", Category.HISTORY, f"{len(tail)} bytes", Action.REMOVED)
        draft.cut(end.after, len(data), [after])
