"""Names beside the words that announce them, in Latin, Cyrillic and Hangul letters.

Room: redaction/text. Pure; linear in the text. Three things are weighed: the label's strength,
whether a colon, a tab or a cell's border stands between, and how familiar the name is.
"""

import re
import sys
from collections.abc import Iterator
from typing import Final

from redaction.model import Category
from redaction.text.announcing import Label, labels
from redaction.text.dates import DATE
from redaction.text.han_words import LABEL as HAN_LABEL
from redaction.text.labels import LABELS, Strength
from redaction.text.latin import LETTER, Familiarity, Name, familiarity, is_given, name_at
from redaction.text.lexicon import lexicon
from redaction.text.logins import NOBODY, SHAPE
from redaction.text.span import Span
from redaction.text.verdicts import ASKED_ABOUT, is_doubtful, no_name
from redaction.text.vocabulary import is_workshop

GAP: Final = re.compile(
    r"[ \t\"'*_.)\]]{0,4}(?P<sep>[:=|>/;\t]|[-](?=\s)|\r?\n)?(?P<more>[ \t\"'<(\[|:>]{0,6})"
)
LINK: Final = re.compile(
    r"(?:by|von|durch|par|av|af|da|por|przez|od|door|is|ist|est|am|on|le|il|el|den|dne|dnia|the"
    r"|our|the engineer)\b[ \t:]{0,3}",
    re.IGNORECASE,
)
ENDED: Final = re.compile(r"[ \t]*(?:$|[\r\n|;,/<\"')(\[\]{}+]|\t| {2,}|\d|[-–] )|\.(?:\s|$)")
NEXT_WORD: Final = re.compile(rf"[ \t.]{{1,3}}(?P<word>[{LETTER}.']+)")
AROUND: Final = " \t\r\n:.-_/()"
ALSO: Final = re.compile(
    r"[ \t]{0,2}(?:[,/&+;]|and\b|und\b|et\b|y\b|e\b|i\b|och\b|og\b|en\b|или\b|и\b|、)[ \t]{0,2}"
)
LOWER: Final = re.compile(
    rf"(?P<first>[{LETTER}]{{3,16}})(?:[ .](?P<second>[{LETTER}]{{3,20}}))?(?![\w@\\/]|\.\w)"
)
LOGIN: Final = re.compile(r"[a-z][a-z0-9._\-]{2,30}[a-z0-9](?![\w@\\/])")
LOWER_INITIALS: Final = re.compile(r"[a-zäöü]{2,4}(?![\w.@])")
HANGUL: Final = re.compile(r"[가-힣]{1,4}(?![가-힣])")
KOREAN_RANK: Final = re.compile(
    "(?:과장|대리|부장|차장|사원|주임|책임|선임|팀장|소장|사장|이사|대표|상무|전무|기사)$"
)
KOREAN_SURNAMES: Final = frozenset(
    "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민진지엄채원천"
    "방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용나라"
)
# How sure a name is by its shape and familiarity (word, unknown, ambiguous, partly, known),
# when announced with a separator, and when it merely follows.
ANNOUNCED: Final = {
    "full": (0.0, 0.88, 0.86, 0.93, 0.96),
    "initialled": (0.8, 0.92, 0.92, 0.95, 0.96),
    "single": (0.0, 0.84, 0.84, 0.9, 0.93),
    "initials": (0.85, 0.85, 0.85, 0.85, 0.85),
}
FOLLOWING: Final = {
    "full": (0.0, 0.7, 0.56, 0.85, 0.93),
    "initialled": (0.55, 0.86, 0.86, 0.9, 0.93),
    "single": (0.0, 0.66, 0.0, 0.8, 0.86),
    "initials": (0.8, 0.8, 0.8, 0.8, 0.8),
}
ASKED: Final = {
    "full": (0.0, 0.55, 0.0, 0.66, 0.84),
    "initialled": (0.0, 0.72, 0.8, 0.86, 0.9),
    "single": (0.0, 0.0, 0.0, 0.0, 0.62),
    "initials": (0.0, 0.0, 0.0, 0.0, 0.0),
}


