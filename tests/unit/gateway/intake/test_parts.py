"""A part's way: made of uploads, inspected, shown, approved, its originals destroyed."""

import asyncio

import pytest

from gateway.identity.roles import Caller
from gateway.intake import errors
from gateway.intake.states import DrawingState, PartState
from gateway.intake.tus import Creation
from gateway.journal import JournalUnavailableError
from storage.blobs.memory import MemoryBlobs
from storage.ids import ObjectId
from storage.rows import parts as rows_of_parts
from storage.sealed.errors import ObjectMissingError
from storage.sealed.vault import Vault
from tests.unit.gateway.doubles import MASK, SECRET, Hands, MemoryJournal, OpenSandbox
from tests.unit.gateway.intake.conftest import RETENTION_S, Intake

STEP = b"ISO-10303-21; by " + SECRET + b" with more than one chunk of bytes"


async def content(intake: Intake, part: str, position: int = 0) -> bytes:
    async with intake.rows.reading() as connection:
        drawings = await rows_of_parts.drawings(connection, part)
    clean = drawings[position].clean_object
    assert clean is not None
    return b"".join([piece async for piece in intake.vault.open(clean)])


async def test_a_part_goes_through_inspection_into_review(
    intake: Intake, customer: Caller, sandbox: OpenSandbox, journal: MemoryJournal
) -> None:
    shown = await intake.inspected(customer, STEP, words=f"Ask {SECRET.decode()}")
    assert shown.state is PartState.REVIEW
    assert shown.drawings[0].state is DrawingState.REVIEW
    assert shown.drawings[0].format == "step"
    assert shown.drawings[0].plain_bytes == len(STEP)
    assert shown.clean_description == f"Ask {MASK.decode()}"
    assert STEP in sandbox.seen
    assert await content(intake, shown.id) == STEP.replace(SECRET, MASK)
    assert "drawing.inspected" in journal.kinds()


async def test_a_report_shows_values_to_its_owner_on_request_only(
    intake: Intake, customer: Caller
) -> None:
    shown = await intake.inspected(customer, STEP)
    report = shown.drawings[0].report
    assert report is not None
    assert "value" not in report["findings"][0]
    revealed = await intake.parts.show(customer, shown.id, values=True)
    assert revealed.drawings[0].report is not None
    assert revealed.drawings[0].report["findings"][0]["value"] == SECRET.decode()


async def test_an_empty_description_needs_no_sandbox(
    intake: Intake, customer: Caller, sandbox: OpenSandbox
) -> None:
    shown = await intake.inspected(customer, STEP, words=" ")
    assert shown.clean_description == ""
    assert shown.state is PartState.REVIEW
    assert sandbox.seen == [STEP]


async def test_a_refused_drawing_holds_its_part_back(
    intake: Intake, customer: Caller, journal: MemoryJournal
) -> None:
    shown = await intake.inspected(customer, STEP, b"REFUSE this one")
    assert shown.state is PartState.REFUSED
    assert [drawing.state for drawing in shown.drawings] == ["review", "refused"]
    report = shown.drawings[1].report
    assert report is not None
    assert report["reason"]["code"] == "unreadable"
    with pytest.raises(errors.NotInReviewError):
        await intake.parts.approve(customer, shown.id)
    assert "part.approved" not in journal.kinds()


@pytest.mark.parametrize(
    ("words", "code"),
    [("REFUSE", "unreadable"), ("ISO-10303-21;", "not-words"), ("CRASH", "worker-failed")],
)
async def test_words_that_cannot_be_cleaned_hold_their_part_back(
    intake: Intake, customer: Caller, words: str, code: str
) -> None:
    shown = await intake.inspected(customer, STEP, words=words)
    assert shown.state is PartState.REFUSED
    assert shown.clean_description is None
    assert shown.description_report is not None
    assert shown.description_report["reason"]["code"] == code


