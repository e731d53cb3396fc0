"""Remarks in programs for machines and in artwork: which of them tell of people, and what goes.

Room: redaction/carriers. Pure; bounded work per file. A machinist reads remarks, so those about
tools and operations stay. One that says who wrote a file, when, where or by which program goes
whole; of any other one, only the names and addresses in it. Used by G-code, Gerber and Excellon.
"""

import re
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from redaction.carriers import echoes
from redaction.model import Category, Finding
from redaction.text import people

# So much is looked through for people; what more there is goes unread.
MAX_LOOKED_CHARS: Final = 200_000
# Nobody reads a longer one at a machine.
MAX_REMARK_CHARS: Final = 2_000
MAX_ECHOES: Final = 200
SURE: Final = 0.6
MIN_ECHO_CHARS: Final = 4

_IS: Final = r"[ _]*[=:\-]"
_DONE: Final = (
    r"(?:written|created|drawn|designed|checked|approved|posted|generated|exported|prepared|made"
    r"|edited|modified|saved|changed|output|produced|programmed|revised|erstellt|geschrieben)"
)
_PROGRAMS: Final = (
    r"slic3r|\w*slicer\b|cura_|bambustudio|simplify3d|ideamaker|mastercam|fusion ?360|autodesk"
    r"|freecad|solidcam|hsmworks|featurecam|esprit|gibbscam|powermill|bobcad|vcarve|aspire|estlcam"
    r"|kicad|eagle|altium|easyeda|fritzing|flatcam|pcb-?gcode|cadence|allegro|orcad|pads\b|gerbv"
)
# How a remark begins that says who, where, when or by which program; the first row decides.
HEADERS: Final = tuple(
    (category, re.compile(begins, re.IGNORECASE))
    for category, begins in (
        (Category.IDENTIFIER, r"[\w ]{0,40}?(?:api_?key|password|token|serial(?:_?n\w+)?)" + _IS),
        (
            Category.HOST,
            r"(?:print_?host|host_?name|host|computer|workstation|machine_?name)" + _IS,
        ),
        (
            Category.PERSON,
            r"(?:nc[ _-]?)?(?:programm?er|author|autor|creator|designer|ersteller|bearbeiter)\b"
            r"|(?:user(?:[ _]?name)?|owner|benutzer|编程|作者)" + _IS,
        ),
        (Category.ORGANISATION, r"(?:company|organi[sz]ation|customer|client|firma|kunde)" + _IS),
        (Category.PERSON, r"by\b(?!-)"),
        (
            Category.TIME,
            r"(?:[a-z]{1,12}[ _-]){0,2}(?:date|time ?stamp|日期)\b"
            r"|(?:[a-z]{1,12}[ _-])?time" + _IS + r"\s*(?:\d{1,2}:\d|hh)",
        ),
        (
            Category.SOFTWARE,
            _DONE + r"[ _]+(?:with|from|using|on|at|in)\b|generat(?:or|ed)\b|exported\b"
            r"|post[ _-]?process|ca[dm][ _-]?(?:system|software|version)|software\b|" + _PROGRAMS,
        ),
        (Category.PATH, r"(?:full )?(?:path|directory|folder|file[ _]?path)" + _IS + r".*[\\/]"),
    )
)
# What tells wherever in a remark it stands, and takes it all along.
MARKS: Final = (
    (
        Category.PATH,
        re.compile(
            r"(?<![A-Za-z])[A-Za-z]:[\\/]|\\\\\w|\bfile:|(?:^|[\s=:\"'(])(?:~|\.{1,2})?"
            r"(?:[\\/][^\\/\s]*[A-Za-z][^\\/\s]*){2,}"
        ),
    ),
    (
        Category.TIME,
        re.compile(
            r"(?<![\d.])(?:(?:19|20)\d\d([-/.])[01]?\d\1[0-3]?\d(?!\d)"
            r"|[0-3]?\d([-/.])[0-3]?\d\2(?:(?:19|20)\d\d|\d\d)(?![\d.]))"
            r"|\b[0-3]?\d[-. ]{0,2}(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])"
            r"[a-zä]{0,6}[-. ,]{1,2}(?:(?:19|20)\d\d|\d\d)\b"
            r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?[ -][0-3]?\d\b"
            r"|(?:19|20)\d\d ?年|(?<!\d)20[0-4]\d[01]\d[0-3]\d(?!\d)",
            re.IGNORECASE,
        ),
    ),
    (
        Category.IDENTIFIER,
        re.compile(
            r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|\b(?=[0-9a-f]*[a-f])[0-9a-f]{32}\b",
            re.IGNORECASE,
        ),
    ),
    (Category.PREVIEW, re.compile(r"[^\s=_:-]{40,}")),
    (Category.PERSON, re.compile(rf"\b{_DONE}[ _]+by\b", re.IGNORECASE)),
)
# A line of a slicer's configuration stays where its value is a number or one plain word.
SETTING: Final = re.compile(r"\s*(?P<key>[a-z][a-z0-9_]{2,60}) = (?P<value>.*)", re.DOTALL)
PLAIN: Final = re.compile(r"[-+0-9.,;:%x/\s]*|[a-z0-9_]{1,40}")
TELLING: Final = re.compile(r"_id$|note|name|host|user|key|token|preset|post_process|mail|vendor")
# Without one of these, a remark names nobody.
WORDS: Final = re.compile(r"[^\W\d_]{3}|[@\\]|(?:\d[\s()./-]*){7}")
VALUE: Final = re.compile(r"[^=:\d]{1,60}[=:]\s*(?P<value>.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Remark:
    """What becomes of a remark: ``left`` stays of it, with tokens for names; "" if it goes.

    ``cuts`` are characters from, to, and what stands there.
    """

    left: str
    cuts: tuple[tuple[int, int, Category], ...] = ()


@dataclass(slots=True)
class Remarks:
    """The remarks of one file; the same words are read once, and so many characters in all."""

    left_chars: int = MAX_LOOKED_CHARS
    _known: dict[str, Remark] = field(default_factory=dict)

    def read(self, body: str) -> Remark:
        """Return what goes of a remark, given without the signs that make it one."""
        known = self._known.get(body)
        if known is None:
            known = self._known[body] = self._read(body)
        return known

    def _read(self, body: str) -> Remark:
        category = whole(body) if len(body) <= MAX_REMARK_CHARS else Category.COMMENT
        if category is not None:
            return _all(body, category)
        if WORDS.search(body) is None:
            return Remark(body)
        self.left_chars -= len(body)
        if self.left_chars < 0:
            return _all(body, Category.COMMENT)
        return _named(body)


def whole(body: str) -> Category | None:
    """Return as what a remark goes altogether; None for one about the work itself."""
    said = body.strip(" \t;(#!@")
    setting = SETTING.match(said)
    begun = (category for category, begins in HEADERS if begins.match(said))
    marked = (category for category, mark in MARKS if mark.search(said))
    found = next(chain(begun, marked), None)
    if found is not None:
        return found
    if setting is not None and (
        TELLING.search(setting["key"]) or PLAIN.fullmatch(setting["value"].strip()) is None
    ):
        return Category.COMMENT
    return None


def value(body: str) -> str:
    """Return what a remark says, without the name before it ("PROGRAMMER: …")."""
    said = body.strip(" \t;()#!@")
    found = VALUE.fullmatch(said)
    return (found["value"] if found else said).strip()


def echoing(removed: list[Finding]) -> re.Pattern[str] | None:
    """Return what finds the removed names again in remarks that would else stay."""
    words = sorted({word for word, _ in echoes.telling(removed) if len(word) >= MIN_ECHO_CHARS})
    if not words:
        return None
    either = "|".join(re.escape(word) for word in words[:MAX_ECHOES])
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)


def _all(body: str, category: Category) -> Remark:
    return Remark("", ((0, len(body), category),))


def is_telling(body: str) -> bool:
    """Return whether a remark would not stay as it is."""
    return whole(body) is not None or any(span.confidence >= SURE for span in people.find(body))


def _named(body: str) -> Remark:
    """Replace who and what is named; what reads as a name again afterwards, goes whole."""
    spans = [span for span in people.find(body) if span.confidence >= SURE]
    if not spans:
        return Remark(body)
    position, left = 0, ""
    for span in spans:
        left += body[position : span.start] + people.token(span.category)
        position = span.end
    left += body[position:]
    if is_telling(left):
        return _all(body, spans[0].category)
    return Remark(left, tuple((span.start, span.end, span.category) for span in spans))
