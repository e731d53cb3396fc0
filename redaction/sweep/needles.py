"""What the sweep looks for: removed values, their telling parts, in every spelling.

Room: redaction/sweep. Pure. Which values are secrets differs by category: a removed login name
that still stands somewhere is a leak, a removed program name or time stamp is not.
"""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from redaction.model import Action, Category, Finding
from redaction.sweep.words import NAMELESS

MIN_CHARS: Final = 4
# Shorter than this, a needle counts only as a word of its own: "anna" is not in "savannah".
WORD_CHARS: Final = 8
MAX_CHARS: Final = 256

# Code pages that CAD files of the last thirty years were written in (DXF $DWGCODEPAGE).
_CODE_PAGES: Final = """
    cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp437 cp850 cp866 cp874
    cp932 gbk big5 cp949 koi8_r mac_roman iso8859_2 iso8859_5 iso8859_15
"""
ENCODINGS: Final = ("utf-8", "utf-16-le", "utf-16-be", *_CODE_PAGES.split())
# A codec is read from disk when it is first used, and the worker can open no file.
for _name in (*ENCODINGS, "utf-32-be", "latin-1"):
    codecs.lookup(_name)

HOMES: Final = re.compile(
    r"(?:^|[\\/])(?:users|home|documents and settings|docume~1|benutzer|utilisateurs)[\\/]+"
    r"([^\\/]++)",
    re.IGNORECASE,
)
SERVERS: Final = re.compile(r"^[\\/]{2,}([^\\/.]++)")
# What a program installed is not what a person made.
INSTALLED: Final = re.compile(
    r"(?:[a-z]:)?[\\/]+(?:program files|windows|winnt|usr|etc|opt|system|library)\b",
    re.IGNORECASE,
)
SEPARATORS: Final = re.compile(r"[\\/]++")
NAME_PARTS: Final = re.compile(r"[^\W\d_]++(?:['’-][^\W\d_]++)*+")


@dataclass(frozen=True, slots=True, order=True)
class Needle:
    """One spelling of a removed value, in lower case as far as ASCII goes."""

    spelling: bytes = field(repr=False)
    category: Category
    word: bool  # whether letters or digits next to it make it another word


def needles(findings: Iterable[Finding]) -> tuple[Needle, ...]:
    """Return what must not be found after ``findings`` were dealt with, sorted.

    Values of findings that were kept or await review excuse themselves: their owner sees
    them in the report and the same word elsewhere tells nothing new.
    """
    findings = tuple(findings)
    kept = " \n ".join(
        found.value.casefold() for found in findings if found.action in (Action.KEPT, Action.REVIEW)
    )
    wanted = {
        (part.strip(), found.category)
        for found in findings
        if found.seed and found.action in (Action.REMOVED, Action.REPLACED)
        for part in PARTS.get(found.category, _nothing)(found.value)
    }
    return tuple(
        sorted(
            {
                Needle(spelling, category, len(text) < WORD_CHARS)
                for text, category in wanted
                if _is_secret(text) and text.casefold() not in kept
                for spelling in _spellings(text)
            }
        )
    )


def _is_secret(text: str) -> bool:
    folded = text.casefold()
    return (
        MIN_CHARS <= len(text) <= MAX_CHARS
        and folded not in NAMELESS
        and len(set(folded)) > 2  # "----" and "xxxx" are fillers
    )


def _spellings(text: str) -> Iterator[bytes]:
    parts = SEPARATORS.split(text)
    texts = {separator.join(parts) for separator in ("/", "\\", "\\\\")} | {text}
    # A quote in a STEP or SQL string is doubled.
    texts |= {text.replace("'", "''")}
    for variant in texts:
        if variant.isascii():
            yield variant.lower().encode("ascii")
            continue
        for case in {variant, variant.lower(), variant.upper(), variant.title()}:
            for encoding in ENCODINGS:
                try:
                    yield case.encode(encoding).lower()
                except UnicodeEncodeError:
                    continue


def _nothing(_: str) -> Iterable[str]:
    return ()


def _whole(value: str) -> Iterable[str]:
    return (value,)


def _long(value: str) -> Iterable[str]:
    return (value,) if len(value) >= 2 * MIN_CHARS else ()


def _person(value: str) -> Iterable[str]:
    return (value, *NAME_PARTS.findall(value))


def _email(value: str) -> Iterable[str]:
    return (value, value.partition("@")[0])


def _path(value: str) -> Iterable[str]:
    # A file's own name is often the part's name and stays; directories tell of people.
    directory = value[: max(value.rfind("/"), value.rfind("\\"), 0)]
    if len(directory) >= 2 * MIN_CHARS and not INSTALLED.match(directory):
        yield directory
    yield from HOMES.findall(value)
    yield from SERVERS.findall(value)


PARTS: Final[Mapping[Category, Callable[[str], Iterable[str]]]] = {
    Category.PERSON: _person,
    Category.ORGANISATION: _whole,
    Category.EMAIL: _email,
    Category.PHONE: _long,
    Category.ADDRESS: _long,
    Category.PATH: _path,
    Category.HOST: _whole,
    Category.NETWORK: _long,
    Category.LOCATION: _long,
    Category.IDENTIFIER: _long,
    Category.COMMENT: _long,
    Category.SIGNATURE: _long,
}
