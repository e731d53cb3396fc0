"""Chinese names: read as the likelier of two ways to cut a run of characters into words.

Room: redaction/text. Pure; linear in the text. A run of Han has no blanks. Each surname with one
or two characters after it may be a person; how much likelier that is than the words of the
dictionary in the same place (a unigram model), given what stands around it, says how sure it is.
"""

import math
import re
import sys
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from redaction.model import Category
from redaction.text.dates import DATE
from redaction.text.han_words import (
    AFTER,
    BEFORE,
    HAN,
    LABEL,
    LAWS,
    NICKNAME,
    NOT_NAMES,
    THINGS,
    TITLED,
)
from redaction.text.lexicon import lexicon
from redaction.text.span import Span

RUN: Final = re.compile(rf"[{HAN}·]+")
MAX_RUN: Final = 200
MAX_WORD: Final = 4
RARE: Final = -14.0  # a character that no given name is known to hold
UNKNOWN: Final = -17.0  # a character that no dictionary knows
NUMBER: Final = re.compile(r"[ (:]{0,3}(?:\+?\d[\d \-]{6})")
SPACED: Final = re.compile(rf"(?P<s>[{HAN}])[ ]{{1,4}}(?P<g>[{HAN}])(?![{HAN}])")
NO_SURNAME: Final = frozenset("责主助高总副级术程理施竣手人员职电化加")
KANA: Final = re.compile(r"[ぁ-んァ-ヶ]")


DATE_GAP: Final = re.compile(r"[ \t,|]{0,4}")
MIN_SURNAME: Final = math.log(2e-4)  # rarer ones want a label


@dataclass(frozen=True, slots=True)
class _Context:
    """A candidate's surroundings: the prior's logarithm, the highest sureness."""

    prior: float
    cap: float
    rule: str


DEFAULT: Final = _Context(-6.5, 0.62, "name.chinese")
ALONE: Final = _Context(-3.5, 0.66, "name.chinese")
DATED: Final = _Context(-2.5, 0.8, "name.chinese")
SPOKEN: Final = _Context(-2.0, 0.82, "name.context")
BESIDE: Final = _Context(0.0, 0.94, "name.labelled")
LABELLED: Final = {
    True: _Context(-0.3, 0.94, "name.labelled"),
    False: _Context(-1.5, 0.92, "name.labelled"),
}


def chinese(text: str, neighbour: str | None = None) -> Iterator[Span]:
    """Yield Chinese names in ``text``; not sought in texts that are Japanese by their kana."""
    if KANA.search(text):
        return
    announced = _announced(text)
    if neighbour and LABEL.fullmatch(neighbour.strip() + " "):
        announced[len(text) - len(text.lstrip())] = BESIDE
    labels = [label.span() for label in LABEL.finditer(text)]
    names: list[Span] = []
    for run in RUN.finditer(text):
        names += _titled(run)
        if len(run[0]) <= MAX_RUN:
            names += _in_run(text, run, announced)
    names += _apart(text, announced)
    yield from (span for span in names if not _labels(labels, span))


def _labels(labels: list[tuple[int, int]], span: Span) -> bool:
    """Return whether ``span`` begins within one of the ``labels``, which are sorted."""
    at = bisect_right(labels, (span.start, sys.maxsize)) - 1
    return at >= 0 and span.start < labels[at][1] - 1 and span.start - labels[at][0] < 2


def _announced(text: str) -> dict[int, _Context]:
    """Return the places where a label leads, and what it makes of them."""
    places: dict[int, _Context] = {}
    for label in LABEL.finditer(text):
        at = label.end()
        gap = DATE_GAP.match(text, at)
        date = DATE.match(text, gap.end() if gap else at)
        if date:
            after = DATE_GAP.match(text, date.end())
            at = after.end() if after else date.end()
        strong = label["strong"] is not None
        apart = strong or bool(label["gap"]) or bool(date)
        places[at] = LABELLED[strong or bool(label["sep"])] if apart else SPOKEN
    return places


def _apart(text: str, announced: dict[int, _Context]) -> Iterator[Span]:
    """Yield a labelled name that is letter-spaced ("王  伟"), and the second of two."""
    for at in announced:
        found = SPACED.match(text, at)
        if (
            found
            and found["s"] in lexicon().zh_surnames
            and found["s"] + found["g"] not in NOT_NAMES
        ):
            yield Span(*found.span(), Category.PERSON, 0.82, "name.labelled")


def _context(
    text: str, place: tuple[int, int], run: re.Match[str], announced: dict[int, _Context]
) -> _Context:
    start, end = place
    if start in announced:
        return announced[start]
    if (
        start > 0
        and text[start - 1] in "、/,+&"
        and any(
            at in announced and RUN.fullmatch(text, at, start - 1)
            for at in range(start - 5, start - 2)
        )
    ):
        return LABELLED[True]
    before = BEFORE.search(text[max(0, start - 4) : start]) is not None
    after = AFTER.match(text, end) is not None
    if before and (after or end == run.end()):
        return SPOKEN
    if (before or start == run.start()) and (after and before):
        return SPOKEN
    if start == run.start() and end == run.end():
        near = text[max(0, start - 14) : start] + " " + text[end : end + 16]
        return DATED if DATE.search(near) or NUMBER.match(text, end) else ALONE
    if start == run.start() and after:
        return _Context(-3.5, 0.75, "name.context")
    return _Context(-4.5, 0.66, "name.context") if before else DEFAULT


