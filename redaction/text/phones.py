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

_DIGITS: Final = r"\(?\d(?:[ \t.\-/()–]{0,4}+\d){5,16}+"
INTERNATIONAL: Final = re.compile(
    r"(?<![\w.,+±/])(?:\+|00(?=[1-9]))[ \t]?\(?[1-9](?:[ \t.\-/()–]{0,3}+\d){6,16}+(?![\w%°])"
)
_LABEL: Final = r"""
    (?:(?<![^\W_])(?:tel(?:e(?:phone|fon|fono|foon|fone|fax)|efonnummer|\.?-?[ ]?nr)?|telefax
    |t[ée]l[ée]?phone|t[ée]l|phone|ph|fax|mob(?:ile|iel|il|iltelefon)?|mobilnummer|handy
    |cell(?:ulare|phone|ular)?|ruf(?:nummer)?|whats[ ]?app|viber|signal|direct(?:[ ](?:line|dial))?
    |hotline|durchwahl|tlf|tfn|puh|gsm|m[óo]vil
    |portable|celular|komórka|komorka|kom|fixe|cep|office|landline|voice|pager|sms|text|тел
    |телефон|моб
    |факс|(?:call|ring|dial|phone|reach)(?:[ ](?:me|us|him|her|back|[A-Z][a-z]{1,12}))?
    (?:[ ](?:at|on|under))?
    |anrufen(?:[ ]unter)?|erreichbar[ ]unter|(?P<letter>[tmfpdco](?=\s{0,2}[.:]\s?)))
    |电话|電話|手机(?:号)?|手機|传真|傳真|座机|联系方式|热线|专线|直线|直通|致电|携帯
    |ファックス|お問い合わせ|전화|팩스|휴대폰|핸드폰|연락처)
"""
LABELLED: Final = re.compile(
    re.sub(r"\n\s*", "", _LABEL)
    + r"(?:\s?(?:no|nr|number|#|№|号|号码|番号)\.?)?(?:\s(?:is|ist|est|è"
    r"|es)(?=\s))?\s{0,2}[.:#]?[.:]?\s{0,3}"
    rf"(?P<number>\+?[ ]?{_DIGITS})(?![A-Za-z0-9_%°])",
    re.IGNORECASE,
)
# An extension in the house: "Fax -44", "内線 2114", "ext. 12".
EXTENSION: Final = re.compile(
    r"(?:(?<![^\W_])(?:ext(?:ension|n)?|durchwahl|dw|apparat|app|nebenstelle|poste|int(?:erno)?)"
    r"|内線|分机|转|내선)[.:]{0,2}[ \t]{0,2}(?P<number>-? ?\d{2,5})(?![\w.,]?\d|\w|%)",
    re.IGNORECASE,
)
SAME_TRUNK: Final = re.compile(
    r"(?<![^\W_])(?:fax|tel|mobil|-?durchwahl)\.?:? {0,2}(?P<number>- ?\d{1,4})(?![\w.,]?\d)",
    re.IGNORECASE,
)
EXTENDED: Final = re.compile(
    r",? ?(?:ext(?:ension|n)?\.?|x|转|分机|内線|#|app\.) ?:? ?\d{1,6}(?!\w)", re.IGNORECASE
)
ALSO: Final = re.compile(
    rf" ?(?:/|,|;|or|oder|und|and|ou|或|、) ?(?P<number>\+?{_DIGITS})(?![\w%°])"
)

