"""The console's languages: one catalogue each, the same keys in all of them.

Room: gateway/console. Touches locale/*.toml once, at the start. A test holds the catalogues to the
same keys, and the templates to keys that are there.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

LOCALE: Final = Path(__file__).parent / "locale"
DEFAULT: Final = "en"
COOKIE: Final = "language"
MAX_HEADER_CHARS: Final = 200
# What islands say comes along with every page; the rest stays here.
_FOR_ISLANDS: Final = ("island.", "problem.", "deny.", "remedy.")


@dataclass(frozen=True, slots=True)
class Words:
    """All sentences of one language, by dotted key."""

    language: str
    tag: str  # BCP 47, for <html lang>
    sentences: Mapping[str, str]

    def say(self, key: str, **places: object) -> str:
        """Return the sentence under ``key`` with its places filled; a key must be there."""
        return self.sentences[key].format(**places) if places else self.sentences[key]

    def say_or(self, key: str, otherwise: str) -> str:
        """Return the sentence under ``key``, or what the room below said itself."""
        return self.sentences.get(key, otherwise)

    def for_islands(self) -> Mapping[str, str]:
        """Return the sentences that islands say."""
        return {k: v for k, v in self.sentences.items() if k.startswith(_FOR_ISLANDS)}


def read(folder: Path = LOCALE) -> Mapping[str, Words]:
    """Return every language of ``folder`` by its name."""
    found = {}
    for path in sorted(folder.glob("*.toml")):
        sentences = dict(_flat(tomllib.loads(path.read_text(encoding="utf-8")), ""))
        found[path.stem] = Words(path.stem, sentences["language.tag"], sentences)
    return found


def chosen(known: Mapping[str, Words], cookie: str | None, accept_language: str) -> Words:
    """Return the language somebody chose, else the first they accept, else the default."""
    if cookie is not None and cookie in known:
        return known[cookie]
    for wish in _by_weight(accept_language[:MAX_HEADER_CHARS]):
        if wish.partition("-")[0] in known:
            return known[wish.partition("-")[0]]
    return known[DEFAULT]


def _by_weight(accept_language: str) -> list[str]:
    wishes = []
    for position, wish in enumerate(accept_language.split(",")):
        tag, _, parameter = wish.strip().lower().partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
        except ValueError:
            weight = 0.0
        if weight > 0:
            wishes.append((-weight, position, tag.strip()))
    return [tag for _, _, tag in sorted(wishes)]


def _flat(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
