"""The yard, as a fixture."""

import pytest_asyncio

from gateway.identity.roles import Caller
from gateway.ledger_journal import LedgerJournal
from storage.ledger.log import Ledger
from storage.rows.engine import Rows
from storage.sealed.keyring import Keyring
from tests.unit.gateway.alerts.yard import Yard, yard_of
from tests.unit.gateway.doubles import Hands


@pytest_asyncio.fixture
async def yard(
    rows: Rows,
    keyring: Keyring,
    ledger: Ledger,
    ledger_journal: LedgerJournal,
    clock: Hands,
    customer: Caller,
) -> Yard:
    return await yard_of(rows, keyring, ledger, ledger_journal, clock, customer)
