"""Telephone numbers in free text.

Room: redaction/text. Pure; linear in the text. A drawing is full of digits, so a number counts
only with a country code that exists, a word before it that announces a telephone, or a shape that
nothing else has; a word that announces a part number vetoes. ``phonenumbers`` decides what is
possible; its own matcher takes part numbers for mobiles and is not used.
"""

import re
from collections.abc import Iterator
from typing import Final

import phonenumbers
from phonenumbers.phonemetadata import PhoneMetadata

from redaction.model import Category
from redaction.text.span import Span

_DIGITS: Final = r"\d(?:[ \t.\-/()  ‑–]{0,3}+\d){5,16}+"
INTERNATIONAL: Final = re.compile(
    r"(?<![\w.,+±/])(?:\+|00(?=[1-9]))[ \t]?\(?[1-9](?:[ \t.\-/()  ‑–]{0,3}+\d){6,16}+(?![\w%°])"
)
LABELLED: Final = re.compile(
    r"(?:(?<![^\W_])(?:tel(?:e(?:phone|fon|fono|fax)|\.?-?\s?nr)?|t[ée]l[ée]?phone|t[ée]l|phone|ph"
    r"|fax|mob(?:ile|il)?|cell(?:ulare|phone)?|handy|ruf(?:nummer)?|whats ?app|direct(?: line)?"
    r"|hotline|durchwahl|тел|факс|telefoon|(?P<letter>[tmfp](?=\s{0,2}[.:：]\s)))"
    r"|电话|手机|传真|座机|联系方式|電話|携帯|전화|팩스)"
    r"(?:\s?(?:no|nr|number|#|№|号码|番号)\.?)?\s{0,2}[.:：#]?[.:：]?\s{0,3}"
    rf"(?P<number>[+(]?\(?{_DIGITS})(?![\w%°])",
    re.IGNORECASE,
)
NORTH_AMERICA: Final = re.compile(
    r"(?<![\w.\-+/])(?:1[ .\-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[.\-])[2-9]\d\d[.\- ]\d{4}"
    r"(?![\w\-]|[.]\d)"
)
CHINA_MOBILE: Final = re.compile(r"(?<![\w.\-+/])1[3-9]\d([ -]?)\d{4}\1\d{4}(?![\w\-]|[.]\d)")
CHINA_LINE: Final = re.compile(r"(?<![\w.\-+/])0\d{2,3}[ -]\d{7,8}(?:-\d{1,4})?(?![\w\-]|[.]\d)")

PART_NUMBER: Final = re.compile(
    r"(?:\bp/?n\b|part|item|article|artikel|\bart\b|serial|\bs/?n\b|drawing|\bdwg\b|zeichnung|order"
    r"|\bpo\b|\bjob\b|\blot\b|batch|\bsku\b|catalog|model|\bref\b|\bdin\b|\biso\b|\ben\b|\bgtin\b|\bean\b"
    r"|material|code|图号|物料|编码|订单|编号|料号|図番|管理番号|sach|ident|stock|\bnsn\b|\bcas\b|invoice"
    r"|\bid\b)[^\n]{0,18}$",
    re.IGNORECASE,
)
UNIT_AFTER: Final = re.compile(
    r"\s?(?:mm|cm|m|in|inch|µm|um|kg|g|n|nm|mpa|bar|psi|v|a|w|kw|hz|rpm|pcs|pc|stk|件|个|x|×|°)\b",
    re.IGNORECASE,
)
BEFORE_CHARS: Final = 30


def phones(text: str) -> Iterator[Span]:
    """Yield the telephone numbers in ``text``, with how sure they are."""
    for found in INTERNATIONAL.finditer(text):
        if _exists(found[0]):
            yield _span(found.start(), found.end(), 0.9)
    for found in LABELLED.finditer(text):
        number = found["number"]
        if _possible(number, found["letter"] is not None) and not UNIT_AFTER.match(
            text, found.end()
        ):
            yield _span(found.start("number"), found.end("number"), 0.88)
    for pattern, confidence in ((NORTH_AMERICA, 0.8), (CHINA_MOBILE, 0.6), (CHINA_LINE, 0.8)):
        for found in pattern.finditer(text):
            if not _announced_as_part(text, found.start()):
                bare = pattern is NORTH_AMERICA and "(" not in found[0]
                yield _span(found.start(), found.end(), 0.6 if bare else confidence)


def _span(start: int, end: int, confidence: float) -> Span:
    return Span(start, end, Category.PHONE, confidence)


def _announced_as_part(text: str, start: int) -> bool:
    return PART_NUMBER.search(text[max(0, start - BEFORE_CHARS) : start]) is not None


def _exists(number: str) -> bool:
    """Return whether a number with a country code is one that can be dialled there."""
    plain = "+" + re.sub(r"\D", "", number).removeprefix("00")
    try:
        # Many write the trunk zero in brackets: +49 (0) 711 …
        parsed = phonenumbers.parse("+" + re.sub(r"\D", "", number.replace("(0)", "")).lstrip("0"))
    except phonenumbers.NumberParseException:
        return False
    return len(plain) >= 9 and phonenumbers.is_possible_number(parsed) and _grouped(number, parsed)


def _grouped(number: str, parsed: phonenumbers.PhoneNumber) -> bool:
    # An offset pair ("+12.500 -0.025") has a country code by accident and no valid number.
    return phonenumbers.is_valid_number(parsed) or (" " in number and "." not in number)


def _possible(number: str, strict: bool) -> bool:
    digits = re.sub(r"\D", "", number)
    return (9 if strict else 6) <= len(digits) <= 16 and len(set(digits)) > 1


def warm() -> None:
    """Load every country's numbering plan, so that no file is opened afterwards."""
    PhoneMetadata.load_all()
