"""Names in Latin, Cyrillic and Hangul letters: where one ends, and how much it looks like one.

Room: redaction/text. Pure; linear in the text. A name is read word by word as far as each word
can belong to one; what is known of the words (given name, surname, also a word of the workshop)
says how familiar it is. What stands around it is for others to weigh.
"""

import re
import sys
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import lru_cache
from typing import Final

from redaction.text.labels import LABELS, Strength
from redaction.text.lexicon import lexicon
from redaction.text.verdicts import GRAMMAR
from redaction.text.vocabulary import EPONYMS, is_thing, is_workshop

UPPER: Final = "A-ZÀ-ÖØ-ÞĀĂĄĆĈĊČĎĐĒĖĘĚĞĢĪĮİĶĹĻĽŁŃŅŇŌŐŒŘŚŞŠŢŤŪŮŰŲŴŶŸŹŻŽȘȚΑ-ΩА-ЯЁЄІЇҐ"
LETTER: Final = "A-Za-zÀ-ÖØ-öø-ɏА-яЁёЄєІіЇїҐґ"
INITIALS: Final = rf"[{UPPER}]\.(?:[ \-]?[{UPPER}]\.){{0,3}}"
WORD: Final = rf"[{LETTER}]{{1,30}}+(?:['\-][{LETTER}]{{1,30}}+){{0,3}}+(?![\w\\@])"
PIECE: Final = re.compile(
    rf"(?P<initials>{INITIALS})|(?P<word>{WORD})(?P<dot>\.(?=\s?[{UPPER}][{LETTER}]))?"
)
GAP: Final = re.compile(r"[ \u00a0]{0,2}(?P<comma>,[ ]?)?")
TITLES: Final = re.compile(
    r"(?:(?:mr|mrs|ms|miss|dr|prof|hr|herrn?|fr|frau|frl|mme|mlle|sr|sra|sig|sigra|dott|dipl|ing"
    r"|mag|pan|pani|eng|sir"
    r"|capt|h\.c|med|rer|nat|msc|bsc|beng|meng|phd|b\.eng|m\.sc|b\.sc|inż|mgr|pt|tn|mag|don|doña"
    r"|r\.a|г-н|г-жа)\b\.?[ \-]{0,2}){1,5}",
    re.IGNORECASE,
)
_SMALL_WORDS: Final = """
    van von der den de del della di da dos do la le bin ibn al el ten ter zu zum vom y e san st af
    av du des mac
"""
PARTICLES: Final = frozenset(_SMALL_WORDS.split())
INITIAL_AFTER: Final = re.compile(rf" [{UPPER}]\.(?![{LETTER}])")
# "LoRa" and "OpAmp" are products, "McAllister" and "DeLuca" people.
HUMPED: Final = re.compile(
    r"(?!Mc|Mac|De|Di|Du|La|Le|Van|Von|Fitz|St|Ver|Ten|Al|El|Ab|O'"
    rf"|D')[{UPPER}][a-zß-ÿ]+[{UPPER}]"
)
CREDENTIALS: Final = re.compile(
    r",? (?:P\.?E\.?|Ph\.?D\.?|M\.?D\.?|Jr\.?|Sr\.?|I{2,3}|CEng|MBA|MSc|B\.?Sc|M\.?Sc)(?!\w)"
)
MAX_WORDS: Final = 4
MAX_INITIALS_LETTERS: Final = 4
VOWEL: Final = re.compile(r"[aeiouyäöüáéíóúàèìòùâêîôûåøæœąęėőűıаеёиоуыэюя]", re.IGNORECASE)
PATRONYM: Final = re.compile(
    r".{2,}(?:ова?|ева?|ина?|ский|ская|цкий|цкая|енко|юк|ук|ич|ян|дзе|швили|ых|их|як|ый|ая)"
)


