"""Build redaction/text/lexicon.dat, the words and names that telling a person apart needs.

Run in an environment of its own, for the product needs none of these packages:

    python -m venv /tmp/lexicon && /tmp/lexicon/bin/pip install -r .ci/lexicon-requirements.txt
    /tmp/lexicon/bin/python .ci/lexicon.py redaction/text/lexicon.dat

Sources and licences are recorded in redaction/text/NOTICE.md. The same packages give the same
bytes. Sections are ``#name`` lines; a section's entries follow, separated by blanks.
"""

import csv
import importlib
import math
import re
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import english_words
import faker.providers.person
import japanese_personal_name_dataset
import jieba
import names
import symspellpy
from faker.providers.person.ko_KR import Provider as Korean
from faker.providers.person.zh_CN import Provider as Mainland
from faker.providers.person.zh_TW import Provider as Taiwan
from pypinyin import lazy_pinyin

LATIN = re.compile(r"[A-Za-zÀ-ɏ][A-Za-zÀ-ɏ'\-]{1,19}")
CYRILLIC = re.compile(r"[Ѐ-ӿ]{3,20}")
HAN = re.compile(r"[㐀-鿿]+")
# Names that stand on drawings as words far more often than as people.
WORDS_FIRST = frozenset(
    """
    mark earl ray don dale guy rod angel chase cliff marlin rusty mason reed basil ward clement coy
    junior sterling august jasper monte brain son heath rocky clay van buddy drew grant pat mack
    noel major art max miles dean bill rose dawn grace joy hope faith may june april summer autumn
    penny pearl ruby crystal amber olive ivy lily iris viola misty violet brandy ginger candy sandy
    daisy fern laurel myrtle hazel holly rosemary jewel dolly dee gale lea fay goldie flora opal
    melody charity blanca robin lance tab norm gene carol sue dot ebony jasmine aurora alma mona
    geneva florence will stone wood glen cole lane page star china america asia royal prince king
    chance destiny harmony honor justice liberty mercy patience prudence sage sky skye storm river
    rain porter carter cooper hunter tanner parker archer baker forest silver precious golden cash
    bishop
    king duke deacon brook season treasure magnolia bell beau bear chip rich buck bud pansy happy
    love lark
    cherry coral cotton jade jet ferry valley marshal marshall miller gunner sailor shade sunny
    tiny toy worth
    vale velvet lavender royce pin latch shaft ring wiley porsche mercedes paris london sydney
    houston dallas
    denver boston milan vienna india israel kenya jordan ariel java shell steel stormy page taylor
    case chester
    lester clamp mitre micron cam bit ban see in an so de man do my le un la ok das die der and so
    go pro me he she it is as by my
    """.split()
)
COMPOUND_SURNAMES = (
    "欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 司徒 令狐 夏侯 宇文 长孙 端木 南宫 轩辕"
)
SURNAMES_KEPT = 75_000


def main(target: Path) -> None:
    given, surnames = _western()
    words = _words(given | surnames)
    sections = {
        "given": sorted(given),
        "surnames": sorted(surnames),
        "words": sorted(words),
        "pinyin": sorted(_pinyin()),
        "syllables": sorted(_syllables()),
        "slavic": sorted(_faker(("ru_RU", "uk_UA", "bg_BG"), CYRILLIC)),
        "korean": sorted({*Korean.first_names}),
        "ja_surnames": [row[0] for row in _japanese("last_name_org.csv")],
        "ja_given": sorted(_japanese_given()),
        "zh_surnames": _weighted(_surname_weights()),
        "zh_given": _weighted(_given_weights()),
        **_chinese_words(),
    }
    text = "\n".join(f"#{name}\n{' '.join(entries)}" for name, entries in sections.items())
    target.write_bytes(zlib.compress(text.encode(), 9))
    for name, entries in sections.items():
        print(name, len(entries))
    print(target, target.stat().st_size)


def _folder(module: object) -> Path:
    return Path(str(module.__file__)).parent  # type: ignore[attr-defined]


def _western() -> tuple[set[str], set[str]]:
    """Return given names and surnames in Latin letters, in lower case."""
    census = (_folder(names) / "dist.all.last").read_text().split("\n")
    surnames = {line.split()[0].lower() for line in census[:SURNAMES_KEPT] if line.strip()}
    given: set[str] = set()
    for file in ("dist.female.first", "dist.male.first"):
        lines = (_folder(names) / file).read_text().split("\n")
        given |= {line.split()[0].lower() for line in lines if line.strip()}
    places = [p.name for p in _folder(faker.providers.person).iterdir() if "_" in p.name[1:]]
    given |= _faker(places, LATIN, surnames=False)
    surnames |= _faker(places, LATIN, given=False)
    for row in _japanese("last_name_org.csv"):
        surnames.add(row[3].lower())
    for file in ("first_name_man_opti.csv", "first_name_woman_opti.csv"):
        given |= {row[1].lower() for row in _japanese(file)}
    return {n for n in given if len(n) > 1}, {n for n in surnames if len(n) > 1}


