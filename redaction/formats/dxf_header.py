"""What the header of a drawing says about people, and what takes its place.

Room: redaction/formats. Pure. Header variables are a name (group 9) and its values; the table says
what each telling one holds. Sources: DXF Reference, "HEADER Section Group Codes"; the properties of
a drawing up to release 2000 lie in a record of their own, see ``dxf_objects``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from redaction.formats.dxf_tags import Grid, Tag
from redaction.model import Category


class Rule(Enum):
    """What is done to a header variable."""

    BLANK = "blank"  # the value becomes empty
    GUID = "guid"  # the value becomes the same for everybody
    DATE = "date"  # the value becomes the first of January 1970
    SPAN = "span"  # the value becomes zero
    PATH = "path"  # the directories go, the name stays
    PAIR = "pair"  # name and value go
    PLACE = "place"  # the value stays and is reported


@dataclass(frozen=True, slots=True)
class Variable:
    """A telling header variable."""

    category: Category
    rule: Rule


NO_GUID: Final = b"{00000000-0000-0000-0000-000000000000}"
EPOCH_JULIAN: Final = 2440587.5
_GUID: Final = Variable(Category.IDENTIFIER, Rule.GUID)
_DATE: Final = Variable(Category.TIME, Rule.DATE)
_SPAN: Final = Variable(Category.TIME, Rule.SPAN)
_PATH: Final = Variable(Category.PATH, Rule.PATH)
_PLACE: Final = Variable(Category.LOCATION, Rule.PLACE)
_WORDS: Final = Variable(Category.COMMENT, Rule.BLANK)
VARIABLES: Final = {
    b"$LASTSAVEDBY": Variable(Category.PERSON, Rule.BLANK),
    b"$AUTHOR": Variable(Category.PERSON, Rule.BLANK),
    b"$TITLE": _WORDS,
    b"$SUBJECT": _WORDS,
    b"$KEYWORDS": _WORDS,
    b"$COMMENTS": _WORDS,
    b"$REVISIONNUMBER": _WORDS,
    b"$PROJECTNAME": _WORDS,
    b"$HYPERLINKBASE": Variable(Category.PATH, Rule.BLANK),
    b"$CUSTOMPROPERTYTAG": Variable(Category.COMMENT, Rule.PAIR),
    b"$CUSTOMPROPERTY": Variable(Category.COMMENT, Rule.PAIR),
    b"$MENU": _PATH,
    b"$STYLESHEET": _PATH,
    b"$FINGERPRINTGUID": _GUID,
    b"$VERSIONGUID": _GUID,
    b"$TDCREATE": _DATE,
    b"$TDUCREATE": _DATE,
    b"$TDUPDATE": _DATE,
    b"$TDUUPDATE": _DATE,
    b"$TDINDWG": _SPAN,
    b"$TDUSRTIMER": _SPAN,
    b"$LATITUDE": _PLACE,
    b"$LONGITUDE": _PLACE,
}
# A new drawing lies in San Francisco; that tells of nobody.
DEFAULT_PLACES: Final = frozenset({37.795, -122.394, 0.0})
DATES: Final = {Rule.DATE: EPOCH_JULIAN, Rule.SPAN: 0.0}
NAME_CODE: Final = 9


def variables(grid: Grid, head: Tag) -> Iterator[tuple[bytes, Tag, list[Tag]]]:
    """Yield (name, its tag, its values) for the variables of the header that begins at ``head``."""
    name, values = None, list[Tag]()
    for tag in grid.tags(head.after, len(grid.data)):
        if tag.code in (0, NAME_CODE) and name is not None:
            yield grid.raw(name), name, values
        if tag.code == 0:
            return
        if tag.code == NAME_CODE:
            name, values = tag, []
        elif name is not None:
            values.append(tag)


def settings(grid: Grid, head: Tag) -> dict[bytes, bytes]:
    """Return the first value of each variable, as it stands."""
    return {name: grid.raw(values[0]) for name, _, values in variables(grid, head) if values}
