"""Pictures of drawings: drawn beside the inspection, sealed, the owner's alone, dead in time."""

from dataclasses import dataclass, field

import pytest

from gateway.identity.roles import Caller
from gateway.intake.errors import PartMissingError, PictureMissingError
from gateway.intake.orphans import destroy_orphans
from gateway.intake.pictures import AT_ONCE, MAX_ATTEMPTS, Pictures
from redaction.errors import WorkerFailedError
from redaction.preview.client import Picture
from redaction.preview.errors import NoPictureError
from redaction.report import Reason
from redaction.sandbox.memory import MemoryFile
from storage.blobs.memory import MemoryBlobs
from storage.rows import parts as rows_of_parts
from storage.rows import pictures as rows_of_pictures
from storage.rows.pictures import AFTER, BEFORE, PictureRow
from storage.sealed.errors import ObjectMissingError
from storage.sealed.keyring import Keyring
from storage.sealed.vault import Purpose, Vault
from tests.unit.gateway.doubles import MASK, SECRET
from tests.unit.gateway.intake.conftest import RETENTION_S, Intake

STEP = b"ISO-10303-21; by " + SECRET + b" with more than one chunk of bytes"
CLEAN = STEP.replace(SECRET, MASK)


@dataclass
class Painter:
    """Shows a drawing's own bytes, so that a test sees what was drawn."""

    seen: list[bytes] = field(default_factory=list)
    fails: bool = False

    async def picture(self, source: MemoryFile) -> Picture:
        data = source.read(0, source.size)
        self.seen.append(data)
        if self.fails:
            raise WorkerFailedError
        if b"DWG" in data:
            return Picture(None, "dwg", reason=Reason(NoPictureError.code, "sentence"))
        return Picture(b"PNG of " + data, "step", 4, 3, 1, 2, (("bytes", str(len(data))),))


@pytest.fixture
def painter() -> Painter:
    return Painter()


@pytest.fixture
def pictures(intake: Intake, keyring: Keyring, painter: Painter) -> Pictures:
    return Pictures(intake.rows, intake.vault, keyring, intake.parts, painter)


async def only(intake: Intake, part: str) -> str:
    async with intake.rows.reading() as connection:
        (drawing,) = await rows_of_parts.drawings(connection, part)
    return drawing.id


async def sides(intake: Intake, drawing: str) -> set[str]:
    async with intake.rows.reading() as connection:
        return {row.side for row in await rows_of_pictures.of_drawing(connection, drawing)}


async def shown(pictures: Pictures, caller: Caller, part: str, drawing: str, side: str) -> bytes:
    pieces = await pictures.open(caller, part, drawing, side)
    return b"".join([piece async for piece in pieces])


async def test_both_sides_are_drawn_once_after_the_inspection(
    intake: Intake, customer: Caller, pictures: Pictures, painter: Painter
) -> None:
    part = (await intake.inspected(customer, STEP)).id
    drawing = await only(intake, part)
    waiting = (await pictures.of_part(customer, part))[drawing]
    assert (waiting.before, waiting.after, waiting.waiting) == (None, None, True)
    assert await pictures.draw_missing() == 1
    assert await pictures.draw_missing() == 0
    assert painter.seen == [STEP, CLEAN]
    assert await shown(pictures, customer, part, drawing, BEFORE) == b"PNG of " + STEP
    assert await shown(pictures, customer, part, drawing, AFTER) == b"PNG of " + CLEAN
    found = (await pictures.of_part(customer, part))[drawing]
    assert not found.waiting
    assert found.before is not None
    assert (found.before.width, found.before.height, found.before.pages_in_all) == (4, 3, 2)
    assert found.same
    assert [(row.name, row.before) for row in found.rows] == [("bytes", str(len(STEP)))]


