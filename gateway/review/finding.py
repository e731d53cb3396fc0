"""Questions answered: pages of entries, counts, and what pictures are drawn of.

Room: gateway/review. Awaits the ledger and rows. Partners, parts and links stand in no leaf, so
that leaves do not tell which transfers belong together; what belongs to them is found through the
rows, as transfers and as the keys under which the gateway wrote its entries.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final, Protocol

from gateway.journal import Happening
from gateway.review.question import Question
from gateway.review.tracks import keys_of_part
from storage.ledger.filtering import Fact, Filter, Tally
from storage.ledger.reading import Entry
from storage.rows import tracing
from storage.rows.connection import Connection
from storage.rows.engine import Rows

MAX_PAGE: Final = 500
# What is counted for the lists beside a search, each by itself.
FACETS: Final = (
    *(Fact.KIND, Fact.SRC, Fact.DST, Fact.OBSERVED),
    *(Fact.REGION, Fact.DECISION, Fact.BASIS),
)
_FAR: Final = datetime(9999, 1, 1, tzinfo=UTC)


class Log(Protocol):
    """What this room needs of the ledger."""

    async def page(self, wanted: Filter, limit: int) -> list[Entry]:
        """Return the newest entries that fit, newest first."""

    async def count(self, wanted: Filter) -> int:
        """Return how many entries fit."""

    async def tally(self, wanted: Filter, by: Sequence[Fact]) -> list[Tally]:
        """Return how many entries fit for each combination of facts, the most frequent first."""

    async def numbers(self, keys: Sequence[str]) -> list[int]:
        """Return the numbers of the entries written under these keys, in order."""


@dataclass(frozen=True, slots=True)
class Flow:
    """How many entries say that something went, or did not go, one way by one rule."""

    src: str
    dst: str
    basis: str | None
    decision: str | None
    count: int
    size_bytes: int  # handed over in download sessions; 0 for what was only decided


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on one day, in UTC."""

    day: str  # YYYY-MM-DD
    allowed: int
    denied: int
    entries: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Answers questions. Whoever calls has written the look down (gateway.review.reads)."""

    rows: Rows
    log: Log

    async def filter_of(self, question: Question) -> Filter:
        """Return what the ledger is asked; a partner, part or link is replaced by what is its."""
        wanted = question.of_leaves()
        if question.of_leaves_alone:
            return wanted
        transfers, numbers = await self._belonging(question)
        return replace(wanted, transfers=transfers, numbers=numbers)

    async def page(self, question: Question, before: int | None, limit: int) -> list[Entry]:
        """Return the newest entries that fit, newest first; ``before`` is exclusive."""
        wanted = replace(await self.filter_of(question), before=before)
        return await self.log.page(wanted, max(1, min(limit, MAX_PAGE)))

    async def count(self, question: Question) -> int:
        """Return how many entries fit."""
        return await self.log.count(await self.filter_of(question))

    async def facets(self, question: Question) -> Mapping[Fact, Sequence[Tally]]:
        """Return, for each fact, which values the entries that fit have, and how often."""
        wanted = await self.filter_of(question)
        return {fact: await self.log.tally(wanted, (fact,)) for fact in FACETS}

    async def flows(self, question: Question) -> list[Flow]:
        """Return what was decided between which countries by which rule, the most first.

        Decisions alone are counted, unless the question names kinds itself.
        """
        wanted = await self.filter_of(_of_decisions(question))
        by = (Fact.SRC, Fact.DST, Fact.BASIS, Fact.DECISION)
        tallies = await self.log.tally(wanted, by)
        carried: dict[tuple[str, str, str], int] = {}
        async with self.rows.reading() as connection:
            async for one in tracing.carried(connection, *_span(question), _which(question)):
                way = (one.src, one.dst, one.basis)
                carried[way] = carried.get(way, 0) + one.size_bytes
        found = []
        for tally in tallies:
            src, dst, basis, decision = tally.values
            if src is not None and dst is not None:
                way = (src, dst, basis or "")
                size = carried.get(way, 0) if decision != "deny" else 0
                found.append(Flow(src, dst, basis, decision, tally.count, size))
        return found

    async def days(self, question: Question) -> list[Day]:
        """Return what happened day by day, oldest first; days without entries are left out."""
        wanted = await self.filter_of(question)
        counts: dict[str, dict[str | None, int]] = {}
        for tally in await self.log.tally(wanted, (Fact.DAY, Fact.DECISION, Fact.KIND)):
            day, decision, kind = tally.values
            of_day = counts.setdefault(day or "", {})
            of_day["all"] = of_day.get("all", 0) + tally.count
            # A decision stands in every later entry of its transfer too; it is one decision.
            if kind in _DECIDED:
                of_day[decision] = of_day.get(decision, 0) + tally.count
        carried: dict[str, int] = {}
        async with self.rows.reading() as connection:
            async for one in tracing.carried(connection, *_span(question), _which(question)):
                day = datetime.fromtimestamp(one.opened_at, UTC).strftime("%Y-%m-%d")
                carried[day] = carried.get(day, 0) + one.size_bytes
        return [
            Day(
                day,
                allowed=of_day.get("allow", 0),
                denied=of_day.get("deny", 0),
                entries=of_day["all"],
                size_bytes=carried.get(day, 0),
            )
            for day, of_day in sorted(counts.items())
        ]

    async def timeline(self, part_id: str) -> list[Entry]:
        """Return every entry about a part, oldest first, at most ``MAX_PAGE``, the newest."""
        return (await self.page(Question(part=part_id), None, MAX_PAGE))[::-1]

    async def owner(self, part_id: str) -> str | None:
        """Return the account that a part belongs to, None when there is no such part."""
        async with self.rows.reading() as connection:
            return await tracing.owner_of(connection, part_id)

    async def _belonging(self, question: Question) -> tuple[frozenset[str], frozenset[int]]:
        """Return the transfers and the entries that belong to all that the question names."""
        sets: list[tuple[set[str], set[int]]] = []
        async with self.rows.reading() as connection:
            if question.partner is not None:
                transfers = await tracing.transfers_of_partner(connection, question.partner)
                keys = await _keys_of_partner(connection, question.partner)
                sets.append((set(transfers), set(await self.log.numbers(keys))))
            if question.part is not None:
                transfers = await tracing.transfers_of_part(connection, question.part)
                keys = await keys_of_part(connection, question.part)
                sets.append((set(transfers), set(await self.log.numbers(keys))))
            if question.link is not None:
                transfer = await tracing.transfer_of_link(connection, question.link)
                sets.append(({transfer} if transfer else set(), set()))
        return (
            frozenset(set.intersection(*(transfers for transfers, _ in sets))),
            frozenset(set.intersection(*(numbers for _, numbers in sets))),
        )


_DECIDED: Final = (Happening.TRANSFER_DECIDED.value, Happening.TRANSFER_DENIED.value)


async def _keys_of_partner(connection: Connection, partner_id: str) -> list[str]:
    keys = [f"{Happening.PARTNER_ADDED}/{partner_id}"]
    for consent in await tracing.consents_to(connection, partner_id):
        keys += [
            f"{Happening.CONSENT_GIVEN}/{consent}",
            f"{Happening.CONSENT_WITHDRAWN}/{consent}",
        ]
    return keys


def _of_decisions(question: Question) -> Question:
    return question if question.kinds else replace(question, kinds=_DECIDED)


def _span(question: Question) -> tuple[float, float]:
    since = question.since.timestamp() if question.since else 0.0
    return since, (question.until or _FAR).timestamp()


def _which(question: Question) -> tracing.Which:
    return tracing.Which(
        transfer=question.transfer,
        partner=question.partner,
        part=question.part,
        src=question.src,
        dst=question.dst,
        basis=question.basis,
    )