def labelled(text: str, neighbour: str | None = None) -> Iterator[Span]:
    """Yield the names that labels in ``text``, or the ``neighbour`` cell, announce."""
    held = labels(text)
    for at, label in enumerate(held):
        later = (one.start for one in held[at + 1 : at + 4] if one.strength > Strength.ASKING)
        following = next(later, len(text))
        yield from _after(text, label, following)
    for han in HAN_LABEL.finditer(text) if not text.isascii() else ():
        strong = han["strong"] is not None or bool(han["sep"])
        place = Label(han.start(), han.end(), Strength.STRONG if strong else Strength.CHAIN)
        yield from _value(text, _passed(text, han.end())[0], place, announced=bool(han["gap"]))
    announcing = labels(neighbour)[-1:] if neighbour else []
    if neighbour and HAN_LABEL.fullmatch(neighbour.strip() + " "):
        announcing.append(Label(0, 0, Strength.STRONG))
    for label in announcing:
        begin = len(text) - len(text.lstrip(" \t\"'"))
        strength = max(label.strength, Strength.CHAIN)
        yield from _value(text, begin, Label(0, begin, strength), announced=True, alone=True)


def announces(cell: str) -> bool:
    """Return whether ``cell`` only says that a person stands beside it ("DRAWN BY:")."""
    if HAN_LABEL.fullmatch(cell.strip() + " "):
        return True
    held = labels(cell)
    if not held or held[-1].strength <= Strength.ASKING or cell[held[-1].end :].strip(AROUND):
        return False
    # "MODEL" announces somebody in a title block, "SEE MODEL" does not.
    return held[-1].strength is Strength.STRONG or not cell[: held[-1].start].strip(AROUND)


def _after(text: str, label: Label, following: int) -> Iterator[Span]:
    at, announced, below = _passed(text, label.end)
    if label.strength <= Strength.ASKING and "\n" in text[label.end : at]:
        return
    if at >= following and at > label.end and following < len(text):
        # "DRAWN CHECKED": a cell without a value, unless a name is spelt like the label.
        after = name_at(text, at)
        if after is None or after.shape != "initialled":
            return
        following = len(text)
    yield from _value(text, at, label, announced=announced or below, limit=following)


def _passed(text: str, at: int) -> tuple[int, bool, bool]:
    """Return where the value begins after a label that ends at ``at``, and what stood between."""
    announced = below = False
    for _ in range(4):
        before = at
        gap = GAP.match(text, at)
        if gap is not None and gap.end() > at:
            announced = (
                announced
                or bool(gap["sep"])
                or any(c in gap["more"] for c in ":|>\t")
                or "]" in gap[0]
            )
            below = below or "\n" in (gap["sep"] or "")
            at = gap.end()
        for between in (DATE, LINK):
            found = between.match(text, at)
            if found is not None and found.end() > at:
                announced = announced or between is DATE
                at = found.end()
        if at == before:
            break
    return at, announced, below


def _value(
    text: str,
    at: int,
    label: Label,
    *,
    announced: bool,
    alone: bool = False,
    limit: int = sys.maxsize,
) -> Iterator[Span]:
    if at < len(text) and "가" <= text[at] <= "힣":
        if label.strength > Strength.ASKING:
            yield from _korean(text, at, announced=announced)
        return
    name = name_at(text, at, limit)
    if name is None and text[at : at + 1].isupper():
        name = name_at(text, at)
    if name is None:
        yield from _lower(text, at, label, announced=announced, alone=alone)
        return
    sure = _sure(text, name, label.strength, announced=announced)
    if name.shape in ("single", "initials"):
        value = text[name.start : name.end]
        sure = 0.0 if no_name(value) else min(sure, ASKED_ABOUT) if is_doubtful(value) else sure
    if not sure:
        return
    yield Span(name.start, name.end, Category.PERSON, sure, "name.labelled")
    also = ALSO.match(text, name.end)
    if also is not None:
        second = name_at(text, also.end())
        if second is not None and _sure(text, second, label.strength, announced=True) >= 0.5:
            yield Span(second.start, second.end, Category.PERSON, sure - 0.03, "name.also")


