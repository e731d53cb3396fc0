"""Names without a label: titles, full names, initials before a surname.

Room: redaction/text. Pure; linear in the text. Nothing announces these, so both the shape and
the words themselves must say "person"; most are only suggested.
"""

import re
import sys
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

from redaction.model import Category
from redaction.text.dates import DATE
from redaction.text.latin import (
    LETTER,
    TITLES,
    UPPER,
    Familiarity,
    Name,
    familiarity,
    is_given,
    name_at,
)
from redaction.text.lexicon import lexicon
from redaction.text.span import Span
from redaction.text.vocabulary import COMPANY, EPONYMS, is_workshop

CAPITAL: Final = re.compile(rf"(?<![\w.@/\\'\-#&])(?=[{UPPER}])(?:[{UPPER}]\.|[{LETTER}]{{2,30}})")
TITLE: Final = re.compile(
    r"(?<![\w.])(?:(?:Mr|Mrs|Ms|Miss|Mme|Mlle|MM|Dr|Prof|Hr|Fr|Sr|Sra|Sig|Sig\.ra|Dott|Ing|Arq"
    r"|Dipl\.-Ing|Dr\.-Ing|Capt|Sgt|Eng|Insinööri)\.?"
    r"|Messrs\.?|Herren|Herrn?|Damen|Frau|Fräulein|Familie|Fam\.|Monsieur|Madame|Señora?|Signora?"
    r"|Signor|Pan|Pani|Panem|Panią|Kolleg(?:e|in|en)|Meister|Chef|Herra|Rouva|г-н|г-жа"
    r"|господин|инженер|тов\.)[ ]{1,2}"
    rf"(?=[{UPPER}])"
)
# "M. Thévenot": a title in French, an initial elsewhere.
CONTEXT_BEFORE: Final = re.compile(
    r"(?:\b(?:by|with|from|to|for|per|ask|call|ring|contact|see|tell|attn|buyer|rep|engineer"
    r"|designer|machinist|foreman|operator|colleague|welder|technician"
    r"|manager|cc|of|and|thanks|regards|durch|von|mit|laut|an|bei|für|fragen|par|avec|selon|de"
    r"|por|con|da|según|secondo|av|med|enligt|hos|od|przez|dla|od|customer|client|owner|boss"
    r"|dear|hi|hello|hey|friend|supplier)[ ,:]{1,2}"
    r"|[(\[\"'] ?|(?:^|\n)[ \t]*|[-–:] )$",
    re.IGNORECASE,
)
WORD_BEFORE: Final = re.compile(r"[A-Za-zÀ-ɏ][ ,:]{1,2}$")
VERB_AFTER: Final = re.compile(
    r"(?:'s)?[ ,]{1,2}(?:and [A-Z]\w+(?: [A-Z]\w+)? )?(?:has|had|have|is|was|will|would|said|says"
    r"|asked|asks|wants|wanted|needs|confirmed|confirms|checked|approved|agreed|suggested"
    r"|requested|told|noted|mentioned|sent|sends|called|drew|designed|measured|changed|made|likes"
    r"|prefers|thinks|knows|signed|reviewed|recommends|recommended"
    r"|insists|complained|picked|fixed|found|did|wrote|hat|möchte|will|wünscht|sagt|meint|prüft"
    r"|bittet|braucht|schickt|freigegeben|demande|veut|souhaite|pide|quiere|dice|chiede|vuole"
    r"|vill|säger|ska|prosi|chce|хочет|просит|сказал|at [A-Z]|says|keeps)\b|[:,] (?:please|pls"
    r"|can you|could you|bitte|kannst|merci|peux|por favor)\b"
)
URL: Final = re.compile(
    r"(?:[a-z]{3,6}://|www\.)\S+|(?<![\w.+\-])[\w.+\-]{1,64}+@[\w.\-]{1,100}+"
    r"|(?<!\w)[A-Za-z]:[\\/]\S*+|\\\\\S++"
)
RUSSIAN: Final = re.compile(
    r"(?<!\w)(?:[А-ЯЁ][а-яё]{2,20}(?:-[А-ЯЁ][а-яё]+)? [А-ЯЁ]\. ?[А-ЯЁ]\.|[А-ЯЁ]\. ?[А-ЯЁ]\. "
    r"?[А-ЯЁ][а-яё]{2,20})"
)
MIN_SURNAME: Final = 3


def barred(text: str) -> list[tuple[int, int]]:
    """Return the places of paths and URLs, whose words are no names."""
    return [found.span() for found in URL.finditer(text)]


def mentioned(text: str, barred: list[tuple[int, int]]) -> Iterator[Span]:
    """Yield names that nothing announces, outside the ``barred`` places."""
    found = [span for span in _bare(text) if not within(span, barred)]
    found += [
        Span(*m.span(), Category.PERSON, 0.85, "name.initialled") for m in RUSSIAN.finditer(text)
    ]
    yield from found


def within(span: Span, barred: list[tuple[int, int]]) -> bool:
    """Return whether ``span`` begins in one of the ``barred`` places, which are sorted."""
    at = bisect_right(barred, (span.start, sys.maxsize)) - 1
    return at >= 0 and span.start < barred[at][1]