def _in_run(text: str, run: re.Match[str], announced: dict[int, _Context]) -> Iterator[Span]:
    characters = run[0]
    forward, backward = _plainly(characters)
    found: list[tuple[float, Span]] = []
    for at, cut, end, surname in _candidates(characters):
        place = run.start() + at
        context = _context(text, (place, run.start() + end), run, announced)
        labelled = context.rule == "name.labelled"
        if not labelled and (surname < MIN_SURNAME or _is_thing(characters, cut, end)):
            continue
        if characters[at:end] in NOT_NAMES and not (labelled and end == len(characters)):
            continue
        likely = sum(lexicon().zh_given.get(c, RARE) for c in characters[cut:end])
        plainly = forward[-1] - forward[at] - backward[end]
        gain = surname + likely + context.prior - plainly
        sure = _confidence(gain, context)
        if sure:
            found.append(
                (gain, Span(place, run.start() + end, Category.PERSON, sure, context.rule))
            )
    if "·" in characters:
        # A name written after a foreign one: 安娜·科瓦.
        found += (
            (99.0, Span(place, run.end(), Category.PERSON, 0.9, "name.labelled"))
            for place in range(run.start(), run.end())
            if place in announced
        )
    taken: list[Span] = []
    for _, span in sorted(found, key=lambda pair: -pair[0]):
        if all(span.end <= other.start or other.end <= span.start for other in taken):
            taken.append(span)
    yield from taken


def _candidates(characters: str) -> Iterator[tuple[int, int, int, float]]:
    """Yield (start, end of the surname, end, the surname's logarithm) of what can be a name."""
    surnames = lexicon().zh_surnames
    for at in range(len(characters)):
        for long in (2, 1):
            surname = surnames.get(characters[at : at + long])
            for given in (2, 1) if surname is not None else ():
                if at + long + given <= len(characters) and surname is not None:
                    yield at, at + long, at + long + given, surname


def _is_thing(characters: str, cut: int, end: int) -> bool:
    return characters[end : end + 1] in LAWS or not THINGS.isdisjoint(characters[cut:end])


def _confidence(gain: float, context: _Context) -> float:
    if context.rule == "name.labelled":
        if context is BESIDE:
            return context.cap if gain > 1 else 0.84 if gain > -2 else 0.6
        return context.cap if gain > 1 else 0.84 if gain > -2 else 0.62 if gain > -5 else 0.0
    if gain > (6 if context is DEFAULT else 4):
        return context.cap
    return (
        max(0.5, context.cap - 0.12) if gain > (3 if context in (DEFAULT, ALONE) else 0.5) else 0.0
    )


def _plainly(run: str) -> tuple[list[float], list[float]]:
    """Return the best logarithms of words up to, and from, each place, without any name."""
    words = lexicon().zh_words
    size = len(run)
    forward = [0.0] + [-1e9] * size
    backward = [-1e9] * size + [0.0]
    edges = []
    for at in range(size):
        for end in range(at + 1, min(size, at + MAX_WORD) + 1):
            word = run[at:end]
            likely = words.get(word)
            if likely is None and end == at + 1:
                likely = UNKNOWN
            if likely is not None:
                edges.append((at, end, likely))
    for at, end, likely in edges:
        forward[end] = max(forward[end], forward[at] + likely)
    for at, end, likely in reversed(edges):
        backward[at] = max(backward[at], backward[end] + likely)
    return forward, backward


def _titled(run: re.Match[str]) -> Iterator[Span]:
    """Yield surnames with a title ("刘厂长") and those that colleagues shorten ("老陈")."""
    words = lexicon()
    for found in TITLED.finditer(run[0]):
        places = range(found.start("name"), found.end("name"))
        start = next((at for at in places if _is_titled(run[0], at, found)), None)
        if start is not None:
            clear = len(found["title"]) > 1 or start == 0 or BEFORE.search(run[0][:start])
            place = (run.start() + start, run.start() + found.end())
            yield Span(*place, Category.PERSON, 0.88 if clear else 0.7, "name.titled")
    for found in NICKNAME.finditer(run[0]):
        name = found["name"]
        if (
            name[1] in words.zh_surnames
            and name not in words.zh_words
            and not _inside(run[0], found)
        ):
            place = (run.start() + found.start(), run.start() + found.end())
            yield Span(*place, Category.PERSON, 0.8, "name.nickname")


def _is_titled(run: str, start: int, found: re.Match[str]) -> bool:
    """Return whether a surname begins at ``start`` that the title in ``found`` belongs to."""
    words = lexicon()
    surname, last = run[start], run[start : found.end("name")]
    if surname not in words.zh_surnames or len(last) > 3:
        return False
    if len(found["title"]) == 1 and (
        (start and not BEFORE.search(run[:start]))
        or (len(last) != 1 and last not in words.zh_surnames)
    ):
        return False
    if len(last) > 1:
        return last not in words.zh_words
    # 施工 and 加工 are words, 总工程师 is a rank.
    joined = run[max(0, start - 1) : start + 1]
    worded = run[start : start + 2] in words.zh_words or (start > 0 and joined in words.zh_words)
    return not worded and surname not in NO_SURNAME


def _inside(run: str, found: re.Match[str]) -> bool:
    """Return whether the nickname's last character begins a word ("小孔径")."""
    words = lexicon().zh_words
    at = found.end() - 1
    return any(run[at : at + size] in words for size in (2, 3) if len(run[at : at + size]) == size)
