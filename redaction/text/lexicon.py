"""Names and words: what telling a person from a part needs to know by heart.

Room: redaction/text. Pure but for reading one file of the package, once. ``lexicon.dat`` is
built by ``.ci/lexicon.py`` from dictionaries under permissive licences (see NOTICE.md beside it)
and read whole by ``warm``, so that no file is opened afterwards.
"""

import math
import re
import zlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

FILE: Final = "lexicon.dat"
WEIGHTED: Final = re.compile(r"(\D+)(\d+)")
# How many words the corpus counted that the Chinese frequencies stem from.
CORPUS_WORDS: Final = 6e7


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Sets of lower-case Latin and Cyrillic, and of Han, kana and Hangul as written.

    ``zh_words``, ``zh_surnames`` and ``zh_given`` hold natural logarithms of probabilities.
    """

    given: frozenset[str]
    surnames: frozenset[str]
    words: frozenset[str]
    pinyin: frozenset[str]
    syllables: frozenset[str]
    slavic: frozenset[str]
    korean: frozenset[str]
    ja_surnames: frozenset[str]
    ja_given: frozenset[str]
    zh_words: dict[str, float]
    zh_surnames: dict[str, float]
    zh_given: dict[str, float]


@cache
def lexicon() -> Lexicon:
    """Return the lexicon, read from the package at the first call."""
    packed = resources.files("redaction.text").joinpath(FILE).read_bytes()
    sections: dict[str, list[str]] = {}
    for part in zlib.decompress(packed).decode().split("#")[1:]:
        name, _, entries = part.partition("\n")
        sections[name] = entries.split()
    return Lexicon(
        given=frozenset(sections["given"]),
        surnames=frozenset(sections["surnames"]),
        words=frozenset(sections["words"]),
        pinyin=frozenset(sections["pinyin"]),
        syllables=frozenset(sections["syllables"]),
        slavic=frozenset(sections["slavic"]),
        korean=frozenset(sections["korean"]),
        ja_surnames=frozenset(sections["ja_surnames"]),
        ja_given=frozenset(sections["ja_given"]),
        zh_words=_words(sections),
        zh_surnames=_weights(sections["zh_surnames"]),
        zh_given=_weights(sections["zh_given"]),
    )


def _words(sections: dict[str, list[str]]) -> dict[str, float]:
    probability: dict[str, float] = {}
    for name, words in sections.items():
        if name.startswith("zh_words_"):
            level = int(name.rpartition("_")[2]) * math.log(2) - math.log(CORPUS_WORDS)
            probability |= dict.fromkeys(words, level)
    return probability


def _weights(entries: list[str]) -> dict[str, float]:
    found = [WEIGHTED.fullmatch(entry) for entry in entries]
    weights = {match[1]: int(match[2]) for match in found if match}
    total = math.log(sum(weights.values()))
    return {name: math.log(weight) - total for name, weight in weights.items()}
