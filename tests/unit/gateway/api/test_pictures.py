"""Pictures over HTTP: the owner's, whole, uncopied; nobody else's whatever they may do here."""

from dataclasses import replace

import pytest

from gateway.api import keys
from gateway.identity.roles import Role
from tests.unit.gateway.api.desk import Desk, desk
from tests.unit.gateway.intake.test_pictures import CLEAN, STEP, Painter

__all__ = ["desk"]


async def drawn(desk: Desk) -> tuple[str, str]:
    """Return a part in review whose pictures are drawn, and its drawing."""
    part = (await desk.intake.inspected(desk.caller, STEP)).id
    pictures = replace(desk.front.app[keys.PICTURES], previews=Painter())
    assert await pictures.draw_missing() == 1
    _, (drawing,) = await desk.intake.parts.own(desk.caller, part)
    return part, drawing.id


async def test_the_owner_gets_both_sides_and_what_was_measured(desk: Desk) -> None:
    part, drawing = await drawn(desk)
    listed = await desk.program.get(f"/api/v1/parts/{part}/pictures", headers=desk.customer)
    assert listed.status == 200
    (found,) = (await listed.json())["pictures"]
    assert (found["drawing"], found["waiting"], found["identical"]) == (drawing, False, False)
    length = str(len(STEP))
    assert found["measures"] == [{"name": "bytes", "before": length, "after": length}]
    for side, content in (("before", STEP), ("after", CLEAN)):
        told = found[side]
        assert (told["width"], told["pages_in_all"], told["reason"]) == (4, 2, None)
        answer = await desk.program.get(told["url"], headers=desk.customer)
        assert answer.status == 200
        assert await answer.read() == b"PNG of " + content
        assert answer.content_type == "image/png"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.CUSTOMER, 404), (Role.ADMIN, 404), (Role.REVIEWER, 403), (None, 401)],
)
async def test_nobody_else_does(desk: Desk, role: Role | None, status: int) -> None:
    part, drawing = await drawn(desk)
    other = await desk.front.key(role, "other@works.example") if role else {}
    for path in ("", f"/{drawing}/before", f"/{drawing}/after"):
        answer = await desk.program.get(f"/api/v1/parts/{part}/pictures{path}", headers=other)
        assert answer.status == status, path
        assert b"PNG of" not in await answer.read()


async def test_a_download_session_opens_no_picture(desk: Desk) -> None:
    part, drawing = await drawn(desk)
    await desk.intake.parts.approve(desk.caller, part)
    session, _ = await desk.session(await desk.token(part))
    for side in ("before", "after"):
        path = f"/api/v1/parts/{part}/pictures/{drawing}/{side}"
        assert (await desk.program.get(path, headers=session)).status == 401


async def test_looking_changes_and_logs_nothing(desk: Desk) -> None:
    part, drawing = await drawn(desk)
    before = list(desk.front.journal.notes)
    for _ in range(2):
        for path in ("", f"/{drawing}/after"):
            url = f"/api/v1/parts/{part}/pictures{path}"
            assert (await desk.program.get(url, headers=desk.customer)).status == 200
            assert (await desk.program.head(url, headers=desk.customer)).status == 200
    assert list(desk.front.journal.notes) == before


@pytest.mark.parametrize("path", ["/{drawing}/between", "/{part}/after", "/nothing/before"])
async def test_what_is_no_picture_is_missing(desk: Desk, path: str) -> None:
    part, drawing = await drawn(desk)
    url = f"/api/v1/parts/{part}/pictures" + path.format(part=part, drawing=drawing)
    assert (await desk.program.get(url, headers=desk.customer)).status == 404


async def test_after_approval_the_original_s_picture_is_gone(desk: Desk) -> None:
    part, drawing = await drawn(desk)
    await desk.intake.parts.approve(desk.caller, part)
    path = f"/api/v1/parts/{part}/pictures"
    (found,) = (await (await desk.program.get(path, headers=desk.customer)).json())["pictures"]
    assert (found["before"], found["measures"]) == (None, [])
    assert found["after"]["url"]
    gone = await desk.program.get(f"{path}/{drawing}/before", headers=desk.customer)
    assert gone.status == 404
    assert (await gone.json())["type"] == "/problems/picture-missing"
