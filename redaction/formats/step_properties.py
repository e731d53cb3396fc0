"""User-defined attributes: a name like "Checked By" tells that its value is a person.

Room: redaction/formats. Pure. The value is a DESCRIPTIVE_REPRESENTATION_ITEM; its own name, or
that of the property it belongs to through a REPRESENTATION, decides. Names that are not in the
table are the drawing's own and stay. Sources: CAx-IF recommended practices for user defined
attributes 1.8; ISO 10303-41 (property_definition), IFC IfcPropertySingleValue.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from redaction.carriers.changes import Changes, says_nothing
from redaction.formats import step_syntax
from redaction.formats.step_change import replace
from redaction.formats.step_syntax import Statement, Value
from redaction.model import Category

# "jjjj-mm-dd" is no date yet.
DIGIT: Final = re.compile(r"\d")
# "LastSavedBy", "last_saved_by" and "LAST SAVED BY" are the same name.
WORDS: Final = re.compile(r"[A-ZÀ-Þ]?[a-zß-ÿ]+|[A-ZÀ-Þ]+(?![a-zß-ÿ])|[^\W\d_a-zA-ZÀ-ÿ]+")
_DONE: Final = (
    r"drawn|drawing|designed|design|checked|check|approved|approval|created|create|creation|"
    r"modified|modification|saved|updated|released|release|reviewed|revised|engineered|prepared|"
    r"issued|modell?ed|edited|mfg|manufacturing|qa|eng|engineering|app(?:r|v|d)?|chk|drn"
)
_BY: Final = r"(?:by|von|par|da|por)"
# What some systems write before every name of their own.
PREFIX: Final = re.compile(r"^(?:(?:cad|pdm|plm|ptc|sw|dim|wc|tc|nx|dms|sap|model|part|item) )+")
_PEOPLE: Final = (
    rf"(?:last )?(?:{_DONE}) (?:{_BY}|author|user|name)|(?:last )?(?:author|creator|owner|user"
    r"|designer|draft(?:er|sman)|drafting|checker|approver|engineer|modell?er|reviewer|manager"
    r"|editor|responsible|originator|operator)(?: (?:name|id|login))?|drawn|drn|dwn|chk|chkd"
    r"|checked|approved|appd|designed|(?:user|login|contact) ?(?:name|person)?"
    r"|person(?: name)?|(?:qa|mfg|eng|engineering|manufacturing) (?:approval|approved|appr?)"
    r"(?: by)?|project (?:manager|engineer|leader)|contact|gezeichnet|bearbeiter|bearbeitet"
    r"|erstellt|ersteller|geprüft|prüfer|freigegeben|freigabe|konstrukteur|verfasser|autor"
    r"|ansprechpartner|dessiné|vérifié|approuvé|auteur|dessinateur|disegnato|controllato"
    r"|approvato|autore|disegnatore|dibujado|comprobado|revisado|aprobado|desenhado|aprovado"
    r"|getekend|gecontroleerd|goedgekeurd|rysował|sprawdził|zatwierdził|kreslil|schválil"
    r"|设计|制图|校对|审核|批准|作者|联系人|設計|製図|検図|承認|担当|作成者|설계|제도|검도|승인|담당|작성자"
    r"|разраб|пров|утв|автор"
)
_TIMES: Final = (
    rf"(?:last )?(?:{_DONE}) (?:date|time|on|at|date time)|date (?:{_DONE})|created|modified"
    r"|timestamp|time stamp|(?:eng|mfg|qa) app(?:r|roval)? date"
)
_COMPANIES: Final = r"company(?: name)?|organi[sz]ation(?: name)?|firma|société|公司|会社名"
_PATHS: Final = (
    r"(?:file|folder|full|document|source|native) ?path|(?:file|document) location|directory"
)
# Matched against the whole name, in lower case and with single blanks.
_NAMES: Final = (
    (Category.PERSON, _PEOPLE),
    (Category.EMAIL, r"(?:\w+ )?e ?mail(?: address)?|mail"),
    (Category.PHONE, r"(?:\w+ )?(?:tele ?phone|phone|tel|fax|mobile|cell)(?: (?:no|number|nr))?"),
    (Category.ORGANISATION, _COMPANIES),
    (Category.ADDRESS, r"(?:company |postal |street )?address|adresse|anschrift|地址|住所"),
    (Category.TIME, _TIMES),
    (Category.PATH, _PATHS),
    (Category.HOST, r"(?:computer|host|machine|workstation)(?: ?name)?"),
)
NAMES: Final = tuple((category, re.compile(names)) for category, names in _NAMES)
# Who made the part for whom: its owner may want the workshop to know.
BUSINESS: Final = re.compile(
    r"department|dept|abteilung|customer(?: name)?|client(?: name)?|kunde|auftraggeber|客户|vendor"
    r"|supplier|lieferant|project(?: name)?"
)


def category_of(name: str) -> Category | None:
    """Return what a property called ``name`` says about people, or None."""
    plain = _plain(name)
    return next((known for known, names in NAMES if names.fullmatch(plain)), None)


def _plain(name: str) -> str:
    words = " ".join(WORDS.findall(name)).lower()
    return PREFIX.sub("", words) or words


def blanked(data: bytes, statements: Iterable[Statement], changes: Changes) -> None:
    """Plan to empty the values of properties that name people."""
    known: defaultdict[bytes, list[Statement]] = defaultdict(list)
    for statement in statements:
        known[statement.keyword].append(statement)
    for statement in known[b"IFCPROPERTYSINGLEVALUE"]:
        _item(data, statement, None, 2, changes)
    items = known[b"DESCRIPTIVE_REPRESENTATION_ITEM"]
    owned = _owned(data, known) if items else {}
    for statement in items:
        _item(data, statement, owned.get(statement.number), 1, changes)


def _item(
    data: bytes, statement: Statement, owner: Category | None, index: int, changes: Changes
) -> None:
    found = list(step_syntax.values(data, statement))
    name = _name(data, found, 0)
    category = category_of(name) or owner
    business = category is None and BUSINESS.fullmatch(_plain(name)) is not None
    carrier = f"property {name}"
    for value in found:
        if value.kind != "string" or value.index != index:
            continue
        said = step_syntax.decoded(data[value.start + 1 : value.end - 1])
        if says_nothing(said) or (category is Category.TIME and not DIGIT.search(said)):
            continue
        if business:
            changes.review(carrier, Category.ORGANISATION, said, statement.where)
        elif category is not None and replace(data, value, b"", changes):
            changes.tell(carrier, category, said, statement.where)


def _owned(data: bytes, known: dict[bytes, list[Statement]]) -> dict[int, Category]:
    """Return the items that belong to a property with a telling name."""
    telling: dict[int, Category] = {}
    for keyword, index in ((b"GENERAL_PROPERTY", 1), (b"PROPERTY_DEFINITION", 0)):
        for statement in known.get(keyword, ()):
            category = category_of(_name(data, step_syntax.values(data, statement), index))
            if category is not None:
                telling[statement.number] = category
    for keyword in (b"GENERAL_PROPERTY_ASSOCIATION", b"PROPERTY_DEFINITION_REPRESENTATION"):
        for statement in known.get(keyword, ()):
            # The property stands first, and what it is the property of, or its value, second.
            names = _references(data, statement)
            if len(names) == 2 and names[0] in telling:
                telling.setdefault(names[1], telling[names[0]])
    return {
        item: telling[statement.number]
        for statement in known.get(b"REPRESENTATION", ())
        if statement.number in telling
        for item in _references(data, statement)
    }


def _name(data: bytes, found: Iterable[Value], index: int) -> str:
    for value in found:
        if value.index == index and value.kind == "string":
            return step_syntax.decoded(data[value.start + 1 : value.end - 1])
    return ""


def _references(data: bytes, statement: Statement) -> list[int]:
    return [
        int(data[value.start + 1 : value.end])
        for value in step_syntax.values(data, statement)
        if value.kind == "name"
    ]
