"""A released part taken home opens with Tink alone."""

import io
import json
import zipfile
from base64 import b64decode

import pytest
import tink
from tink import secret_key_access, streaming_aead

from gateway.identity.roles import Caller
from gateway.intake.errors import NotReleasedError, PartMissingError
from gateway.intake.export import Exports
from gateway.journal import JournalUnavailableError
from tests.unit.gateway.doubles import MASK, SECRET, MemoryJournal
from tests.unit.gateway.intake.conftest import Intake

FIRST = b"ISO-10303-21; by " + SECRET
SECOND = b"ISO-10303-21; the other one, longer than the first"


@pytest.fixture
def exports(intake: Intake, journal: MemoryJournal) -> Exports:
    return Exports(intake.parts, intake.vault, journal)


async def archive(exports: Exports, caller: Caller, part: str) -> zipfile.ZipFile:
    pieces = await exports.open(caller, part)
    return zipfile.ZipFile(io.BytesIO(b"".join([piece async for piece in pieces])))


async def test_every_drawing_opens_with_tink_and_the_keyset(
    intake: Intake, exports: Exports, customer: Caller
) -> None:
    shown = await intake.inspected(customer, FIRST, SECOND)
    await intake.parts.approve(customer, shown.id)
    home = await archive(exports, customer, shown.id)
    assert home.testzip() is None
    streaming_aead.register()
    keys = tink.json_proto_keyset_format.parse(
        home.read("keyset.json").decode(), secret_key_access.TOKEN
    )
    primitive = keys.primitive(streaming_aead.StreamingAead)
    manifest = json.loads(home.read("manifest.json"))
    assert manifest["part"] == "Bracket"
    opened = {}
    for drawing in manifest["drawings"]:
        sealed = io.BytesIO(home.read(drawing["ciphertext"]))
        bound = b64decode(drawing["associated_data"])
        with primitive.new_decrypting_stream(sealed, bound) as plain:
            opened[drawing["filename"]] = plain.read()
        assert len(opened[drawing["filename"]]) == drawing["plain_bytes"]
    assert opened == {"a.step": FIRST.replace(SECRET, MASK), "a (2).step": SECOND}


async def test_the_archive_carries_a_proof_of_every_entry_about_the_part(
    intake: Intake, exports: Exports, customer: Caller, journal: MemoryJournal
) -> None:
    shown = await intake.inspected(customer, FIRST, SECOND)
    await intake.parts.approve(customer, shown.id)
    before = journal.kinds()
    home = await archive(exports, customer, shown.id)
    assert journal.kinds() == [*before, "part.exported"]
    entries = json.loads(home.read("manifest.json"))["ledger"]
    assert [entry["kind"] for entry in entries] == [
        "drawing.inspected", "drawing.inspected", "part.approved", "part.exported",
    ]  # fmt: skip
    for entry in entries:
        assert home.read(entry["proof"]).decode() == await journal.proof(entry["index"])


async def test_an_archive_says_nothing_of_when_or_where(
    intake: Intake, exports: Exports, customer: Caller
) -> None:
    shown = await intake.inspected(customer, FIRST)
    await intake.parts.approve(customer, shown.id)
    home = await archive(exports, customer, shown.id)
    assert {info.date_time for info in home.infolist()} == {(1980, 1, 1, 0, 0, 0)}


async def test_nothing_leaves_before_the_journal_knows(
    intake: Intake, exports: Exports, customer: Caller, journal: MemoryJournal
) -> None:
    shown = await intake.inspected(customer, FIRST)
    await intake.parts.approve(customer, shown.id)
    journal.broken = True
    with pytest.raises(JournalUnavailableError):
        await exports.open(customer, shown.id)
    journal.broken = False
    for expected in (1, 2):
        await exports.open(customer, shown.id)
        assert journal.kinds().count("part.exported") == expected


async def test_only_its_owner_takes_a_part_home_and_only_released(
    intake: Intake, exports: Exports, customer: Caller, stranger: Caller
) -> None:
    shown = await intake.inspected(customer, FIRST)
    with pytest.raises(NotReleasedError):
        await exports.open(customer, shown.id)
    await intake.parts.approve(customer, shown.id)
    with pytest.raises(PartMissingError):
        await exports.open(stranger, shown.id)