def _sure(text: str, name: Name, strength: Strength, *, announced: bool) -> float:
    shape, known = name.shape, name.familiarity
    ended = ENDED.match(text, name.end) is not None or _next_is_form(text, name.end)
    if strength <= Strength.ASKING:
        sure = ASKED[shape][known]
        if strength is Strength.LINKING and (shape == "single" or known is Familiarity.UNKNOWN):
            return 0.0
        shouted = text[name.start : name.end].isupper()
        return 0.0 if (name.eponym or shouted) and shape != "initialled" else sure
    table = ANNOUNCED if announced or strength is Strength.STRONG else FOLLOWING
    sure = table[shape][known]
    if table is FOLLOWING and name.eponym and shape == "single":
        return 0.0
    if shape == "initials" and not announced and not _cell(text, name):
        return 0.0
    if shape == "initials" and not announced:
        value = text[name.start : name.end].lower()
        if value in lexicon().words and not DATE.match(text, name.end + 1):
            return 0.0
    if (
        shape == "single"
        and known is Familiarity.AMBIGUOUS
        and text[name.start : name.end].isupper()
    ):
        sure = min(sure, 0.78)
    if shape == "single" and not ended and known is not Familiarity.KNOWN:
        # "Author Guidelines on threads": more of the sentence follows.
        shouted = text[name.start : name.end].isupper()
        told = announced or (strength is Strength.STRONG and not shouted)
        sure = min(sure, 0.6 if told else 0.0)
    if table is FOLLOWING and text[name.start : name.end].isupper() and shape in ("single", "full"):
        sure = min(sure, 0.78) if ended else 0.0 if known < Familiarity.KNOWN else min(sure, 0.6)
    return sure


def _cell(text: str, name: Name) -> bool:
    """Return whether initials stand as the value of a cell: its end, a date or a label follows."""
    if not text[name.start : name.end].replace(".", "").isupper():
        return False
    return ENDED.match(text, name.end) is not None or _next_is_form(text, name.end)


def _next_is_form(text: str, end: int) -> bool:
    """Return whether the next word begins another cell: a label, or a word of the form."""
    found = NEXT_WORD.match(text, end)
    if found is None:
        return False
    low = found["word"].lower().replace("'", "").replace(".", "")
    return is_workshop(low) or LABELS.get(low, Strength.ASKING) > Strength.ASKING


def _korean(text: str, at: int, *, announced: bool) -> Iterator[Span]:
    found = HANGUL.match(text, at)
    if found and len(found[0]) == 1 and not announced:
        return
    if found and found[0][0] in KOREAN_SURNAMES and found[0] not in LABELS:
        rank = KOREAN_RANK.search(found[0], 1)
        end = found.start() + rank.start() if rank else found.end()
        yield Span(found.start(), end, Category.PERSON, 0.9, "name.labelled")


def _lower(text: str, at: int, label: Label, *, announced: bool, alone: bool) -> Iterator[Span]:
    """Yield a name, initials or a login in small letters ("Modified by sarah connelly")."""
    if label.strength <= Strength.ASKING:
        return
    told = announced or alone or label.strength is Strength.STRONG
    initials = LOWER_INITIALS.match(text, at)
    if initials and (announced or alone) and ENDED.match(text, initials.end()):
        low = initials[0]
        if not is_workshop(low) and (alone or low not in lexicon().words):
            yield Span(*initials.span(), Category.PERSON, 0.82 if alone else 0.78, "name.initials")
            return
    login = LOGIN.match(text, at)
    sure = alone or label.strength is Strength.STRONG
    if login and SHAPE.fullmatch(login[0]) and (alone or (announced and (sure or "." in login[0]))):
        yield Span(*login.span(), Category.USERNAME, 0.82, "login.labelled")
        return
    found = LOWER.match(text, at)
    if found and told and found["first"].islower() and found["first"] not in NOBODY:
        yield from _small(text, found, sure=sure and (announced or alone))


def _small(text: str, found: re.Match[str], *, sure: bool) -> Iterator[Span]:
    first, second = found["first"], found["second"]
    end = found.end("first")
    ended = ENDED.match(text, end) is not None
    if is_given(first) and second and familiarity(second) is not Familiarity.WORD:
        yield Span(*found.span(), Category.PERSON, 0.82, "name.labelled")
    elif is_given(first) and (ended or ALSO.match(text, end)):
        yield Span(found.start(), end, Category.PERSON, 0.8, "name.labelled")
    elif sure and ended and len(first) >= 4 and not _is_word(first):
        yield Span(found.start(), end, Category.USERNAME, 0.72, "login.labelled")


def _is_word(low: str) -> bool:
    return low in lexicon().words or is_workshop(low)
