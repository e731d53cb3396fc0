"""Notes become entries; what fails stops whoever asked; a log found changed takes nothing more."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.identity.roles import Caller
from gateway.journal import Happening, JournalUnavailableError, Note, Party
from gateway.ledger_journal import LedgerJournal
from gateway.ledger_watch import LedgerWatch
from storage.ledger.errors import ErasedError
from storage.ledger.events import Slot
from storage.ledger.log import Ledger
from storage.ledger.proof import Proof
from storage.sealed.keyring import Keyring


def note(customer: Caller, partner: Caller) -> Note:
    return Note(
        Happening.DOWNLOAD_STARTED,
        customer.subject,
        "gateway",
        {"part": "p1"},
        src="CN",
        dst="DE",
        decision="allow",
        basis="pipl.38",
        policy="cn-2026.1",
        recipient=Party(partner.subject, {"partner": "x1"}),
        network=Party(partner.subject, {"ip": "203.0.113.7"}),
        reasons={"why": "consent"},
    )


async def test_a_note_is_written_with_its_facts_and_sealed_to_whom_it_tells_of(
    ledger_journal: LedgerJournal, ledger: Ledger, customer: Caller, stranger: Caller
) -> None:
    receipt = await ledger_journal.write(note(customer, stranger), key="d/1")
    assert await ledger_journal.write(note(customer, stranger), key="d/1") == receipt
    leaf = (await ledger.entry(receipt.index)).leaf
    assert (leaf.facts["src"], leaf.facts["dst"], leaf.facts["dec"]) == ("CN", "DE", "allow")
    assert await ledger.open_slots(receipt.index) == {
        Slot.ACTOR: {"account": "gateway"},
        Slot.OBJ: {"part": "p1"},
        Slot.RCPT: {"partner": "x1"},
        Slot.NET: {"ip": "203.0.113.7"},
        Slot.CTX: {"why": "consent"},
    }
    proof = Proof.parse(await ledger_journal.proof(receipt.index))
    assert proof.check((await ledger.entry(receipt.index)).raw, ledger.key).size == 1


async def test_each_person_is_erased_alone(
    ledger_journal: LedgerJournal,
    ledger: Ledger,
    keyring: Keyring,
    customer: Caller,
    stranger: Caller,
) -> None:
    await ledger_journal.write(note(customer, stranger), key="d/1")
    officer = await keyring.create_subject()
    erasure = Note(Happening.SUBJECT_ERASED, officer, "o1")
    erased = await ledger_journal.erase(stranger.subject, erasure, key="e/1")
    slots = await ledger.open_slots(0)
    assert (slots[Slot.RCPT], slots[Slot.NET]) == (None, None)
    assert slots[Slot.OBJ] == {"part": "p1"}
    assert (await ledger.entry(erased.index)).leaf.erased == 2
    # The other's key is shredded without a word to the ledger: erased all the same.
    await keyring.shred_subject(customer.subject)
    assert (await ledger.open_slots(0))[Slot.OBJ] is None
    with pytest.raises(ErasedError):
        await ledger_journal.write(note(customer, stranger), key="d/2")
    assert (await ledger.verify()).size == 2


async def test_the_actor_may_be_somebody_else(
    ledger_journal: LedgerJournal,
    ledger: Ledger,
    keyring: Keyring,
    customer: Caller,
    stranger: Caller,
) -> None:
    told = replace(note(customer, stranger), actor="a9", actor_subject=stranger.subject)
    await ledger_journal.write(told, key="d/1")
    await keyring.shred_subject(stranger.subject)
    slots = await ledger.open_slots(0)
    assert slots[Slot.ACTOR] is None
    assert slots[Slot.OBJ] == {"part": "p1"}


async def test_a_ledger_that_cannot_write_stops_whoever_asked(
    ledger_journal: LedgerJournal, ledger: Ledger, customer: Caller, stranger: Caller
) -> None:
    assert await ledger_journal.writable()
    await ledger.close()
    with pytest.raises(JournalUnavailableError):
        await ledger_journal.write(note(customer, stranger), key="d/1")
    with pytest.raises(JournalUnavailableError):
        await ledger_journal.erase(
            customer.subject,
            Note(Happening.SUBJECT_ERASED, stranger.subject, "o1"),
            key="e/1",
        )
    with pytest.raises(JournalUnavailableError):
        await ledger_journal.proof(0)
    assert not await ledger_journal.writable()


async def test_a_log_found_changed_takes_nothing_more_and_says_so(
    ledger_journal: LedgerJournal,
    ledger: Ledger,
    watch: LedgerWatch,
    customer: Caller,
    stranger: Caller,
) -> None:
    await watch.verify()
    await ledger_journal.write(note(customer, stranger), key="d/1")
    assert watch.verdict is not None
    assert watch.verdict.summary is not None
    _rewritten(ledger.path)
    await watch.verify()
    assert watch.verdict.where == "entry 0"
    assert watch.verdict.summary is None
    assert not await ledger_journal.writable()
    with pytest.raises(JournalUnavailableError):
        await ledger_journal.write(note(customer, stranger), key="d/2")
    with pytest.raises(JournalUnavailableError):
        await ledger_journal.erase(
            customer.subject, Note(Happening.SUBJECT_ERASED, stranger.subject, "o"), key="e"
        )
    _rewritten(ledger.path, back=True)
    await watch.verify()
    # What was seen once is not unseen by putting it back.
    assert not watch.sound


def _rewritten(path: Path, *, back: bool = False) -> None:
    new, old = ('"DE"', '"US"') if back else ('"US"', '"DE"')
    with sqlite3.connect(path) as database:
        database.execute(
            "UPDATE entry SET leaf = CAST(replace(CAST(leaf AS TEXT), ?, ?) AS BLOB)", (old, new)
        )
    database.close()