def _faker(
    places: Iterable[str], shape: re.Pattern[str], *, given: bool = True, surnames: bool = True
) -> set[str]:
    found: set[str] = set()
    for place in sorted(places):
        try:
            provider = importlib.import_module(f"faker.providers.person.{place}").Provider
        except (ImportError, AttributeError):
            continue
        for attribute in dir(provider):
            held = getattr(provider, attribute)
            last = "last" in attribute or "surname" in attribute
            wanted = "name" in attribute and "language" not in attribute
            if not wanted or not isinstance(held, (list, tuple, dict)):
                continue
            if (last and surnames) or (not last and given and "format" not in attribute):
                found |= {
                    piece.lower()
                    for name in held
                    if isinstance(name, str) and "{{" not in name
                    for piece in name.split()
                    if shape.fullmatch(piece)
                }
    return found


def _words(people: set[str]) -> set[str]:
    """Return English words, without those that are only ever names."""
    dictionary = {
        word
        for word in english_words.get_english_words_set(["web2"], lower=False, alpha=True)
        if word.islower()
    }
    lines = (_folder(symspellpy) / "frequency_dictionary_en_82_765.txt").read_text("utf-8-sig")
    known = {line.split()[0] for line in lines.split("\n") if line.strip()}
    common = [line.split()[0].lower() for line in _top_given()]
    only_names = set(common) - WORDS_FIRST

    def is_word(word: str) -> bool:
        stems = (word, word[:-1], word[:-2], word.removesuffix("ed"), word.removesuffix("ing"))
        return any(stem in dictionary for stem in stems if len(stem) > 2)

    kept = {w for w in known if w.isalpha() and len(w) > 1 and (w not in people or is_word(w))}
    return (kept | WORDS_FIRST) - only_names


def _top_given() -> Iterator[str]:
    for file in ("dist.female.first", "dist.male.first"):
        yield from (_folder(names) / file).read_text().split("\n")[:1200]


def _pinyin() -> set[str]:
    return {"".join(lazy_pinyin(name)).replace("ü", "v") for name in _surname_weights()}


def _syllables() -> set[str]:
    return {lazy_pinyin(letter)[0].replace("ü", "v") for letter in _given_weights()}


def _japanese(file: str) -> list[list[str]]:
    path = _folder(japanese_personal_name_dataset) / "dataset" / file
    with path.open(encoding="utf-8") as lines:
        return [row for row in csv.reader(lines) if row]


def _japanese_given() -> set[str]:
    found: set[str] = set()
    for sex in ("man", "woman"):
        for row in _japanese(f"first_name_{sex}_opti.csv"):
            found |= {row[0], *row[2:]}
            found.add("".join(chr(ord(kana) + 96) for kana in row[0]))
        for row in _japanese(f"first_name_{sex}_org.csv"):
            found |= {row[0], *row[2:12]}
    return {name for name in found if 1 <= len(name) <= 4 and name.isalpha() and ord(name[0]) > 255}


def _surname_weights() -> dict[str, float]:
    """Return Chinese surnames with how many of a thousand bear them, roughly."""
    found = {name: weight * 10 for name, weight in Taiwan.last_names.items()}
    found |= {name: weight * 10 for name, weight in Mainland.last_names.items()}
    for name in COMPOUND_SURNAMES.split():
        found.setdefault(name, 0.3)
    for letter in Counter(name[0] for name in _jieba_names() if len(name) == 3):
        found.setdefault(letter, 0.02)
    return {name: weight for name, weight in found.items() if HAN.fullmatch(name)}


def _given_weights() -> dict[str, float]:
    """Return the letters of Chinese given names with how often they stand there."""
    seen: Counter[str] = Counter()
    frequent = {name for name, weight in Mainland.last_names.items() if weight > 0.01}
    for name in _jieba_names():
        if name[0] in frequent and len(name) in (2, 3):
            seen.update(name[1:])
    for names_, times in ((Mainland.first_names, 60), (Taiwan.first_names, 40)):
        for name in names_:
            seen.update(dict.fromkeys(name, times))
    return {letter: count for letter, count in seen.items() if count >= 2}


def _jieba_names() -> list[str]:
    return [w for w, _, tag in _jieba() if tag in ("nr", "nrfg") and 2 <= len(w) <= 4]


def _jieba() -> Iterator[tuple[str, int, str]]:
    with (_folder(jieba) / "dict.txt").open(encoding="utf-8") as lines:
        for line in lines:
            word, count, tag = line.split()
            if HAN.fullmatch(word):
                yield word, int(count), tag


def _chinese_words() -> dict[str, list[str]]:
    """Return words by the binary logarithm of how often they stand in a corpus; no names."""
    levels: dict[str, list[str]] = {}
    for word, count, tag in _jieba():
        if tag not in ("nr", "nrfg") and (
            len(word) == 1 or (len(word) <= 4 and (count >= 20 or tag in ("ns", "nz", "nt", "nrt")))
        ):
            level = round(math.log2(max(1, count)))
            levels.setdefault(f"zh_words_{level}", []).append(word)
    return {name: sorted(levels[name]) for name in sorted(levels)}


def _weighted(weights: dict[str, float]) -> list[str]:
    return [f"{name}{max(1, round(weight * 100))}" for name, weight in sorted(weights.items())]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
