"""Numbers that states give to people: identity cards, passports, tax and insurance numbers.

Room: redaction/text. Pure; linear in the text. A number counts by its check digits, or by the
words before it; never by its length alone. Sources: GB 11643 (PRC), ISO 7064, EN ISO/IEC 7812,
and what each country's register publishes about its check digits.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from redaction.model import Category
from redaction.text.phones import PART_NUMBER
from redaction.text.span import Span

PRC_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
PRC_CHECKS: Final = "10X98765432"
_REGIONS: Final = """
    11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65
    71 81 82 83
"""
PRC_REGIONS: Final = frozenset(_REGIONS.split())


def is_prc(number: str) -> bool:
    """Return whether ``number`` is a resident identity number of the PRC (GB 11643)."""
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, PRC_WEIGHTS, strict=False))
    return number[:2] in PRC_REGIONS and PRC_CHECKS[total % 11] == number[17].upper()


def _is_ean(number: str) -> bool:
    digits = [int(digit) for digit in number if digit.isdigit()]
    return sum(d * (3 if at % 2 else 1) for at, d in enumerate(digits)) % 10 == 0


def _is_cpf(number: str) -> bool:
    digits = [int(digit) for digit in number if digit.isdigit()]
    sums = (sum(d * (n + 1 - at) for at, d in enumerate(digits[:n])) for n in (9, 10))
    checks = tuple(total * 10 % 11 % 10 for total in sums)
    return checks == (digits[9], digits[10]) and len(set(digits)) > 1


def _is_korean(number: str) -> bool:
    digits = [int(digit) for digit in number if digit.isdigit()]
    weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
    total = sum(d * w for d, w in zip(digits, weights, strict=False))
    return (11 - total % 11) % 10 == digits[12]


def _is_taiwanese(number: str) -> bool:
    letter = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(number[0]) + 10
    digits = (letter // 10, letter % 10, *map(int, number[1:]))
    return (
        sum(d * w for d, w in zip(digits, (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True)) % 10 == 0
    )


def _always(_: str) -> bool:
    return True


# Shapes that say of themselves what they are, and how each is checked.
SHAPES: Final[tuple[tuple[re.Pattern[str], Callable[[str], bool], float], ...]] = (
    (re.compile(r"(?<![\dA-Za-z])\d{17}[\dXx](?![\dA-Za-z])"), is_prc, 0.97),
    (re.compile(r"(?<![\d.])756\.\d{4}\.\d{4}\.\d{2}(?![\d.])"), _is_ean, 0.95),
    (re.compile(r"(?<![\d.])\d{3}\.\d{3}\.\d{3}-\d{2}(?![\d\-])"), _is_cpf, 0.93),
    (re.compile(r"(?<![\d\-])\d{6}-[1-4]\d{6}(?![\d\-])"), _is_korean, 0.85),
    (re.compile(r"(?<![A-Za-z\d])[A-Z][12]\d{8}(?![A-Za-z\d])"), _is_taiwanese, 0.6),
    (
        re.compile(r"(?<![A-Za-z\d])[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z](?![A-Za-z\d])"),
        _always,
        0.93,
    ),
    (re.compile(r"(?<![A-Za-z\d])[A-CEGHJ-PR-TW-Z]{2} \d\d \d\d \d\d [A-D](?!\w)"), _always, 0.8),
    (re.compile(r"(?<![A-Za-z\d])[A-Z]{1,2}\d{6}\([\dA]\)"), _always, 0.75),
)

_KINDS: Final = r"""
    ssn|social\s(?:security|insurance)|itin|ni(?:no)?|nat(?:ional|'l)?\s(?:insurance|id(?:entity)?)|nhs|sin
    |passport|reisepass|pass|passeport|pasaporte|passaporto|passaporte|paszport|pasport|pas
    |personalausweis|ausweis|identity\scard|id\scard|carte\sd'identit[ée]|cni|dni|nie|nif|cif\spersonal
    |codice\sfiscale|c\.?f|carta\sd'identit[àa]|pesel|dow[oó]d(?:\sosobisty)?|personnummer|pers\.?\s?nr|cpr|bsn
    |cnp|rodn[ée]\s[čc][íi]slo|r\.?[čc]|tc\skimlik|kimlik|steuer-?\s?(?:id|ident|idnr|identifikationsnummer)
    |steuernummer|st\.?-?nr|sozialversicherung(?:snummer)?|sv-?nr|rentenversicherungsnummer|krankenversicherung
    |ahv|avs|s[ée]curit[ée]\ssociale|s[ée]cu|nir|curp|rfc|cpf|rut|aadhaar|pan|tin|tax\sid
    |driver'?s?\slicen[cs]e|driving\slicen[cs]e|f[üu]hrerschein|permis(?:\sde\sconduire)?|patente
    |паспорт|снилс|инн
"""
_HAN: Final = (
    "身份证(?:件)?|身分証|身分證|护照|護照|旅券|パスポート|マイナンバー|個人番号|驾驶证|驾照"
    "|運転免許(?:証)?|社保|军官证|"
    "通行证|居留证|在留カード|港澳通行证|社会保障|주민(?:등록)?|여권|운전면허"
)
_LATIN_KINDS: Final = "".join(_KINDS.split())
LABELLED: Final = re.compile(
    rf"(?:(?<![^\W_])(?:{_LATIN_KINDS})(?![^\W\d_])|(?:{_HAN}))"
    r"(?:[\s\-]?(?:no|nr|num(?:ber|mer|ero|éro)?|n[°º]|#|id|card|code|号码?|號碼?|番号|번호"
    r"|номер)\.?(?!\w))?"
    r"\s?(?:is|lautet|为|是|は)?[\s:.#=]{0,4}"
    r"(?P<number>[A-Za-z]{0,3}[ \-]?\d(?:[ .\-/]?[\dA-Za-z]){4,20})(?![A-Za-z0-9_])",
    re.IGNORECASE,
)
MIN_DIGITS: Final = 5
# Short words that other trades use as well want a value that looks the part.
TERSE: Final = re.compile(
    r"(?:ni|sin|pass|pas|pan|tin|rfc|rut|patente|nie|nir|c\.?f|r\.?[čc]|cni|nif|nhs)\b",
    re.IGNORECASE,
)
BEFORE_CHARS: Final = 24


def identities(text: str) -> Iterator[Span]:
    """Yield identity numbers; one that a part number's label announces is only suggested."""
    for shape, valid, confidence in SHAPES:
        for found in shape.finditer(text):
            if valid(found[0]):
                before = text[max(0, found.start() - BEFORE_CHARS) : found.start()]
                sure = min(confidence, 0.4) if PART_NUMBER.search(before) else confidence
                yield Span(*found.span(), Category.NATIONAL_ID, sure, "identity.checked")
    for found in LABELLED.finditer(text):
        start, _end = found.span("number")
        number = _trimmed(found["number"])
        digits = sum(character.isdigit() for character in number)
        if digits < MIN_DIGITS or (TERSE.match(found[0]) and digits < 8 and ":" not in found[0]):
            continue
        yield Span(start, start + len(number), Category.NATIONAL_ID, 0.92, "identity.labelled")


def _trimmed(number: str) -> str:
    """Return ``number`` without the words after it that the pattern took for more of it."""
    pieces = re.split(r"(?<=[\dA-Za-z])(?= )", number)
    kept: list[str] = []
    for piece in pieces:
        if kept and not any(c.isdigit() for c in piece) and len(piece.strip()) > 1:
            break
        kept.append(piece)
    return "".join(kept)
