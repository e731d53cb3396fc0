"""Who signed the rows of revision tables and short title blocks: initials and surnames.

Room: redaction/text. Pure; linear in the text. A row has a date, and cells parted by strokes,
tabs or blanks; who did it stands beside the date or last.
"""

import re
from collections.abc import Iterator
from typing import Final

from redaction.model import Category
from redaction.text.dates import DATE
from redaction.text.labels import LABELS
from redaction.text.latin import LETTER, UPPER, Familiarity, name_at
from redaction.text.lexicon import lexicon
from redaction.text.span import Span
from redaction.text.vocabulary import is_workshop

LINE: Final = re.compile(r"[^\n]{6,300}")
CELLS: Final = re.compile(r"[|;\t]| / |  ")
NEAR: Final = re.compile(r"[\s,|;/~_\-–()\[\]]{0,6}")
REVISION: Final = re.compile(
    r"\b(?:rev(?:ision)?|issue|iss|index|zone|ecn|eco|ecr|dcn|ind|mod|änd(?:erung)?|version|ver"
    r"|indice|revisión|revisione|zmiana|изм|ändrad|release[d]?|initial|改訂|更改|修改)\b",
    re.IGNORECASE,
)
CELL_INITIALS: Final = re.compile(
    r"(?P<before>^|[|;\t/,\-–~_]|  +|\s)[ ]*(?P<initials>[A-ZÄÖÜÅØ]{2,4}|[A-ZÄÖÜÅØ]\.[ "
    r"]?[A-ZÄÖÜÅØ]\.)(?=[ ]*(?:[|;\t/,\n~_]|  |$|[-–]|[ ]))"
)
# The last two cells of a row: who did it, and who checked it.
LAST_CELL: Final = re.compile(
    rf"(?:  |[|;\t]) ?(?P<one>[{UPPER}][{LETTER}.' \-]{{1,22}}?) ?(?:(?:  |[|;\t]) "
    rf"?(?P<two>[{UPPER}][{LETTER}.' \-]{{1,22}}?))?[ |;\t]*$"
)
JOINTS: Final = re.compile(r"[\s,|;/~_\-–()]*+")
ROW_END: Final = re.compile(r"[\s|;)]{0,6}(?:$|\||;|\t|  )")
LOWER_LAST: Final = re.compile(r"(?:  |[|;\t]) ?([a-zäöü]{2,3})[ |;\t]*$")
SHORT_CELLS: Final = re.compile(
    r"(?<!\w)(?:DR|DN|DW|DWN|DRN|DES|CK|CH|CHK|CHKD|AP|APP|APR|APPD|ENG|QA|MFG|REL)[.: "
    r"]{1,2}(?P<initials>[A-Z]{2,3})(?=\s+[A-Z]{2,4}[.: ]|\s*$)"
)


def rows(text: str) -> Iterator[Span]:
    """Yield who signed the rows of ``text``."""
    for line in LINE.finditer(text):
        for start, end, sure in _row(line[0]):
            place = (line.start() + start, line.start() + end)
            yield Span(*place, Category.PERSON, sure, "name.revision")


def _row(row: str) -> Iterator[tuple[int, int, float]]:
    short = list(SHORT_CELLS.finditer(row))
    for cell in short if len(short) > 1 else ():
        if not is_workshop(cell["initials"].lower()):
            yield *cell.span("initials"), 0.82
    dates = list(DATE.finditer(row))
    if dates and (REVISION.search(row) or len(CELLS.findall(row)) > 1):
        yield from _initials(row, dates)
        yield from _last(row)
        yield from _dated(row, dates)


def _initials(row: str, dates: list[re.Match[str]]) -> Iterator[tuple[int, int, float]]:
    """Yield initials with nothing between them and a date."""
    for cell in CELL_INITIALS.finditer(row):
        start, end = cell.span("initials")
        low = cell["initials"].lower().replace(".", "").replace(" ", "")
        known = is_workshop(low) or low in LABELS or (low in lexicon().words and len(low) > 3)
        if not known and any(_meet(row, start, end, date) for date in dates):
            yield start, end, 0.82


def _meet(row: str, start: int, end: int, date: re.Match[str]) -> bool:
    if date.end() <= start:
        return NEAR.fullmatch(row, date.end(), start) is not None
    return end <= date.start() and NEAR.fullmatch(row, end, date.start()) is not None


def _last(row: str) -> Iterator[tuple[int, int, float]]:
    """Yield who stands in the last two cells."""
    last = LAST_CELL.search(row)
    if last and row[: last.start()].count("  ") + len(re.findall(r"[|;\t]", row)) > 1:
        for cell in ("one", "two"):
            name = name_at(row, last.start(cell)) if last[cell] else None
            if name and name.end == last.end(cell) and name.familiarity is not Familiarity.WORD:
                yield name.start, name.end, 0.78
    small = LOWER_LAST.search(row)
    if small and small[1] not in lexicon().words and not is_workshop(small[1]):
        yield *small.span(1), 0.7


def _dated(row: str, dates: list[re.Match[str]]) -> Iterator[tuple[int, int, float]]:
    """Yield a surname that follows a date."""
    for date in dates:
        after = JOINTS.match(row, date.end())
        name = name_at(row, after.end() if after else date.end())
        if name is None or name.shape != "single":
            continue
        known, shouted = name.familiarity, row[name.start : name.end].isupper()
        revised = REVISION.search(row) is not None
        if ROW_END.match(row, name.end) and known not in (Familiarity.WORD, Familiarity.AMBIGUOUS):
            yield name.start, name.end, 0.8
        elif known is Familiarity.KNOWN and revised and not shouted:
            yield name.start, name.end, 0.72
