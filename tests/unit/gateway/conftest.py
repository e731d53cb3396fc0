"""Rooms to test in: real rows, keys and vault, on a disk of the test's own."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.identity.roles import Caller, Role
from gateway.ledger_journal import KeyringSealer, LedgerJournal
from gateway.ledger_watch import LedgerWatch
from storage.blobs.memory import MemoryBlobs
from storage.ids import new_object_id
from storage.ledger.checkpoint import Signer
from storage.ledger.log import Ledger
from storage.rows import accounts
from storage.rows.accounts import AccountRow
from storage.rows.engine import Rows
from storage.sealed.custody import LocalRootKey
from storage.sealed.keyring import Keyring
from storage.sealed.vault import Vault
from tests.unit.gateway.doubles import Hands, MemoryJournal, OpenSandbox


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def journal() -> MemoryJournal:
    return MemoryJournal()


@pytest.fixture
def sandbox() -> OpenSandbox:
    return OpenSandbox()


@pytest_asyncio.fixture
async def rows(tmp_path: Path) -> AsyncIterator[Rows]:
    opened = await Rows.open(f"sqlite+aiosqlite:///{tmp_path / 'rows.sqlite'}")
    try:
        yield opened
    finally:
        await opened.close()


@pytest.fixture
def keyring(tmp_path: Path) -> Iterator[Keyring]:
    opened = Keyring.open(tmp_path, LocalRootKey.open(tmp_path / "root.key"))
    try:
        yield opened
    finally:
        opened.close()


@pytest_asyncio.fixture
async def ledger(tmp_path: Path, keyring: Keyring, clock: Hands) -> AsyncIterator[Ledger]:
    signer = Signer("gateway.example/transfers", bytes(range(32)))
    opened = await Ledger.open(
        tmp_path / "ledger.sqlite", signer, KeyringSealer(keyring), clock=clock
    )
    try:
        yield opened
    finally:
        await opened.close()


@pytest.fixture
def watch(ledger: Ledger, clock: Hands) -> LedgerWatch:
    return LedgerWatch(ledger, clock)


@pytest.fixture
def ledger_journal(ledger: Ledger, watch: LedgerWatch) -> LedgerJournal:
    return LedgerJournal(ledger, watch)


@pytest.fixture
def blobs() -> MemoryBlobs:
    return MemoryBlobs()


@pytest.fixture
def vault(keyring: Keyring, blobs: MemoryBlobs) -> Vault:
    return Vault(keyring, blobs)


async def make_caller(rows: Rows, keyring: Keyring, role: Role) -> Caller:
    subject = await keyring.create_subject()
    row = AccountRow(new_object_id(), subject, role, 0.0)
    async with rows.transaction() as connection:
        await accounts.add(connection, row)
    return Caller(row.id, subject, role)


@pytest_asyncio.fixture
async def customer(rows: Rows, keyring: Keyring) -> Caller:
    return await make_caller(rows, keyring, Role.CUSTOMER)


@pytest_asyncio.fixture
async def stranger(rows: Rows, keyring: Keyring) -> Caller:
    return await make_caller(rows, keyring, Role.CUSTOMER)
