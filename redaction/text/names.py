"""Names of people beside the words that announce them: title blocks and contacts.

Room: redaction/text. Pure; linear in the text. There is no list of names: a label and the shape
of a name must both be there, and a word of the workshop is no name. Found names are only ever
suggested. Labels after ISO 7200 and what drawing offices write instead.
"""

import re
from collections.abc import Iterator
from typing import Final

from redaction.model import Category
from redaction.text.span import Span

_LABELS: Final = r"""
    drawn(?:\sby)?|drn(?:\sby)?|dwn(?:\sby)?|draft(?:er|sman|ed\sby)|design(?:er|ed\sby)|
    check(?:er|ed(?:\sby)?)|chk'?d(?:\sby)?|approv(?:er|ed(?:\sby)?)|app'?v?d(?:\sby)?|
    qa\sapproval|mfg\sappr|eng(?:ineer)?(?:\sby)?|author|created\sby|creator|issued\sby|
    released\sby|reviewed\sby|prepared\sby|last\ssaved\sby|contact(?:\sperson)?|
    attn\.?|attention|responsible|owner|kind\sregards|best\sregards|regards|
    gezeichnet|gez\.|bearbeite[rt]|bearb\.|erstellt(?:\svon)?|gepr(?:üft|\.)|freigegeben|freig\.|
    ansprechpartner(?:in)?|kontakt|dessin[ée]\spar|dess\.|v[ée]rifi[ée](?:\spar)?|approuv[ée]|
    disegnato(?:\sda)?|dis\.|controllato|verificato|approvato|dibujado(?:\spor)?|comprobado|
    revisado|aprobado|desenhado|aprovado|getekend|gecontroleerd|goedgekeurd|
    rysował|projektował|sprawdził|zatwierdził|kreslil|schválil|ritad|granskad|godkänd|çizen|
    разраб\.|пров\.|н\.контр\.|утв\.
"""
LABEL: Final = re.compile(
    r"(?<![^\W_])(?:"
    + re.sub(r"\s*\n\s*", "", _LABELS)
    + r")(?![^\W_])(?P<gap>[ \t.]*+[:：]?[ \t]*+(?:\r?\n[ \t]*+)?)",
    re.IGNORECASE,
)
_TITLE: Final = r"(?:(?:Dr|Dipl|Ing|Mr|Mrs|Ms|Prof|Herr|Frau|Hr|Fr)\.?-?[ \t]?){0,3}"
_LOWER: Final = r"[a-zß-ÿā-žа-я]++"
_WORD: Final = (
    rf"(?:[A-ZÀ-ÞĀ-ŽА-Я]{_LOWER}(?:[-'’][A-ZÀ-Þ]?{_LOWER})?|O['’][A-Z]{_LOWER}|Mc[A-Z]{_LOWER})"
)
_INITIAL: Final = r"(?:[A-ZÀ-Þ]\.[ \t]?){1,3}"
_CAPITALS: Final = r"[A-ZÀ-Þ][A-ZÀ-Þ'’\-]{2,24}+"
_SURNAME: Final = rf"(?:{_WORD}|{_CAPITALS})"
_PARTICLE: Final = r"(?:(?:van|von|de|der|di|du|la)[ \t]){0,2}"
NAME: Final = re.compile(
    rf"{_TITLE}(?:{_INITIAL}[ \t]?{_SURNAME}(?:[ \t]{_SURNAME})?"
    rf"|{_WORD}[ \t](?:{_INITIAL})?{_PARTICLE}{_SURNAME}(?:[ \t]{_WORD})?"
    rf"|{_CAPITALS}(?:,?[ \t](?:{_INITIAL}|{_CAPITALS}))?|{_WORD}(?:,[ \t]?{_WORD})?)"
    r"(?![^\W_])"
)
CJK_LABEL: Final = re.compile(
    r"(?:设计|制图|校对|审核|批准|工艺|标准化|联系人|签名|绘图|製図|設計|検図|承認|担当|作成者|설계|제도|검도|승인|담당)"
    r"(?:者|人)?[ \t]*+[:：][ \t]*+(?P<name>[㐀-鿿가-힣]{2,4})(?![㐀-鿿가-힣])"
)
LOGIN: Final = re.compile(
    r"(?:(?<![^\W_])(?i:(?:user(?:name)?|login|account|author)[ \t]*+[:=]|(?:last ?)?saved by[:=]?)"
    r"|用户名?|ユーザー)[ \t:：]*+"
    r"(?P<login>[a-z][a-z0-9]{0,3}+[._\-]?[a-z0-9]{2,20}+)(?![\w@\\/.:])",
)
# What stands beside such labels on drawings and is nobody.
_WORKSHOP: Final = """
    date name scale sheet size rev revision title project drawing part number material finish
    weight checked drawn approved designed approval approvals check valve arc cup needle bearing
    for by the and not to of in as per see none type description signature sign initials dept
    department company engineer engineering manufacturing quality standard iso din ansi asme
    tolerance unless otherwise specified dimensions surface third angle projection released
    customer client order title mfg qa eng appr appd chk chkd dwg doc document all rights reserved
    datum titel maßstab blatt werkstoff benennung zeichnung norm geprüft bearbeitet gezeichnet nach
    nom échelle feuille pressure test tested operator center hole shaft plate bracket cover housing
    steel aluminium aluminum stainless brass copper jan feb mar apr may jun jul aug sep oct nov dec
    january february march april june july august september october november december tbd na
"""
NOT_NAMES: Final = frozenset(_WORKSHOP.split())


def names(text: str) -> Iterator[Span]:
    """Yield names that follow a label on its line, or stand first on the line below it."""
    for label in LABEL.finditer(text):
        found = NAME.match(text, label.end())
        if found is None:
            continue
        announced = bool(label["gap"].strip(" \t"))
        if found[0].isupper() and "." not in found[0] and not announced:
            continue
        words = re.findall(r"[^\W\d_]++", found[0].casefold())
        if any(word in NOT_NAMES for word in words):
            continue
        below = "\n" in label["gap"]
        single = len(words) == 1
        yield Span(found.start(), found.end(), Category.PERSON, 0.55 if below or single else 0.75)
    for found in LOGIN.finditer(text):
        yield Span(found.start("login"), found.end("login"), Category.PERSON, 0.6)
    for found in CJK_LABEL.finditer(text):
        yield Span(found.start("name"), found.end("name"), Category.PERSON, 0.75)