async def test_nobody_but_the_owner_sees_them(
    intake: Intake, customer: Caller, stranger: Caller, pictures: Pictures
) -> None:
    part = (await intake.inspected(customer, STEP)).id
    drawing = await only(intake, part)
    await pictures.draw_missing()
    with pytest.raises(PartMissingError):
        await pictures.open(stranger, part, drawing, AFTER)
    with pytest.raises(PartMissingError):
        await pictures.of_part(stranger, part)
    # Nor does a part of one's own open the door to somebody else's drawing.
    own = (await intake.inspected(stranger, STEP)).id
    with pytest.raises(PictureMissingError):
        await pictures.open(stranger, own, drawing, AFTER)


async def test_a_picture_is_sealed_like_everything_else(
    intake: Intake, customer: Caller, pictures: Pictures, blobs: MemoryBlobs
) -> None:
    part = (await intake.inspected(customer, STEP)).id
    await pictures.draw_missing()
    async with intake.rows.reading() as connection:
        held = await rows_of_pictures.of_part(connection, part)
    for row in held:
        assert row.object is not None
        described = await intake.vault.describe(row.object)
        assert (described.purpose, described.subject) == (Purpose.PICTURE, customer.subject)
        stored = b"".join([piece async for piece in blobs.get(row.object)])
        assert b"PNG of" not in stored
        assert b"bytes" not in row.report_sealed


async def test_the_original_s_picture_dies_with_the_original(
    intake: Intake, customer: Caller, pictures: Pictures, blobs: MemoryBlobs
) -> None:
    part = (await intake.inspected(customer, STEP)).id
    drawing = await only(intake, part)
    await pictures.draw_missing()
    held = {blob async for blob in blobs.ids()}
    await intake.parts.approve(customer, part)
    with pytest.raises(PictureMissingError):
        await pictures.open(customer, part, drawing, BEFORE)
    assert await shown(pictures, customer, part, drawing, AFTER) == b"PNG of " + CLEAN
    assert await sides(intake, drawing) == {AFTER}
    async with intake.rows.reading() as connection:
        kept = await rows_of_pictures.objects(connection)
        clean = await rows_of_parts.objects(connection)
    assert {blob async for blob in blobs.ids()} == kept | clean < held
    found = (await pictures.of_part(customer, part))[drawing]
    assert (found.before, found.rows, found.waiting) == (None, (), False)
    assert await pictures.draw_missing() == 0


async def test_it_dies_too_when_nobody_approves_in_time(
    intake: Intake, customer: Caller, pictures: Pictures, clock: object
) -> None:
    part = (await intake.inspected(customer, STEP)).id
    drawing = await only(intake, part)
    await pictures.draw_missing()
    clock.turn(RETENTION_S + 1)  # type: ignore[attr-defined]
    assert await intake.originals.sweep() == 1
    with pytest.raises(PictureMissingError):
        await pictures.open(customer, part, drawing, BEFORE)


async def test_an_original_that_dies_while_it_is_drawn_leaves_no_picture(
    intake: Intake, customer: Caller, pictures: Pictures, painter: Painter, blobs: MemoryBlobs
) -> None:
    part = (await intake.inspected(customer, STEP)).id
    drawing = await only(intake, part)

    class Slow(Painter):
        async def picture(self, source: MemoryFile) -> Picture:
            if SECRET in source.read(0, source.size):
                await intake.parts.approve(customer, part)
            return await super().picture(source)

    await pictures.draw(drawing, Slow())
    assert await sides(intake, drawing) == {AFTER}
    with pytest.raises(PictureMissingError):
        await pictures.open(customer, part, drawing, BEFORE)
    async with intake.rows.reading() as connection:
        known = await rows_of_pictures.objects(connection)
        known |= await rows_of_parts.objects(connection)
    assert {blob async for blob in blobs.ids()} == known


