"""A round of the witnesses: each is asked to sign the newest published checkpoint, all at once.

Room: gateway/witness. Awaits the ledger and, through Asking, the witnesses; nobody waits for it.
What a witness saw last is asked of it anew after a start: it knows better than we do. A witness
that saw more of this log than there is, is right until an operator has looked: nothing is signed.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar

from gateway.clock import Clock
from gateway.observability.logging import log_of
from gateway.witness.asking import Asking, ConflictError, InconsistentError, SilentError
from gateway.witness.freshness import Freshness
from storage.ledger.checkpoint import Checkpoint, VerifyingKey
from storage.ledger.errors import (
    NoSuchEntryError,
    NotInLedgerError,
    NotSignedError,
)
from storage.ledger.merkle import check_consistency
from storage.ledger.notes import Line, split
from storage.ledger.witnessing import Request, cosignatures, merged

log = log_of("gateway.witness")

T = TypeVar("T")

# From size 0, from the size it says, and once more if somebody else was faster.
_TRIES: Final = 3


class WitnessedLog(Protocol):
    """What this room needs of the ledger."""

    key: VerifyingKey

    async def head(self) -> Checkpoint:
        """Return the checkpoint of everything that is written."""

    async def published(self) -> tuple[Checkpoint, bytes]:
        """Return the newest published checkpoint and its note."""

    async def consistency(self, old: int, size: int) -> Sequence[bytes]:
        """Return the proof that the tree of ``size`` has grown from that of ``old``."""

    async def countersign(self, note: bytes) -> None:
        """Keep a published checkpoint with more signatures."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A witness knows another log than ours: it says so, or shows our own signature on it.

    ``ahead`` is how many entries it says to have seen, where that is more than there are.
    """

    ahead: int | None
    proof: bytes | None


@dataclass(slots=True)
class Rounds:
    """Asks the witnesses of one policy again and again."""

    log: WitnessedLog
    asking: Asking
    freshness: Freshness
    contradicted: Callable[[Contradiction], None]
    clock: Clock
    _sizes: dict[str, int] = field(default_factory=dict)

    @property
    def _prefixes(self) -> dict[str, list[str]]:
        """The names of witnesses by where they are asked: one may sign with several keys."""
        found: dict[str, list[str]] = {}
        for name, witness in self.freshness.policy.witnesses.items():
            if witness.url is not None:
                found.setdefault(witness.url.rstrip("/"), []).append(name)
        return found

    async def sound(self) -> None:
        """Look what the witnesses saw last, before anything is signed; none is waited for long.

        Raises:
            LedgerUnavailableError: the ledger cannot be read.
        """
        head = await self.log.head()
        await _all(self._sounded(prefix, head) for prefix in self._prefixes)
        if (newest := await self._newest()) is not None and newest[0].size:
            # Whoever shows nothing still says in a conflict how much it saw.
            await _all(
                self._asked(prefix, names, *newest)
                for prefix, names in self._prefixes.items()
                if prefix not in self._sizes
            )

    async def round(self) -> int:
        """Ask whoever has not signed the newest checkpoint; return how many did now.

        Raises:
            LedgerUnavailableError: the ledger cannot be read or written.
        """
        newest = await self._newest()
        if newest is None or not newest[0].size:
            return 0
        signed, note = newest
        there = self.freshness.policy.cosigned(note)
        self.freshness.heard(there, self.clock())
        now = self.clock()
        asked = {
            prefix: names
            for prefix, names in self._prefixes.items()
            if any(name not in there or self.freshness.due(name, now) for name in names)
        }
        answers = await _all(
            self._asked(prefix, names, signed, note) for prefix, names in asked.items()
        )
        lines = [line for answer in answers for line in answer]
        if lines:
            whole = merged(note, lines)
            await self.log.countersign(whole)
            self.freshness.heard(self.freshness.policy.cosigned(whole), self.clock())
        return sum(bool(answer) for answer in answers)

    async def _newest(self) -> tuple[Checkpoint, bytes] | None:
        try:
            return await self.log.published()
        except NoSuchEntryError:
            return None

    async def _asked(
        self, prefix: str, names: list[str], signed: Checkpoint, note: bytes
    ) -> list[Line]:
        """Return one witness' cosignatures; none where it does not give any."""
        keys = [self.freshness.policy.witnesses[name].key for name in names]
        for _ in range(_TRIES):
            old = self._sizes.get(prefix, 0)
            if old > signed.size:
                break
            proof = tuple(await self.log.consistency(old, signed.size)) if old else ()
            try:
                said = await self.asking.cosignatures(prefix, Request(old, proof, note))
                lines = cosignatures(split(note)[0], said, keys)
            except (ConflictError, InconsistentError) as error:
                if not await self._resynced(prefix, old, error):
                    break
            except (SilentError, NotSignedError) as error:
                log.warning("witness.silent", error=type(error).__name__)
                break
            else:
                self._sizes[prefix] = signed.size
                return lines
        return []

    async def _resynced(
        self, prefix: str, old: int, error: ConflictError | InconsistentError
    ) -> bool:
        """Take over the size that the witness saw last; False if there is no way from there."""
        size = error.size if isinstance(error, ConflictError) else None
        head = await self.log.head()
        # Of the size that we said, it saw another root.
        if size is None or size == old or size > head.size:
            shown = await self._shown(prefix, head.origin)
            proof = shown[1] if shown and await self._contradictory(shown[0]) else None
            self._tell(Contradiction(size if size and size > head.size else None, proof))
            return False
        self._sizes[prefix] = size
        return True

    async def _sounded(self, prefix: str, head: Checkpoint) -> None:
        shown = await self._shown(prefix, head.origin)
        if shown is not None:
            self._sizes[prefix] = shown[0].size
            if await self._contradictory(shown[0]):
                ahead = shown[0].size if shown[0].size > head.size else None
                self._tell(Contradiction(ahead, shown[1]))

    def _tell(self, found: Contradiction) -> None:
        log.error("witness.contradicts", code="proven" if found.proof else "said")
        self.contradicted(found)

    async def _shown(self, prefix: str, origin: str) -> tuple[Checkpoint, bytes] | None:
        """Return what a witness shows of us, if our own key signed it."""
        try:
            note = await self.asking.newest(prefix, origin)
            return None if note is None else (self.log.key.open(note), note)
        except (SilentError, NotSignedError):
            return None

    async def _contradictory(self, shown: Checkpoint) -> bool:
        head = await self.log.head()
        if shown.size > head.size:
            return True
        try:
            proof = await self.log.consistency(shown.size, head.size)
            check_consistency(shown.size, shown.root, head.size, head.root, proof)
        except NotInLedgerError:
            return True
        return False


async def _all(asked: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Return what all of them return; they run at once, and end together."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one) for one in asked]
    return [task.result() for task in tasks]