def _bare(text: str) -> Iterator[Span]:
    for title in TITLE.finditer(text):
        name = name_at(text, title.start() if TITLES.match(text, title.start()) else title.end())
        if name is not None and name.shape != "initials" and _is_addressed(text, name):
            yield Span(name.start, name.end, Category.PERSON, 0.9, "name.titled")
    past = 0
    for capital in CAPITAL.finditer(text):
        if capital.start() < past:
            continue
        name = name_at(text, capital.start())
        if name is None or name.start != capital.start():
            continue
        sure, rule = _sure(text, name)
        if sure:
            past = name.end
            yield Span(name.start, _unpossessed(text, name), Category.PERSON, sure, rule)


def _is_addressed(text: str, name: Name) -> bool:
    word = text[name.start : name.end].split(" ")[-1].lower().strip(".")
    return not is_workshop(word) and (name.familiarity > Familiarity.WORD or name.shape != "full")


def _unpossessed(text: str, name: Name) -> int:
    return name.end - 2 if text[name.start : name.end].endswith("'s") else name.end


def _sure(text: str, name: Name) -> tuple[float, str]:
    """Return how sure an unannounced name is, and by which rule."""
    if (name.eponym and name.shape != "initialled") or COMPANY.match(text, name.end):
        return 0.0, ""
    value = text[name.start : _unpossessed(text, name)]
    before = CONTEXT_BEFORE.search(text[max(0, name.start - 16) : name.start]) is not None
    after = VERB_AFTER.match(text, name.end) is not None
    if name.shape == "initialled":
        return _initialled(text, name, value)
    if name.shape == "full":
        spoken = before and WORD_BEFORE.search(text[max(0, name.start - 16) : name.start])
        sure, rule = _full(value, "word" if after or spoken else "edge" if before else "")
        doing = after and name.familiarity >= Familiarity.UNKNOWN and not value.isupper()
        return (0.62, "name.context") if doing and not sure else (sure, rule)
    given = name.shape == "single" and is_given(value) and value[1:].islower()
    if given and (before or after):
        word_before = text[max(0, name.start - 16) : name.start].rstrip(" ,:")[-1:].isalpha()
        signed = name.end == len(text.rstrip()) and re.search(
            r"[-–~] ?$", text[max(0, name.start - 3) : name.start]
        )
        if after or word_before or signed:
            return (0.68 if after or before else 0.0), "name.given"
    return 0.0, ""


def _initialled(text: str, name: Name, value: str) -> tuple[float, str]:
    words = [w for w in re.findall(rf"[{LETTER}'\-]+", value) if len(w) > 1]
    if not words or max(map(len, words)) < MIN_SURNAME or name.familiarity is Familiarity.WORD:
        return 0.0, ""
    dated = DATE.search(text[max(0, name.start - 40) : name.end + 40]) is not None
    sure = {Familiarity.UNKNOWN: 0.6, Familiarity.AMBIGUOUS: 0.58}.get(name.familiarity, 0.74)
    return sure + (0.1 if dated else 0.0), "name.initialled"


def _full(value: str, context: str) -> tuple[float, str]:
    words = re.findall(rf"[{LETTER}'\-]+", value)
    lows = [word.lower().removesuffix("'s") for word in words]
    given = [is_given(low) for low in lows]
    shouted = value.isupper()
    if any(low in EPONYMS or (is_workshop(low) and len(low) > 3) for low in lows):
        return 0.0, ""
    rest = [familiarity(low) for low in lows]
    if len(words[0]) <= 3 and words[0].isupper() and not shouted:
        return 0.0, ""
    if given[0] and rest[-1] >= Familiarity.KNOWN:
        return (0.66 if shouted else 0.83 if context else 0.78), "name.full"
    if given[0] and rest[-1] is not Familiarity.WORD:
        return (0.6 if shouted else 0.81 if context else 0.72), "name.full"
    if given[-1] and rest[0] >= Familiarity.KNOWN:
        return (0.66 if shouted or "," not in value else 0.82), "name.full"
    if shouted:
        return 0.0, ""
    return _foreign(lows, rest, context)


def _foreign(lows: list[str], known: list[Familiarity], context: str) -> tuple[float, str]:
    """Return the same for words of which none is known for a given name."""
    if _is_pinyin(lows):
        return (0.72 if context else 0.6), "name.pinyin"
    if _is_pinyin(lows[::-1]) and context:
        return 0.62, "name.pinyin"
    if context == "word" and Familiarity.WORD not in known and Familiarity.KNOWN in known:
        return 0.55, "name.full"
    return 0.0, ""


def _is_pinyin(lows: list[str]) -> bool:
    words = lexicon()
    if len(lows) not in (2, 3) or lows[0] not in words.pinyin:
        return False
    return all(_syllables(low) for low in lows[1:]) and not all(low in words.words for low in lows)


def _syllables(word: str) -> bool:
    known = lexicon().syllables
    cuts = (word, *((word[:at], word[at:]) for at in range(1, len(word))))
    return any(
        cut in known if isinstance(cut, str) else cut[0] in known and cut[1] in known
        for cut in cuts
    )
