"""Owners choose what of a drawing's own words goes, or let a drawing go as it is: on record."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest
import pytest_asyncio

from config.loading import load_profiles
from config.packs import read_terms
from gateway.identity.roles import Caller
from gateway.intake import errors
from gateway.intake.choices import Choices
from gateway.intake.export import Exports
from gateway.intake.parts import ShownPart
from gateway.intake.states import DrawingState, PartState
from gateway.intake.waivers import WAIVABLE, Waivers
from gateway.journal import Happening, JournalUnavailableError
from gateway.privacy import terms
from redaction import engine
from redaction.model import Profile
from redaction.sandbox.client import Outcome
from redaction.sandbox.memory import MemoryFile
from redaction.unsupported import REFUSALS
from storage.blobs.memory import MemoryBlobs
from storage.rows import parts as rows_of_parts
from storage.rows import pictures
from storage.rows.pictures import PictureRow
from storage.sealed.keyring import Keyring
from storage.sealed.vault import Purpose
from tests.unit.gateway.doubles import Hands, MemoryJournal
from tests.unit.gateway.intake.conftest import RETENTION_S, Intake
from tests.unit.gateway.intake.test_parts import content

DRAWING = (
    b'<svg><path d="M0 0L9 9"/>'
    b"<text>Drawn by: Wilhelmina Zauberfluss</text><text>Checked by: Peregrin Tuckborough</text>"
    b"<text>ISO 4762 M8x20</text></svg>"
)
CREO = b"#UGC:2 PART 1456 1900 820 9 1 15 2500 2025078 00000bd8 by Wilhelmina Zauberfluss"
PROGRAM = b"#!/bin/sh\necho Wilhelmina\n"
TERMS = terms.read(read_terms())[terms.WAIVER]


@dataclass
class EngineSandbox:
    """The workshop without its walls."""

    profiles: list[Profile] = field(default_factory=list)

    async def scrub(self, source: MemoryFile, profile: Profile) -> Outcome:
        self.profiles.append(profile)
        cleaned, report = engine.scrub(source.read(0, source.size), profile)
        if cleaned is None:
            return Outcome(report, None)
        file = MemoryFile.create()
        file.write(cleaned)
        file.seal()
        return Outcome(report, file)


@pytest.fixture
def sandbox() -> EngineSandbox:
    return EngineSandbox()


@pytest.fixture
def choices(intake: Intake, keyring: Keyring, journal: MemoryJournal, clock: Hands) -> Choices:
    return Choices(intake.rows, keyring, journal, intake.vault, intake.pipeline, clock)


@pytest.fixture
def waivers(intake: Intake, keyring: Keyring, journal: MemoryJournal, clock: Hands) -> Waivers:
    return Waivers(intake.rows, keyring, intake.vault, journal, clock, TERMS)


@pytest_asyncio.fixture
async def shown(intake: Intake, customer: Caller) -> ShownPart:
    return await intake.inspected(customer, DRAWING)


def ids(part: ShownPart, *words: str) -> list[str]:
    report = part.drawings[0].report
    assert report is not None
    found = {one["value_preview"]: one["id"] for one in report["findings"]}
    return [found[word] for word in words]


def actions(part: ShownPart) -> list[str]:
    report = part.drawings[0].report
    assert report is not None
    return [one["action"] for one in report["findings"]]


async def again(intake: Intake, customer: Caller, part: ShownPart) -> ShownPart:
    await intake.pipeline.idle()
    await intake.pipeline.reconcile()
    await intake.pipeline.idle()
    return await intake.parts.show(customer, part.id)


async def test_what_was_chosen_goes_and_the_part_comes_back_for_review(
    intake: Intake,
    customer: Caller,
    choices: Choices,
    shown: ShownPart,
    journal: MemoryJournal,
    blobs: MemoryBlobs,
) -> None:
    assert actions(shown) == ["review", "review"]
    chosen = ids(shown, "W… Z…")
    before = {blob async for blob in blobs.ids()}
    await choices.make(customer, shown.id, shown.drawings[0].id, chosen)
    back = await again(intake, customer, shown)
    assert back.state is PartState.REVIEW
    assert back.drawings[0].choice == tuple(chosen)
    assert actions(back) == ["replaced", "review"]
    cleaned = await content(intake, shown.id)
    assert cleaned == DRAWING.replace(b"Wilhelmina Zauberfluss", b"[name]")
    # The earlier result is gone, and the log tells of the choice and of both inspections.
    assert len({blob async for blob in blobs.ids()}) == len(before)
    kinds = journal.kinds()
    assert kinds.count("choice.made") == 1
    assert kinds.count("drawing.inspected") == 2
    assert kinds.index("choice.made") < len(kinds) - 1
    noted = next(n for n in journal.notes.values() if n.happening is Happening.CHOICE_MADE)
    assert noted.about["findings"] == 1
    assert noted.actor == customer.account
    await intake.parts.approve(customer, shown.id)
    assert await content(intake, shown.id) == cleaned


async def test_choosing_the_same_again_changes_nothing(
    intake: Intake, customer: Caller, choices: Choices, shown: ShownPart, journal: MemoryJournal
) -> None:
    chosen = ids(shown, "W… Z…", "P… T…")
    drawing = shown.drawings[0].id
    await choices.make(customer, shown.id, drawing, chosen)
    await choices.make(customer, shown.id, drawing, list(reversed(chosen)))
    await again(intake, customer, shown)
    told = dict(journal.notes)
    await choices.make(customer, shown.id, drawing, chosen)
    assert journal.notes == told
    assert (await intake.parts.show(customer, shown.id)).state is PartState.REVIEW


async def test_a_choice_is_taken_back_by_choosing_less(
    intake: Intake, customer: Caller, choices: Choices, shown: ShownPart
) -> None:
    drawing = shown.drawings[0].id
    await choices.make(customer, shown.id, drawing, ids(shown, "W… Z…", "P… T…"))
    both = await again(intake, customer, shown)
    assert actions(both) == ["replaced", "replaced"]
    await choices.make(customer, shown.id, drawing, ids(both, "P… T…"))
    one = await again(intake, customer, shown)
    assert actions(one) == ["review", "replaced"]
    await choices.make(customer, shown.id, drawing, [])
    none = await again(intake, customer, shown)
    assert actions(none) == ["review", "review"]
    assert await content(intake, shown.id) == DRAWING


async def test_a_choice_that_cannot_be_carried_out_refuses_until_another_is_made(
    intake: Intake, customer: Caller, choices: Choices, waivers: Waivers
) -> None:
    label = DRAWING.replace(b"<path", b'<path title="Peregrin Tuckborough" id="Wilhelmina"')
    stuck = label.replace(b'title="', b'name="')
    shown = await intake.inspected(customer, stuck)
    drawing = shown.drawings[0].id
    await choices.make(customer, shown.id, drawing, ids(shown, "P… T…"))
    refused = await again(intake, customer, shown)
    report = refused.drawings[0].report
    assert refused.state is PartState.REFUSED
    assert report is not None
    assert report["reason"]["code"] == "cannot-redact-content"
    assert not refused.drawings[0].waivable
    with pytest.raises(errors.NotWaivableError):
        await waivers.give(customer, shown.id, drawing, TERMS.sha256)
    await choices.make(customer, shown.id, drawing, [])
    assert (await again(intake, customer, shown)).state is PartState.REVIEW


async def test_nothing_strange_can_be_chosen_and_nothing_after_approval(
    intake: Intake, customer: Caller, stranger: Caller, choices: Choices, shown: ShownPart
) -> None:
    drawing = shown.drawings[0].id
    chosen = ids(shown, "W… Z…")
    with pytest.raises(errors.FindingUnknownError):
        await choices.make(customer, shown.id, drawing, ["0" * 16])
    with pytest.raises(errors.PartMissingError):
        await choices.make(stranger, shown.id, drawing, chosen)
    refused = await intake.inspected(customer, CREO)
    with pytest.raises(errors.NotChoosableError):
        await choices.make(customer, refused.id, refused.drawings[0].id, chosen)
    other = await intake.inspected(customer, DRAWING)
    with pytest.raises(errors.DrawingMissingError):
        await choices.make(customer, other.id, drawing, chosen)
    await intake.parts.approve(customer, shown.id)
    with pytest.raises(errors.NotChoosableError):
        await choices.make(customer, shown.id, drawing, chosen)


async def test_without_the_log_nothing_is_chosen_or_waived(
    intake: Intake,
    customer: Caller,
    choices: Choices,
    waivers: Waivers,
    shown: ShownPart,
    journal: MemoryJournal,
    blobs: MemoryBlobs,
) -> None:
    refused = await intake.inspected(customer, CREO)
    before = {blob async for blob in blobs.ids()}
    journal.broken = True
    with pytest.raises(JournalUnavailableError):
        await choices.make(customer, shown.id, shown.drawings[0].id, ids(shown, "W… Z…"))
    with pytest.raises(JournalUnavailableError):
        await waivers.give(customer, refused.id, refused.drawings[0].id, TERMS.sha256)
    journal.broken = False
    assert (await intake.parts.show(customer, shown.id)).drawings[0].choice == ()
    assert (await intake.parts.show(customer, refused.id)).state is PartState.REFUSED
    assert {blob async for blob in blobs.ids()} == before


async def test_a_result_of_an_earlier_round_is_not_taken_for_the_newer_one(
    intake: Intake, customer: Caller, choices: Choices, shown: ShownPart
) -> None:
    part, (row,) = await intake.parts.own(customer, shown.id)
    await choices.make(customer, shown.id, row.id, ids(shown, "W… Z…"))
    await again(intake, customer, shown)
    async with intake.rows.transaction() as connection:
        stale = await rows_of_parts.change_drawing(
            connection, row.id, DrawingState.REVIEW, {"format": "x"}, round_seen=row.round
        )
    assert not stale
    assert part.profile == "supplier"


async def test_a_picture_of_the_earlier_result_goes_with_it(
    intake: Intake, customer: Caller, choices: Choices, shown: ShownPart
) -> None:
    drawing = shown.drawings[0].id

    async def pieces() -> AsyncIterator[bytes]:
        yield b"a picture"

    sealed = await intake.vault.seal(customer.subject, Purpose.RELEASED, pieces())
    part_row = str((await intake.parts.own(customer, shown.id))[1][0].clean_object)
    async with intake.rows.transaction() as connection:
        row = PictureRow(drawing, pictures.AFTER, part_row, sealed.id, b"")
        await pictures.enter(connection, row)
    await choices.make(customer, shown.id, drawing, ids(shown, "W… Z…"))
    async with intake.rows.reading() as connection:
        assert await pictures.of_drawing(connection, drawing) == []


async def test_a_part_is_inspected_under_the_profile_it_was_sent_with(
    intake: Intake, customer: Caller, sandbox: EngineSandbox
) -> None:
    profiles = {name: profile for name, (profile, _) in load_profiles().items()}
    parts = replace(intake.parts, profiles=frozenset(profiles))
    object.__setattr__(intake.inspection, "profiles", profiles)
    upload = await intake.upload(customer, DRAWING, "a.svg")
    made = await parts.create(customer, "Bracket", "", [upload], "strict")
    await intake.pipeline.idle()
    shown = await parts.show(customer, made.id)
    assert shown.profile == "strict"
    assert actions(shown) == ["replaced", "replaced"]
    assert {profile.name for profile in sandbox.profiles} == {"strict"}
    with pytest.raises(errors.ProfileUnknownError):
        await parts.create(customer, "Bracket", "", [upload], "careless")


async def test_a_profile_that_is_gone_refuses_and_inspects_nothing(
    intake: Intake, customer: Caller, sandbox: EngineSandbox
) -> None:
    object.__setattr__(intake.inspection, "profiles", {})
    shown = await intake.inspected(customer, DRAWING)
    assert shown.state in (PartState.REFUSED, PartState.FAILED)
    report = shown.drawings[0].report
    assert report is not None
    assert report["reason"]["code"] == "profile-gone"
    assert sandbox.profiles == []


async def test_a_waived_drawing_goes_as_it_came_and_says_so(
    intake: Intake, customer: Caller, waivers: Waivers, journal: MemoryJournal, clock: Hands
) -> None:
    refused = await intake.inspected(customer, DRAWING, CREO)
    assert refused.state is PartState.REFUSED
    drawing = refused.drawings[1]
    assert drawing.waivable
    await waivers.give(customer, refused.id, drawing.id, TERMS.sha256)
    await waivers.give(customer, refused.id, drawing.id, TERMS.sha256)
    waived = await intake.parts.show(customer, refused.id)
    assert waived.state is PartState.REVIEW
    assert not waived.cleaned
    assert [one.cleaned for one in waived.drawings] == [True, False]
    assert waived.drawings[1].waived_at == clock().timestamp()
    assert waived.drawings[1].waiver_terms == TERMS.sha256
    assert [part.cleaned for part in await intake.parts.every(customer)] == [False]
    assert await content(intake, refused.id, 1) == CREO
    notes = [n for n in journal.notes.values() if n.happening is Happening.DRAWING_WAIVED]
    assert [note.about["reason"] for note in notes] == ["unsupported-creo"]
    assert notes[0].about["terms"] == TERMS.sha256
    assert notes[0].actor == customer.account
    released = await intake.parts.approve(customer, refused.id)
    assert released.state is PartState.RELEASED
    assert not released.cleaned
    assert await content(intake, refused.id, 1) == CREO
    with pytest.raises(errors.NotWaivableError):
        await waivers.withdraw(customer, refused.id, drawing.id)
    # What the owner takes home says it too, and no inspection is invented for it.
    exports = Exports(intake.parts, intake.vault, journal)
    inspected = journal.kinds().count("drawing.inspected")
    archive = b"".join([piece async for piece in await exports.open(customer, refused.id)])
    assert b'"cleaned": false' in archive
    assert journal.kinds().count("drawing.inspected") == inspected


async def test_a_waiver_is_taken_back_until_release_and_its_copy_destroyed(
    intake: Intake,
    customer: Caller,
    waivers: Waivers,
    journal: MemoryJournal,
    blobs: MemoryBlobs,
) -> None:
    refused = await intake.inspected(customer, CREO)
    before = {blob async for blob in blobs.ids()}
    drawing = refused.drawings[0].id
    for _ in range(2):
        await waivers.give(customer, refused.id, drawing, TERMS.sha256)
        await waivers.withdraw(customer, refused.id, drawing)
        await waivers.withdraw(customer, refused.id, drawing)
    shown = await intake.parts.show(customer, refused.id)
    assert shown.state is PartState.REFUSED
    assert shown.cleaned
    assert shown.drawings[0].waivable
    assert {blob async for blob in blobs.ids()} == before
    assert journal.kinds().count("drawing.waived") == 2
    assert journal.kinds().count("waiver.withdrawn") == 2
    with pytest.raises(errors.NotInReviewError):
        await intake.parts.approve(customer, refused.id)


async def test_terms_must_be_those_of_today(
    intake: Intake, customer: Caller, stranger: Caller, waivers: Waivers
) -> None:
    refused = await intake.inspected(customer, CREO)
    drawing = refused.drawings[0].id
    for accepted in (None, "", "0" * 64):
        with pytest.raises(errors.WaiverNotAcceptedError):
            await waivers.give(customer, refused.id, drawing, accepted)
    with pytest.raises(errors.PartMissingError):
        await waivers.give(stranger, refused.id, drawing, TERMS.sha256)
    assert (await intake.parts.show(customer, refused.id)).state is PartState.REFUSED


@pytest.mark.parametrize("data", [PROGRAM, DRAWING, b""], ids=["program", "clean", "empty"])
async def test_what_may_harm_or_needs_no_waiver_cannot_be_waived(
    intake: Intake, customer: Caller, waivers: Waivers, data: bytes
) -> None:
    shown = await intake.inspected(customer, data)
    assert not shown.drawings[0].waivable
    with pytest.raises(errors.NotWaivableError):
        await waivers.give(customer, shown.id, shown.drawings[0].id, TERMS.sha256)


def test_no_refusal_for_reasons_of_safety_is_waivable() -> None:
    harmful = {"polyglot", "unsafe-archive", "active-content", "unsupported-program", "too-large"}
    harmful |= {"too-complex", "unreadable", "empty", "worker-failed", "member-refused"}
    assert not harmful & WAIVABLE
    assert set(REFUSALS) >= WAIVABLE
    assert set(REFUSALS) >= harmful


async def test_a_waiver_lapses_with_the_original(
    intake: Intake, customer: Caller, waivers: Waivers, clock: Hands, journal: MemoryJournal
) -> None:
    refused = await intake.inspected(customer, CREO)
    kept = await intake.inspected(customer, CREO)
    for part in (refused, kept):
        await waivers.give(customer, part.id, part.drawings[0].id, TERMS.sha256)
    await intake.parts.approve(customer, kept.id)
    assert await waivers.sweep() == 0
    clock.turn(RETENTION_S + 1)
    await intake.originals.sweep()
    assert await waivers.sweep() == 1
    shown = await intake.parts.show(customer, refused.id)
    assert shown.state is PartState.REFUSED
    assert not shown.drawings[0].waivable
    assert (await intake.parts.show(customer, kept.id)).state is PartState.RELEASED
    noted = [n for n in journal.notes.values() if n.happening is Happening.WAIVER_WITHDRAWN]
    assert [note.actor for note in noted] == ["gateway"]