class Familiarity(IntEnum):
    """How much is known of a name's words."""

    WORD = 0  # words of the language, and nobody's name
    UNKNOWN = 1  # in no list
    AMBIGUOUS = 2  # somebody's name and a word as well
    PARTLY = 3
    KNOWN = 4


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it stands in the text. ``shape``: full, initialled, single, initials, lower."""

    start: int
    end: int
    shape: str
    familiarity: Familiarity
    eponym: bool = False


@lru_cache(maxsize=20_000)
def familiarity(word: str) -> Familiarity:
    """Return what is known of ``word``, in any case of letters."""
    low = word.lower().strip("'.-").removesuffix("'s")
    words = lexicon()
    parts = [part for part in re.split(r"[-']", low) if part] or [low]
    name = low in words.given or low in words.surnames or low in words.slavic
    name = name or (len(parts) > 1 and all(p in words.given or p in words.surnames for p in parts))
    common = is_workshop(low) or low in words.words or is_thing(low)
    if name and low in words.given and not is_workshop(low) and low not in words.words:
        return Familiarity.KNOWN
    if name:
        return Familiarity.AMBIGUOUS if common else Familiarity.KNOWN
    if common or all(part in words.words or is_workshop(part) for part in parts):
        return Familiarity.WORD
    if PATRONYM.fullmatch(low):
        return Familiarity.PARTLY
    return Familiarity.UNKNOWN


def is_given(word: str) -> bool:
    """Return whether ``word`` is a given name and hardly anything else."""
    low = word.lower().removesuffix("'s")
    return all(
        part in lexicon().given or part in lexicon().slavic for part in low.split("-")
    ) and not (low in lexicon().words or is_workshop(low))


def name_at(text: str, start: int, limit: int = sys.maxsize) -> Name | None:
    """Return the name, with its title, that begins at ``start`` and ends by ``limit``; or None."""
    title = TITLES.match(text, start, limit)
    at = title.end() if title else start
    pieces = _pieces(text, at, limit)
    if not pieces:
        return None
    name = _named(text, pieces, titled=title is not None)
    if name is None or title is None or at - start > name.end - name.start:
        return name
    # A title tells of a person too; but it is not to outweigh a short name.
    return replace(name, start=start)


def _named(text: str, pieces: list[tuple[int, int, bool]], *, titled: bool) -> Name | None:
    words = [piece for piece in pieces if not piece[2]]
    initials = [piece for piece in pieces if piece[2]]
    begin, end = pieces[0][0], pieces[-1][1]
    if not words:
        letters = sum(c.isalpha() for c in text[begin:end])
        low = text[begin:end].lower().replace(".", "").replace(" ", "")
        initials_only = 2 <= letters <= MAX_INITIALS_LETTERS and not is_workshop(low)
        shape = "initials" if initials_only else ""
        return Name(begin, end, shape, Familiarity.UNKNOWN) if shape else None
    plain = [text[s:e] for s, e, _ in words if text[s:e].lower() not in PARTICLES]
    if not plain:
        return None
    if initials and len(plain) == 1 and plain[0].lower() in GRAMMAR:
        return None  # "IN U.S.A."
    known = [familiarity(word) for word in plain]
    shape = "initialled" if initials else "full" if len(plain) > 1 else "single"
    if shape == "single" and len(plain[0]) <= 4 and plain[0].isupper() and not titled:
        kind = Familiarity.UNKNOWN if known[0] < Familiarity.AMBIGUOUS else known[0]
        if len(plain[0]) <= 3 and not is_workshop(plain[0].lower()):
            return Name(begin, end, "initials", kind)
    credentials = CREDENTIALS.match(text, end)
    end = credentials.end() if credentials and shape != "single" else end
    eponym = any(word.lower().removesuffix("'s") in EPONYMS for word in plain)
    return Name(begin, end, shape, _joined(known), eponym)


def _joined(known: list[Familiarity]) -> Familiarity:
    if len(known) == 1:
        return known[0]
    if all(one is Familiarity.WORD for one in known):
        return Familiarity.WORD
    if all(one >= Familiarity.AMBIGUOUS for one in known):
        return Familiarity.KNOWN if Familiarity.KNOWN in known else Familiarity.AMBIGUOUS
    if any(one >= Familiarity.PARTLY for one in known):
        return Familiarity.PARTLY
    if any(one is Familiarity.WORD for one in known):
        return Familiarity.WORD
    return Familiarity.UNKNOWN


def _pieces(text: str, at: int, limit: int) -> list[tuple[int, int, bool]]:
    """Return (start, end, whether initials) of what can be one name from ``at`` on."""
    pieces: list[tuple[int, int, bool]] = []
    comma = False
    while len(pieces) < MAX_WORDS + 1:
        found = PIECE.match(text, at, min(limit, len(text)))
        if found is None or (found["initials"] and _is_short(text, pieces) and not comma):
            break
        word = found["word"]
        if word is not None and not _belongs(word, pieces, text, comma=comma):
            break
        pieces.append((found.start(), found.end("word") if word else found.end(), word is None))
        gap = GAP.match(text, found.end())
        if gap is None:
            break
        if gap["comma"]:
            # "SMITH, John" is one person, "Smith, Jones" are two.
            if comma or len(pieces) > 1 or not _inverted(text, gap.end(), pieces[0]):
                break
            comma = True
        elif word is not None and gap.end() == found.end():
            break
        at = gap.end()
    while pieces and text[pieces[-1][0] : pieces[-1][1]].lower() in PARTICLES:
        pieces.pop()
    return pieces


def _is_short(text: str, pieces: list[tuple[int, int, bool]]) -> bool:
    """Return whether all there is are initials without dots, as title blocks have them."""
    if len(pieces) != 1 or pieces[0][2]:
        return False
    word = text[pieces[0][0] : pieces[0][1]]
    return word.isupper() and len(word) <= 3 and familiarity(word) < Familiarity.AMBIGUOUS


def _inverted(text: str, at: int, first: tuple[int, int, bool]) -> bool:
    found = PIECE.match(text, at)
    if found is None or first[2]:
        return False
    if found["initials"] or INITIAL_AFTER.match(text, found.end()):
        return True
    return is_given(found["word"]) and not is_given(text[first[0] : first[1]])


def _belongs(word: str, pieces: list[tuple[int, int, bool]], text: str, *, comma: bool) -> bool:
    low = word.lower()
    if low in PARTICLES:
        return bool(pieces) or word[0].isupper() or low in ("van", "von", "de", "di", "da")
    if not word[0].isupper() or HUMPED.match(word) or (len(word) == 1 and not pieces):
        return False
    if word.isupper() and len(word) > 2 and not VOWEL.search(word) and (pieces or len(word) > 3):
        return False
    if not pieces or comma:
        return not is_workshop(low) or low in lexicon().given
    return _continues(word, low, pieces, text)


def _continues(word: str, low: str, pieces: list[tuple[int, int, bool]], text: str) -> bool:
    """Return whether ``word`` goes on with the name that ``pieces`` begin."""
    if is_workshop(low) or LABELS.get(low, Strength.ASKING) > Strength.ASKING:
        return False
    # KJP TORQUE: initials are followed by the next cell.
    if _is_short(text, pieces):
        return False
    before = text[pieces[-1][0] : pieces[-1][1]]
    if len(word) == 1:
        return familiarity(before) is Familiarity.KNOWN
    # "Jane SMITH" and "SMITH Jane" are written so, "Jane QC" is not.
    if word.isupper() and len(word) < 3 and not before.isupper() and not pieces[-1][2]:
        return False
    initialled = pieces[-1][2] or before.lower() in PARTICLES
    return familiarity(word) is not Familiarity.WORD or (initialled and len(pieces) < 3)