async def test_a_worker_that_fails_is_given_three_tries(
    intake: Intake, customer: Caller, sandbox: OpenSandbox
) -> None:
    shown = await intake.inspected(customer, b"CRASH")
    assert shown.drawings[0].state is DrawingState.RECEIVED
    for _ in range(2):
        assert await intake.pipeline.reconcile() == 1
        await intake.pipeline.idle()
    shown = await intake.parts.show(customer, shown.id)
    assert shown.state is PartState.FAILED
    assert sandbox.seen.count(b"CRASH") == 3
    assert await intake.pipeline.reconcile() == 0


async def test_what_a_dead_worker_left_is_taken_up_again(intake: Intake, customer: Caller) -> None:
    await intake.pipeline.stop()
    part = await intake.part(customer, STEP)
    async with intake.rows.transaction() as connection:
        (drawing,) = await rows_of_parts.drawings(connection, part)
        await rows_of_parts.change_drawing(
            connection, drawing.id, "received", {"state": "inspecting"}
        )
    await intake.pipeline.idle()
    await intake.pipeline.reconcile()
    await intake.pipeline.idle()
    assert (await intake.parts.show(customer, part)).state is PartState.REVIEW


async def test_a_lost_original_fails_with_its_reason(
    intake: Intake, customer: Caller, blobs: MemoryBlobs
) -> None:
    await intake.pipeline.stop()
    upload = await intake.upload(customer, STEP)
    for blob in [one async for one in blobs.ids()]:
        await intake.vault.destroy(blob)
    part = (await intake.parts.create(customer, "x", "", [upload])).id
    await intake.pipeline.reconcile()
    await intake.pipeline.idle()
    shown = await intake.parts.show(customer, part)
    assert shown.state is PartState.FAILED
    assert shown.drawings[0].report is not None
    assert shown.drawings[0].report["reason"]["code"] == "original-lost"


async def test_without_the_journal_nothing_reaches_review(
    intake: Intake, customer: Caller, journal: MemoryJournal, sandbox: OpenSandbox
) -> None:
    sandbox.before = lambda: setattr(journal, "broken", True)
    shown = await intake.inspected(customer, STEP)
    assert shown.drawings[0].state is DrawingState.INSPECTING
    assert isinstance(intake.broke[0], JournalUnavailableError)
    sandbox.before, journal.broken = None, False
    await intake.pipeline.reconcile()
    await intake.pipeline.idle()
    assert (await intake.parts.show(customer, shown.id)).state is PartState.REVIEW


async def test_approval_releases_and_destroys_the_originals(
    intake: Intake, customer: Caller, blobs: MemoryBlobs, journal: MemoryJournal
) -> None:
    shown = await intake.inspected(customer, STEP)
    originals = [b async for b in blobs.ids()]
    approved = await intake.parts.approve(customer, shown.id)
    assert approved.state is PartState.RELEASED
    assert approved.drawings[0].state is DrawingState.RELEASED
    assert approved.drawings[0].original_destroyed
    left = [b async for b in blobs.ids()]
    assert len(left) == 1
    assert await content(intake, shown.id) == STEP.replace(SECRET, MASK)
    for gone in set(originals) - set(left):
        with pytest.raises(ObjectMissingError):
            await intake.vault.describe(gone)
    assert journal.kinds()[-2:] == ["part.approved", "original.destroyed"]


async def test_approving_twice_is_approving_once(
    intake: Intake, customer: Caller, journal: MemoryJournal
) -> None:
    shown = await intake.inspected(customer, STEP)
    await intake.parts.approve(customer, shown.id)
    again = await intake.parts.approve(customer, shown.id)
    assert again.state is PartState.RELEASED
    assert journal.kinds().count("part.approved") == 1


async def test_without_the_journal_nothing_is_approved(
    intake: Intake, customer: Caller, journal: MemoryJournal
) -> None:
    shown = await intake.inspected(customer, STEP)
    journal.broken = True
    with pytest.raises(JournalUnavailableError):
        await intake.parts.approve(customer, shown.id)
    assert (await intake.parts.show(customer, shown.id)).state is PartState.REVIEW


