"""/api/v1/parts/{id}/pictures: what a drawing looks like, before and after; for its owner.

Room: gateway/api. Awaits gateway.intake.pictures. A picture is no file of the part and never goes
to a partner; browsers keep no copy of it.
"""

from typing import Final

from aiohttp import web

from gateway.api.auth import caller_of
from gateway.api.body import Given, given
from gateway.api.keys import PICTURES
from gateway.api.operations import CUSTOMERS, operation
from gateway.intake.pictures import Comparison, ShownPicture

routes: Final = web.RouteTableDef()

ITEM: Final = "/api/v1/parts/{id}/pictures"


class PictureDocument(Given):
    """One picture: where it is, how large, how many of the pages it shows; or why there is none."""

    url: str | None
    width: int
    height: int
    pages_shown: int
    pages_in_all: int
    reason: dict[str, str] | None


class MeasureDocument(Given):
    """Something that was counted or measured on both sides, by a reader of its own."""

    name: str
    before: str | None
    after: str | None


class ComparisonDocument(Given):
    """Both sides of one drawing; ``waiting`` while something of it is still to be drawn.

    ``identical`` says that both pictures are the same, pixel for pixel.
    """

    drawing: str
    waiting: bool
    identical: bool
    before: PictureDocument | None
    after: PictureDocument | None
    measures: list[MeasureDocument]


class ComparisonList(Given):
    """The drawings of a part, in order."""

    pictures: list[ComparisonDocument]


@routes.get(ITEM)
@operation(to=CUSTOMERS, gives=ComparisonList)
async def list_pictures(request: web.Request) -> web.Response:
    """Tell which pictures there are of a part of yours, and what was measured."""
    part = request.match_info["id"]
    found = await request.app[PICTURES].of_part(caller_of(request), part)
    return given(
        ComparisonList(pictures=[_document(part, name, one) for name, one in found.items()])
    )


@routes.get(f"{ITEM}/{{drawing}}/{{side:before|after}}")
@operation(to=CUSTOMERS, media_type="image/png")
async def show_picture(request: web.Request) -> web.StreamResponse:
    """Return a picture of a drawing of yours."""
    named = request.match_info
    pieces = await request.app[PICTURES].open(
        caller_of(request), named["id"], named["drawing"], named["side"]
    )
    return web.Response(
        body=b"".join([piece async for piece in pieces]),
        content_type="image/png",
        headers={"Cache-Control": "no-store", "Content-Disposition": "inline"},
    )


def url_of(part: str, shown: ShownPicture) -> str | None:
    """Return where a picture is, None when there is none."""
    if not shown.width:
        return None
    return f"/api/v1/parts/{part}/pictures/{shown.drawing}/{shown.side}"


def _document(part: str, drawing: str, found: Comparison) -> ComparisonDocument:
    return ComparisonDocument(
        drawing=drawing,
        waiting=found.waiting,
        identical=found.identical,
        before=_side(part, found.before),
        after=_side(part, found.after),
        measures=[
            MeasureDocument(name=row.name, before=row.before, after=row.after) for row in found.rows
        ],
    )


def _side(part: str, shown: ShownPicture | None) -> PictureDocument | None:
    if shown is None:
        return None
    reason = shown.reason
    return PictureDocument(
        url=url_of(part, shown),
        width=shown.width,
        height=shown.height,
        pages_shown=shown.pages_shown,
        pages_in_all=shown.pages_in_all,
        reason={"code": reason.code, "sentence": reason.sentence} if reason else None,
    )
