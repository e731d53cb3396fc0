"""From the files of a law directory to the law: checked, resolved, hashed, frozen.

Room: gateway/policy. Pure: bytes in, rules out. A mistake anywhere stops the start and is told by
file and key; a law that is half read is none.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from gateway.errors import GatewayError
from gateway.policy.rows import CountryFile, Document, Head, PackFile, Rule, Source

COUNTRIES_FILE: Final = "countries.toml"
EVERYWHERE: Final = "*"
M = TypeVar("M", bound=BaseModel)


class LawInvalidError(GatewayError):
    """The law packs cannot be used."""

    code = "law-invalid"

    def __init__(self, problems: Iterable[str] = ()) -> None:
        """Keep one line a mistake: file, key, and what is wrong there."""
        super().__init__()
        self.problems = tuple(problems)

    def public(self) -> str:
        """Return the sentence and the lines: they are the operator's own."""
        return "\n".join([super().public(), *self.problems])


@dataclass(frozen=True, slots=True)
class Route:
    """A rule with its groups resolved: the codes it goes from and to."""

    rule: Rule
    origins: frozenset[str]
    destinations: frozenset[str]

    def covers(self, origin: str, destination: str) -> bool:
        """Return whether the rule speaks of this way."""
        covered = origin in self.origins and destination in self.destinations
        return covered and (origin == destination or not self.rule.within)


@dataclass(frozen=True, slots=True)
class Pack:
    """One file of rules. ``sha256`` is that of its bytes."""

    head: Head
    sha256: str
    sources: Mapping[str, Source]
    routes: tuple[Route, ...]

    @property
    def name(self) -> str:
        """The pack and its version, as the log names it."""
        return f"{self.head.id}:{self.head.version}"


@dataclass(frozen=True, slots=True)
class Law:
    """Everything a decision needs beside the facts. ``sha256`` covers every file, by name."""

    sha256: str
    countries: Mapping[str, str]
    packs: tuple[Pack, ...]
    documents: Mapping[str, Document]
    attests: frozenset[str]


def read(files: Mapping[str, bytes]) -> Law:
    """Return the law that ``files`` (name to bytes) hold.

    Raises:
        LawInvalidError: a file is not TOML, a key is unknown, missing or of the wrong kind, an id
            stands twice, or something named is not there. All mistakes are told at once.
    """
    problems: list[str] = []
    if COUNTRIES_FILE not in files:
        raise LawInvalidError([f"{COUNTRIES_FILE}: missing"])
    countries = _parsed(COUNTRIES_FILE, files[COUNTRIES_FILE], CountryFile, problems)
    parsed = {
        name: _parsed(name, raw, PackFile, problems)
        for name, raw in sorted(files.items())
        if name != COUNTRIES_FILE
    }
    if problems or countries is None:
        raise LawInvalidError(problems)
    whole = {name: pack for name, pack in parsed.items() if pack is not None}
    problems += _contradictions(whole, countries)
    if problems:
        raise LawInvalidError(problems)
    return Law(
        sha256=_sha256_of_all(files),
        countries=dict(countries.names),
        packs=tuple(_pack(pack, files[name], countries) for name, pack in whole.items()),
        documents={one.id: one for pack in whole.values() for one in pack.document},
        attests=frozenset(one for pack in whole.values() for one in pack.handler.attests),
    )


def _parsed(name: str, raw: bytes, model: type[M], problems: list[str]) -> M | None:
    try:
        return model.model_validate(tomllib.loads(raw.decode("utf-8")))
    except ValidationError as error:
        problems += [f"{name}: {_dotted(one['loc'])}: {one['msg']}" for one in error.errors()]
    except ValueError as error:
        problems.append(f"{name}: not TOML: {error}")
    return None


def _contradictions(packs: Mapping[str, PackFile], countries: CountryFile) -> list[str]:
    known, problems = set(countries.names), []
    for group, members in countries.groups.items():
        problems += [
            f"{COUNTRIES_FILE}: groups.{group}: {code} is no country here"
            for code in members
            if code not in known
        ]
    documents = {one.id for pack in packs.values() for one in pack.document}
    seen: dict[str, set[str]] = {"pack": set(), "rule": set()}
    for name, pack in packs.items():
        problems += _twice(name, "pack.id", [pack.pack.id], seen["pack"])
        problems += _twice(name, "rule.id", [rule.id for rule in pack.rule], seen["rule"])
        problems += _twice(name, "source.id", [source.id for source in pack.source], set())
        sources = {source.id for source in pack.source}
        for rule in pack.rule:
            at = f"{name}: rule {rule.id}"
            problems += [
                f"{at}: source: {one.id} is not in this pack"
                for one in rule.source
                if one.id not in sources
            ]
            problems += [
                f"{at}: documents: {one} is not declared"
                for one in rule.documents
                if one not in documents
            ]
            problems += _unknown_places(at, rule, countries)
    return problems


def _unknown_places(at: str, rule: Rule, countries: CountryFile) -> list[str]:
    places = {"from": rule.origins, "to": rule.destinations, "except": rule.beside}
    return [
        f"{at}: {key}: {place} is neither a country nor a group here"
        for key, named in places.items()
        for place in named
        if place != EVERYWHERE
        and place not in countries.names
        and place.removeprefix("@") not in countries.groups
    ]


def _twice(name: str, key: str, ids: Iterable[str], seen: set[str]) -> list[str]:
    problems = []
    for one in ids:
        if one in seen:
            problems.append(f"{name}: {key}: {one} stands twice")
        seen.add(one)
    return problems


def _pack(pack: PackFile, raw: bytes, countries: CountryFile) -> Pack:
    def resolved(places: Iterable[str]) -> frozenset[str]:
        codes: set[str] = set()
        for place in places:
            if place == EVERYWHERE:
                codes |= countries.names.keys()
            elif place.startswith("@"):
                codes |= set(countries.groups[place[1:]])
            else:
                codes.add(place)
        return frozenset(codes)

    return Pack(
        head=pack.pack,
        sha256=hashlib.sha256(raw).hexdigest(),
        sources={source.id: source for source in pack.source},
        routes=tuple(
            Route(rule, resolved(rule.origins), resolved(rule.destinations) - resolved(rule.beside))
            for rule in pack.rule
        ),
    )


def _sha256_of_all(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, raw in sorted(files.items()):
        digest.update(f"{name}\0{len(raw)}\0".encode())
        digest.update(raw)
    return digest.hexdigest()


def _dotted(place: Iterable[Any]) -> str:
    return ".".join(str(step) for step in place) or "file"