async def test_an_uninspected_part_cannot_be_approved(intake: Intake, customer: Caller) -> None:
    await intake.pipeline.stop()
    part = await intake.part(customer, STEP)
    with pytest.raises(errors.NotInReviewError):
        await intake.parts.approve(customer, part)


async def test_strangers_see_no_part(intake: Intake, customer: Caller, stranger: Caller) -> None:
    shown = await intake.inspected(customer, STEP)
    assert await intake.parts.every(stranger) == []
    for attempt in (
        intake.parts.show(stranger, shown.id),
        intake.parts.approve(stranger, shown.id),
    ):
        with pytest.raises(errors.PartMissingError):
            await attempt


async def test_an_owner_lists_their_parts(intake: Intake, customer: Caller) -> None:
    part = await intake.part(customer, STEP)
    assert [(p.id, p.name) for p in await intake.parts.every(customer)] == [(part, "Bracket")]


async def test_an_upload_becomes_a_drawing_once_and_only_its_owners(
    intake: Intake, customer: Caller, stranger: Caller
) -> None:
    upload = await intake.upload(customer, STEP)
    half, _ = await intake.uploads.create(customer, Creation(10, "", ""))
    for caller, uploads in (
        (stranger, [upload]),
        (customer, [upload, upload]),
        (customer, [half]),
        (customer, [upload, "a" * 32]),
        (customer, []),
    ):
        with pytest.raises(errors.UploadUnusableError):
            await intake.parts.create(caller, "x", "", uploads)
    await intake.parts.create(customer, "x", "", [upload])
    with pytest.raises(errors.UploadUnusableError):
        await intake.parts.create(customer, "x", "", [upload])
    with pytest.raises(errors.UploadMissingError):
        await intake.uploads.terminate(customer, upload)


async def test_files_of_one_name_are_told_apart(intake: Intake, customer: Caller) -> None:
    shown = await intake.inspected(customer, STEP, STEP)
    assert [drawing.filename for drawing in shown.drawings] == ["a.step", "a (2).step"]


async def test_an_original_nobody_approves_dies_in_time(
    intake: Intake, customer: Caller, clock: Hands, blobs: MemoryBlobs
) -> None:
    shown = await intake.inspected(customer, STEP)
    clock.turn(RETENTION_S - 1)
    assert await intake.originals.sweep() == 0
    clock.turn(1)
    assert await intake.originals.sweep() == 1
    assert await intake.originals.sweep() == 0
    shown = await intake.parts.show(customer, shown.id)
    assert shown.drawings[0].original_destroyed
    assert shown.state is PartState.REVIEW
    assert len([b async for b in blobs.ids()]) == 1
    await intake.parts.approve(customer, shown.id)


async def test_of_two_workers_one_result_counts_and_the_other_leaves_nothing(
    intake: Intake, customer: Caller, vault: Vault, blobs: MemoryBlobs
) -> None:
    await intake.pipeline.stop()
    part = await intake.part(customer, STEP)
    before = {b async for b in blobs.ids()}
    async with intake.rows.reading() as connection:
        (drawing,) = await rows_of_parts.drawings(connection, part)
    await asyncio.gather(*(intake.inspection.drawing(drawing.id) for _ in range(2)))
    made: set[ObjectId] = {b async for b in blobs.ids()} - before
    assert len(made) == 1
    assert await content(intake, part) == STEP.replace(SECRET, MASK)


async def test_nothing_of_a_part_is_in_the_rows_in_clear(intake: Intake, customer: Caller) -> None:
    shown = await intake.inspected(customer, STEP, words=f"Ask {SECRET.decode()}")
    async with intake.rows.reading() as connection:
        part = await rows_of_parts.by_id(connection, shown.id)
        drawings = await rows_of_parts.drawings(connection, shown.id)
    for row in (part, *drawings):
        assert row is not None
        for name in type(row).__dataclass_fields__:
            value = getattr(row, name)
            if isinstance(value, bytes):
                assert SECRET not in value
                assert b"Bracket" not in value
                assert b"a.step" not in value
