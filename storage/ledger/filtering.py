"""What is looked for in the log, and counted: over the facts of leaves alone.

Room: storage/ledger. Pure. A filter is a list of conditions on columns that databases compute from
the leaf itself; each database writes them in its own words, and the words are here, so that both
ask the same. Values are always parameters.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

Value: TypeAlias = str | int


@dataclass(frozen=True, slots=True)
class Words:
    """What one database says in other words than the other.

    ``unsorted`` goes before a column of which no index shall be used; ``texts`` and ``numbers`` are
    what a column is in, when the values are one parameter that holds a JSON array.
    """

    unsorted: str
    texts: str
    numbers: str


SQLITE: Final = Words(
    "+", "IN (SELECT value FROM json_each(?))", "IN (SELECT value FROM json_each(?))"
)
POSTGRES: Final = Words(
    "",
    "= ANY (ARRAY(SELECT json_array_elements_text(?::json)))",
    "= ANY (ARRAY(SELECT json_array_elements_text(?::json)::bigint))",
)


class Fact(StrEnum):
    """A fact of leaves by which entries are counted; the value is its column."""

    KIND = "kind"
    SRC = "src"
    DST = "dst"
    OBSERVED = "observed"
    REGION = "region"
    DECISION = "decision"
    BASIS = "basis"
    DAY = "day"


# What a fact is in SQL; both databases know these words.
COLUMN: Final = {fact: fact.value for fact in Fact} | {Fact.DAY: "substr(at, 1, 10)"}


@dataclass(frozen=True, slots=True)
class Tally:
    """How many entries have these values, in the order of the facts that were counted by."""

    values: tuple[str | None, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Filter:
    """What a reviewer looks for; None or empty means anything.

    ``before`` and ``until`` are exclusive, ``after`` too; ``since`` is inclusive. Times are written
    as leaves write them. ``transfers`` and ``numbers`` belong together: an entry fits that is of
    one of the transfers or has one of the numbers; when both are None, any does.
    """

    before: int | None = None
    after: int | None = None
    since: str | None = None
    until: str | None = None
    kinds: tuple[str, ...] = ()
    src: str | None = None
    dst: str | None = None
    observed: str | None = None
    region: str | None = None
    decision: str | None = None
    basis: str | None = None
    transfer: str | None = None
    transfers: frozenset[str] | None = None
    numbers: frozenset[int] | None = None

    def fits(self, number: int, facts: Mapping[str, str | None]) -> bool:
        """Return whether an entry fits, by its facts under the leaf's names: what ``where`` says.

        Whoever has the entries can so ask again, without a database.
        """
        at, x = facts["ts"] or "", facts["x"]
        exact = (
            (self.src, "src"),
            (self.dst, "dst"),
            (self.observed, "obs"),
            (self.region, "reg"),
            (self.decision, "dec"),
            (self.basis, "basis"),
            (self.transfer, "x"),
        )
        return (
            (self.before is None or number < self.before)
            and (self.after is None or number > self.after)
            and (self.since is None or at >= self.since)
            and (self.until is None or at < self.until)
            and (not self.kinds or facts["t"] in self.kinds)
            and all(value is None or facts[name] == value for value, name in exact)
            and (
                (self.transfers is None and self.numbers is None)
                or (x is not None and x in (self.transfers or ()))
                or number in (self.numbers or ())
            )
        )

    def where(self, *, bounded: bool = True, words: Words = SQLITE) -> tuple[str, list[Value]]:
        """Return the condition and its parameters, in the words of one database.

        ``bounded`` looks up between which numbers the times lie: worth it for one page out of
        many entries, and not for whoever reads all of them in turn.
        """
        parts = [*self._plain(), *self._timed(bounded, words), *self._listed(words)]
        values = [value for _, given in parts for value in given]
        return " AND ".join(text for text, _ in parts) or "true", values

    def _plain(self) -> Iterator[tuple[str, list[Value]]]:
        asked = {
            "number < ?": self.before,
            "number > ?": self.after,
            "src = ?": self.src,
            "dst = ?": self.dst,
            "observed = ?": self.observed,
            "region = ?": self.region,
            "decision = ?": self.decision,
            "basis = ?": self.basis,
            "transfer = ?": self.transfer,
        }
        for text, value in asked.items():
            if value is not None:
                yield text, [value]

    def _timed(self, bounded: bool, words: Words) -> Iterator[tuple[str, list[Value]]]:
        asked = (("at >= ?", self.since), ("at < ?", self.until))
        given = [(text, moment) for text, moment in asked if moment is not None]
        if not given:
            return
        # Entries are looked through from the newest, in the order of their numbers, so a time long
        # ago would be long in coming. The index of times says between which numbers it lies;
        # clocks may have been put back, so the times themselves are asked for all the same.
        within = " AND ".join(text for text, _ in given)
        moments: list[Value] = [moment for _, moment in given]
        if bounded:
            for bound in ("number >= (SELECT min(number)", "number <= (SELECT max(number)"):
                yield f"{bound} FROM entry WHERE {within})", moments
        yield " AND ".join(f"{words.unsorted}{text}" for text, _ in given), moments

    def _listed(self, words: Words) -> Iterator[tuple[str, list[Value]]]:
        if self.kinds:
            yield f"kind IN ({', '.join('?' * len(self.kinds))})", list(self.kinds)
        if self.transfers is not None or self.numbers is not None:
            transfers, numbers = sorted(self.transfers or ()), sorted(self.numbers or ())
            yield (
                f"(transfer {words.texts} OR number {words.numbers})",
                [json.dumps(transfers), json.dumps(numbers)],
            )