# Shapes, with how sure they are alone and beside a word of contact.
SHAPES: Final = tuple(
    (
        re.compile(rf"(?<![A-Za-z0-9_.\-+/])(?<!\d ){shape}(?![A-Za-z0-9_\-]|[.,/]\d)"),
        alone,
        announced,
    )
    for shape, alone, announced in (
        (r"(?:1[ .\-])?\([2-9]\d\d\) ?[2-9]\d\d[.\- ]\d{4}", 0.82, 0.92),
        (r"1[ .\-][2-9]\d\d([.\-])[2-9]\d\d\1\d{4}", 0.82, 0.9),
        (r"(?:1[ .\-])?[2-9]\d\d([.\-])[2-9]\d\d\1\d{4}", 0.6, 0.88),
        (r"[2-9]\d\d [2-9]\d\d[ \-]\d{4}", 0.0, 0.85),
        (r"(?:86[ -]?)?1[3-9]\d([ -]?)\d{4}\1\d{4}", 0.6, 0.88),
        (r"(?:86[ -])?1[3-9]\d\d([ -])\d{3}\1\d{4}", 0.0, 0.85),
        (r"\(?0\d{2,3}\)?[ -]\d{3,4}[ -]?\d{4}(?:-\d{1,4})?", 0.8, 0.88),
        (r"0\d{1,4}-\d{1,4}-\d{3,4}", 0.7, 0.88),
        (r"\(0\d\) ?\d{4} ?\d{4}", 0.82, 0.9),
        (r"0\d{1,3}[- ]\d{2,3} \d\d \d\d", 0.7, 0.88),
        (r"0\d(?:([ .])\d\d)(?:\1\d\d){3}", 0.66, 0.88),
        (r"\(?0\d{2,5}\)? ?/ ?\d[\d \-]{3,11}\d", 0.7, 0.88),
        (r"\(?0\d{2,4}\)?(?:[ \-]\d{2,8}){1,4}", 0.0, 0.86),
        (r"\(0\) ?\d{2,5}(?:[ \-]\d{2,8}){1,4}", 0.6, 0.86),
        (r"[48]00[ -]\d{3}[ -]?\d{4}", 0.0, 0.86),
        (r"[789]\d\d[ ]\d{3}[ ]\d{3}", 0.0, 0.82),
        (r"010-\d{4}-\d{4}", 0.8, 0.9),
        (r"8 ?\(\d{3}\) ?\d{3}-\d\d-\d\d", 0.9, 0.92),
    )
)
CONTACT: Final = re.compile(
    r"\b(?:tel|phone|mob|cell|call|ring|dial|contact|ask|reach|whatsapp|viber|hotline|handy|kontakt"
    r"|ansprechpartner|r[uü]ckfragen|anruf|buyer|attn|question|contacter|rappeler|fråga|vraag"
    r"|number|pregunta|appel|llamar|chiamare|dzwon"
    r"|text|speak|urgent)|电话|手机|联系|微信|同号|经理|业务|收货|收件|采购|客户|負責|担当|連絡"
    r"|携帯|전화|연락|тел|звон",
    re.IGNORECASE,
)
PART_NUMBER: Final = re.compile(
    r"(?:\bp/?n\b|part|item|article|artikel|\bart\b|serial|\bs/?n\b|drawing|\bdwg\b|zeichnung|order"
    r"|\bpo\b|\bjob\b|\blot\b|batch|\bsku\b|catalog|model|\bref\b|\bdin\b|\biso\b|\ben\b|\bgtin\b"
    r"|\bean\b"
    r"|material|\bcode\b|图号|物料|编码|订单|编号|料号|図番|品番|型番|管理番号|sach|ident|stock"
    r"|\bnsn\b|\bcas\b|invoice"
    r"|\bid\b|\bspec\b|\bupc\b|\becn\b|\beco\b|\brev\b|合同|批号|零件|件号|序列|注番)[^\n]{0,18}$",
    re.IGNORECASE,
)
UNIT_AFTER: Final = re.compile(
    r"\s?(?:mm|cm|m|in|inch|µm|um|kg|g|n|nm|mpa|bar|psi|v|a|w|kw|hz|rpm|pcs|pc|stk|件|个|x|×|°)\b",
    re.IGNORECASE,
)
DATE: Final = re.compile(r"\(?(?:\d{4}([-./ ])\d\d?\1\d\d?|\d\d?([-./ ])\d\d?\2(?:\d\d|\d{4}))\)?")
BEFORE_CHARS: Final = 30
CONTACT_CHARS: Final = 60


def phones(text: str) -> Iterator[Span]:
    """Yield the telephone numbers in ``text``, with how sure they are."""
    found = [*_announced(text), *_shaped(text)]
    for start, end, confidence, rule in found:
        extended = EXTENDED.match(text, end)
        end = extended.end() if extended else end
        yield Span(start, end, Category.PHONE, confidence, rule)
        also = ALSO.match(text, end)
        if also and confidence >= 0.8 and _possible(also["number"], strict=False):
            yield Span(also.start("number"), also.end(), Category.PHONE, 0.85, "phone.another")
    if found:
        for same in SAME_TRUNK.finditer(text):
            yield Span(*same.span("number"), Category.PHONE, 0.82, "phone.extension")


def _announced(text: str) -> Iterator[tuple[int, int, float, str]]:
    for found in INTERNATIONAL.finditer(text):
        if _exists(found[0]):
            yield found.start(), found.end(), 0.9, "phone.country-code"
    for found in LABELLED.finditer(text):
        number = found["number"]
        if _possible(number, strict=found["letter"] is not None) and not UNIT_AFTER.match(
            text, found.end()
        ):
            yield *found.span("number"), 0.88, "phone.labelled"
    for found in EXTENSION.finditer(text):
        yield *found.span("number"), 0.82, "phone.extension"


def _shaped(text: str) -> Iterator[tuple[int, int, float, str]]:
    for shape, alone, announced in SHAPES:
        for found in shape.finditer(text):
            digits = sum(character.isdigit() for character in found[0])
            if not 8 <= digits <= 13 or DATE.fullmatch(found[0]):
                continue
            if PART_NUMBER.search(text[max(0, found.start() - BEFORE_CHARS) : found.start()]):
                continue
            if UNIT_AFTER.match(text, found.end()):
                continue
            near = text[max(0, found.start() - CONTACT_CHARS) : found.start()]
            sure = announced if CONTACT.search(near) else alone
            if sure:
                yield found.start(), found.end(), sure, "phone.shape"


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
    dated = DATE.fullmatch(number.strip()) is not None
    return (9 if strict else 6) <= len(digits) <= 16 and len(set(digits)) > 1 and not dated


def warm() -> None:
    """Load every country's numbering plan, so that no file is opened afterwards."""
    PhoneMetadata.load_all()
