"""What was found wrong with the log stays found."""

from datetime import UTC, datetime
from pathlib import Path

from gateway.ledger_watch import LedgerWatch
from storage.ledger.audit import Summary
from storage.ledger.checkpoint import VerifyingKey
from storage.ledger.log import Ledger
from tests.unit.storage.ledger.logs import event, ledger_in


async def test_an_audit_that_ends_late_does_not_absolve_a_condemned_log(tmp_path: Path) -> None:
    async with ledger_in(tmp_path) as ledger:
        await ledger.append(event(), key="a")
        slow = _Condemning(ledger)
        watch = LedgerWatch(slow, lambda: datetime.now(UTC))  # type: ignore[arg-type]
        slow.watch = watch
        await watch.verify()
    assert not watch.sound
    assert watch.verdict is not None
    assert watch.verdict.where == "witness"


class _Condemning:
    """A ledger whose audit runs while a witness condemns it."""

    watch: LedgerWatch

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def verify(self, second: VerifyingKey | None = None) -> Summary:
        found = await self._ledger.verify(second)
        self.watch.condemn("witness")
        return found
