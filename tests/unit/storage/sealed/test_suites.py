"""After its last day a format writes nothing any more, and everything sealed in it still opens."""

from datetime import date

import pytest

from storage.blobs.memory import MemoryBlobs
from storage.sealed import format as fmt
from storage.sealed.errors import SuiteOverError, TamperedError
from storage.sealed.keyring import Keyring
from storage.sealed.suites import ENDLESS, Suites
from storage.sealed.vault import Purpose, Vault
from tests.unit.storage.sealed.test_vault import opened, pieces

LAST = date(2031, 12, 31)


async def test_on_its_last_day_it_still_writes_and_on_the_next_it_only_reads(
    keyring: Keyring, blobs: MemoryBlobs
) -> None:
    day = [LAST]
    vault = Vault(keyring, blobs, Suites({fmt.SUITE: LAST}, lambda: day[0]))
    subject = await keyring.create_subject()
    made = await vault.seal(subject, Purpose.INTAKE, pieces(b"words"))
    day[0] = date(2032, 1, 1)
    kept = dict(blobs._kept)
    with pytest.raises(SuiteOverError):
        await vault.seal(subject, Purpose.INTAKE, pieces(b"more words"))
    assert blobs._kept == kept, "not a byte was taken"
    assert await opened(vault, made.id) == b"words"


async def test_what_the_table_does_not_name_writes_nothing(
    keyring: Keyring, blobs: MemoryBlobs
) -> None:
    with pytest.raises(SuiteOverError):
        await Vault(keyring, blobs, Suites({})).seal(
            await keyring.create_subject(), Purpose.INTAKE, pieces(b"words")
        )


def test_a_suite_without_code_is_neither_written_nor_read() -> None:
    with pytest.raises(ValueError, match="no such suite"):
        Suites({"tink-of-tomorrow": None})
    with pytest.raises(TamperedError):
        ENDLESS.check_readable("tink-of-tomorrow")
    ENDLESS.check_readable(fmt.SUITE)
    ENDLESS.check_writable(fmt.SUITE)


def test_today_is_taken_from_the_clock_if_nobody_says_otherwise() -> None:
    Suites({fmt.SUITE: date.max}).check_writable(fmt.SUITE)
    with pytest.raises(SuiteOverError):
        Suites({fmt.SUITE: date.min}).check_writable(fmt.SUITE)
