"""Removed values that a drawing says again elsewhere.

Room: redaction/formats. Pure; linear in the file. A login name from the header may stand in a
record some add-in wrote, in the name of a layer or on the sheet. In hidden strings it is cut out;
where people read it, it stays and is reported. Chunks are left to the sweep.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from redaction.carriers import drawing_words
from redaction.carriers.secrets import WORD_CHARS, secrets
from redaction.formats.dxf_content import INLINE
from redaction.formats.dxf_draft import Draft
from redaction.formats.dxf_objects import NAMES, SHOWN, STRING_CODES, put_unique
from redaction.formats.dxf_tags import BLAND, MARKS, Tag
from redaction.model import Action, CarrierClass, Category, Finding, patched

ESCAPES: Final = (b"\\u+", b"\\m+", b"%%")


def pattern(told: Iterable[str]) -> re.Pattern[str]:
    """Return what finds any of the values, as the sweep would."""
    return re.compile(
        "|".join(
            rf"(?<![a-z0-9]){re.escape(secret)}(?![a-z0-9])"
            if len(secret) < WORD_CHARS
            else re.escape(secret)
            for secret in told
        ),
        re.IGNORECASE,
    )


def plan_repeats(draft: Draft, end: int) -> None:
    """Cut removed values out of hidden strings up to ``end``, report them where people read."""
    told = _said_again(draft, secrets(draft.findings))
    if not told:
        return
    sought = pattern(told)
    kind, keys, renamed = "", list[Tag](), list[Tag]()
    for tag in draft.grid.tags(draft.grid.begin, end):
        if tag.code == 0:
            put_unique(draft, renamed, keys)
            kind, keys, renamed = draft.grid.raw(tag).decode("ascii", "replace"), [], []
        is_key = tag.code == 3 and kind == "DICTIONARY"
        if is_key:
            keys.append(tag)
        if tag.code not in SEARCHED or draft.swapped(tag):
            continue
        if _settle(draft, tag, kind, (sought, told)) and is_key:
            renamed.append(tag)


def _settle(
    draft: Draft, tag: Tag, kind: str, secret: tuple[re.Pattern[str], dict[str, Category]]
) -> bool:
    """Return whether a removed value was cut out of ``tag``; where it is read, report it."""
    sought, told = secret
    inline = kind in INLINE and tag.code in SHOWN[kind]
    text = draft.read(tag, inline).text
    if not sought.search(text):
        return False
    if _is_read(kind, tag.code):
        draft.note(_stays(text, sought, told))
        return False
    _cut(draft, tag, sought, told)
    return True


READ_CODES: Final = frozenset({0, *BLAND, *MARKS})
SEARCHED: Final = STRING_CODES | READ_CODES


def _is_read(kind: str, code: int) -> bool:
    """Return whether a value is shown, or a name or word that the file itself goes by."""
    return code in READ_CODES or code in SHOWN.get(kind, ()) or code in NAMES.get(kind, ())


def _said_again(draft: Draft, told: dict[str, Category]) -> dict[str, Category]:
    """Return the values that may stand somewhere once the plan so far is carried out.

    Letters outside ASCII may be written in many ways, so those values always may.
    """
    left = patched(draft.grid.data, draft.edits()).lower()
    plain = left.isascii() and not any(mark in left for mark in ESCAPES)
    return {
        secret: category
        for secret, category in told.items()
        if (secret.encode("ascii") in left if secret.isascii() else not plain)
    }


def _stays(text: str, sought: re.Pattern[str], told: dict[str, Category]) -> Iterator[Finding]:
    for found in sought.finditer(text):
        yield Finding(
            "DXF.shown",
            told.get(found[0].casefold(), Category.PERSON),
            Action.REVIEW,
            found[0],
            carrier_class=CarrierClass.CONTENT,
        )


def _cut(draft: Draft, tag: Tag, sought: re.Pattern[str], told: dict[str, Category]) -> None:
    raw = draft.raw(tag)
    words = drawing_words.read(raw, draft.codec)
    findings: list[Finding] = []
    for found in reversed(list(sought.finditer(words.text))):
        start, end = words.place(*found.span())
        raw = raw[:start] + raw[end:]
        category = told.get(found[0].casefold(), Category.PERSON)
        findings.append(Finding("DXF.hidden", category, Action.REMOVED, found[0]))
    draft.put(tag, raw, findings)