async def test_what_is_cleaned_anew_is_drawn_anew(
    intake: Intake, customer: Caller, pictures: Pictures, vault: Vault
) -> None:
    part = (await intake.inspected(customer, STEP)).id
    drawing = await only(intake, part)
    await pictures.draw_missing()
    async with intake.rows.reading() as connection:
        (earlier,) = [
            row.object
            for row in await rows_of_pictures.of_drawing(connection, drawing)
            if row.side == AFTER
        ]

    async def again() -> object:
        yield b"cleaner still"

    other = await vault.seal(customer.subject, Purpose.RELEASED, again())  # type: ignore[arg-type]
    async with intake.rows.transaction() as connection:
        values = {"clean_object": other.id}
        assert await rows_of_parts.change_drawing(connection, drawing, "review", values)
    with pytest.raises(PictureMissingError):
        await pictures.open(customer, part, drawing, AFTER)
    assert (await pictures.of_part(customer, part))[drawing].waiting
    assert await pictures.draw_missing() == 1
    assert await shown(pictures, customer, part, drawing, AFTER) == b"PNG of cleaner still"
    assert not (await pictures.of_part(customer, part))[drawing].same
    assert earlier is not None
    with pytest.raises(ObjectMissingError):
        await vault.describe(earlier)


@pytest.mark.parametrize(("content", "fails"), [(b"ISO DWG", False), (STEP, True)])
async def test_a_drawing_without_a_picture_is_released_all_the_same(
    intake: Intake,
    customer: Caller,
    pictures: Pictures,
    painter: Painter,
    content: bytes,
    fails: bool,
) -> None:
    painter.fails = fails
    part = (await intake.inspected(customer, content)).id
    drawing = await only(intake, part)
    for _ in range(MAX_ATTEMPTS if fails else 1):
        assert await pictures.draw_missing() == 1
    # Not tried for ever: the reason is kept.
    assert await pictures.draw_missing() == 0
    assert len(painter.seen) == (2 * MAX_ATTEMPTS if fails else 2)
    found = (await pictures.of_part(customer, part))[drawing]
    assert found.after is not None
    assert found.after.reason is not None
    assert found.after.reason.code == ("worker-failed" if fails else "no-picture")
    assert (found.waiting, found.same, found.rows) == (False, False, ())
    with pytest.raises(PictureMissingError):
        await pictures.open(customer, part, drawing, AFTER)
    assert (await intake.parts.approve(customer, part)).state == "released"


async def test_a_refused_drawing_is_not_drawn(
    intake: Intake, customer: Caller, pictures: Pictures, painter: Painter
) -> None:
    part = (await intake.inspected(customer, b"REFUSE this")).id
    assert await pictures.draw_missing() == 0
    assert painter.seen == []
    (found,) = (await pictures.of_part(customer, part)).values()
    assert (found.before, found.after, found.waiting) == (None, None, False)


async def test_where_nothing_draws_nothing_waits(
    intake: Intake, customer: Caller, keyring: Keyring
) -> None:
    pictures = Pictures(intake.rows, intake.vault, keyring, intake.parts, None)
    part = (await intake.inspected(customer, STEP)).id
    assert await pictures.draw_missing() == 0
    (found,) = (await pictures.of_part(customer, part)).values()
    assert not found.waiting


async def test_orphans_are_told_from_pictures(
    intake: Intake, customer: Caller, pictures: Pictures, blobs: MemoryBlobs, vault: Vault
) -> None:
    part = (await intake.inspected(customer, STEP)).id
    drawing = await only(intake, part)
    await pictures.draw_missing()
    assert await destroy_orphans(intake.rows, blobs, vault) == 0
    assert await shown(pictures, customer, part, drawing, AFTER)
    async with intake.rows.transaction() as connection:
        assert await rows_of_pictures.remove(connection, drawing, AFTER) is not None
        assert await rows_of_pictures.remove(connection, drawing, AFTER) is None
    assert await destroy_orphans(intake.rows, blobs, vault) == 1


async def test_a_picture_of_what_a_drawing_never_held_is_not_entered(
    intake: Intake, customer: Caller
) -> None:
    part = (await intake.inspected(customer, STEP)).id
    drawing = await only(intake, part)
    async with intake.rows.transaction() as connection:
        for side in (BEFORE, AFTER):
            for name in (drawing, "gone"):
                row = PictureRow(name, side, "another", None, b"")
                assert await rows_of_pictures.enter(connection, row) == (False, None)
        due = await rows_of_pictures.missing(connection, ["review"], limit=AT_ONCE)
    assert due == [drawing]
