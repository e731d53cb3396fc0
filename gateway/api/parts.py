"""/api/v1/parts: made of uploads, shown, approved, taken home.

Room: gateway/api. Awaits gateway.intake.parts and export.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Final

from aiohttp import web
from pydantic import Field

from gateway.api.auth import caller_of
from gateway.api.body import Given, Taken, given, taken
from gateway.api.errors import InvalidRequestError
from gateway.api.keys import EXPORTS, PARTS, SITE
from gateway.api.operations import CUSTOMERS, operation
from gateway.intake.parts import DEFAULT_PROFILE, ShownDrawing, ShownPart
from gateway.intake.words import MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS

routes: Final = web.RouteTableDef()

ITEM: Final = "/api/v1/parts/{id}"


class NewPart(Taken):
    """A part to be made: its name, what is to be manufactured, and its finished uploads."""

    name: Annotated[str, Field(min_length=1, max_length=MAX_NAME_CHARS)]
    description: Annotated[str, Field(max_length=MAX_DESCRIPTION_CHARS)] = ""
    uploads: Annotated[list[str], Field(min_length=1, max_length=1000)]
    profile: Annotated[str, Field(max_length=32)] = DEFAULT_PROFILE


class WaiverDocument(Given):
    """A waiver: since when, and the SHA-256 of the terms that were agreed to."""

    waived_at: datetime
    terms: str


class DrawingDocument(Given):
    """One drawing: where it stands, what was found in it, what was proved.

    ``choice`` lists the findings that are to go; ``cleaned`` is false under a ``waiver``.
    """

    id: str
    filename: str
    state: str
    format: str | None
    plain_bytes: int | None
    original_destroyed: bool
    report: dict[str, Any] | None
    choice: list[str]
    cleaned: bool
    waivable: bool
    waiver: WaiverDocument | None


class PartSummary(Given):
    """A part in a list. ``cleaned`` is false when cleaning was waived for one of its drawings."""

    id: str
    name: str
    state: str
    created_at: datetime
    released_at: datetime | None
    profile: str
    cleaned: bool


class PartDocument(PartSummary):
    """A part with everything its owner may see."""

    description: str
    clean_description: str | None
    description_findings: list[dict[str, Any]]
    description_refused: dict[str, Any] | None
    drawings: list[DrawingDocument]


class PartList(Given):
    """The caller's newest parts."""

    parts: list[PartSummary]


@routes.post("/api/v1/parts")
@operation(to=CUSTOMERS, takes=NewPart, gives=PartDocument, status=201)
async def create_part(request: web.Request) -> web.Response:
    """Make a part of finished uploads; inspection starts."""
    wanted = await taken(request, NewPart)
    if len(wanted.uploads) > request.app[SITE].max_drawings:
        raise InvalidRequestError([{"field": "uploads", "problem": "more than a part may have"}])
    part = await request.app[PARTS].create(
        caller_of(request), wanted.name, wanted.description, wanted.uploads, wanted.profile
    )
    return given(part_document(part), status=201, headers={"Location": f"/api/v1/parts/{part.id}"})


@routes.get("/api/v1/parts")
@operation(to=CUSTOMERS, gives=PartList)
async def list_parts(request: web.Request) -> web.Response:
    """List your newest parts."""
    found = await request.app[PARTS].every(caller_of(request))
    return given(PartList(parts=[PartSummary(**_summary(part)) for part in found]))


@routes.get(ITEM)
@operation(to=CUSTOMERS, gives=PartDocument)
async def show_part(request: web.Request) -> web.Response:
    """Show one of your parts; with ``?values=true`` also the words that were found."""
    values = request.query.get("values") == "true"
    part = await request.app[PARTS].show(
        caller_of(request), request.match_info["id"], values=values
    )
    return given(part_document(part))


@routes.post(f"{ITEM}/approve")
@operation(to=CUSTOMERS, gives=PartDocument)
async def approve_part(request: web.Request) -> web.Response:
    """Approve what was found: the part is released, its originals are destroyed."""
    part = await request.app[PARTS].approve(caller_of(request), request.match_info["id"])
    return given(part_document(part))


# No HEAD: telling the size would mean packing it all, and an export is in the log.
@routes.get(f"{ITEM}/export", allow_head=False)
@operation(to=CUSTOMERS, media_type="application/zip")
async def export_part(request: web.Request) -> web.StreamResponse:
    """Take a released part home: ciphertexts, their Tink keyset, a manifest."""
    pieces = await request.app[EXPORTS].open(caller_of(request), request.match_info["id"])
    response = web.StreamResponse(
        headers={
            "Content-Type": "application/zip",
            "Content-Disposition": 'attachment; filename="part.zip"',
        }
    )
    await response.prepare(request)
    async for piece in pieces:
        await response.write(piece)
    await response.write_eof()
    return response


def part_document(part: ShownPart) -> PartDocument:
    """Return a part as JSON shows it."""
    report = part.description_report or {}
    return PartDocument(
        **_summary(part),
        description=part.description,
        clean_description=part.clean_description,
        description_findings=list(report.get("findings", [])),
        description_refused=report.get("reason"),
        drawings=[_drawing(drawing) for drawing in part.drawings],
    )


def _summary(part: ShownPart) -> dict[str, Any]:
    return {
        "id": part.id,
        "name": part.name,
        "state": part.state.value,
        "created_at": datetime.fromtimestamp(part.created_at, UTC),
        "released_at": (
            datetime.fromtimestamp(part.released_at, UTC) if part.released_at else None
        ),
        "profile": part.profile,
        "cleaned": part.cleaned,
    }


def _drawing(drawing: ShownDrawing) -> DrawingDocument:
    return DrawingDocument(
        id=drawing.id,
        filename=drawing.filename,
        state=drawing.state.value,
        format=drawing.format,
        plain_bytes=drawing.plain_bytes,
        original_destroyed=drawing.original_destroyed,
        report=dict(drawing.report) if drawing.report is not None else None,
        choice=list(drawing.choice),
        cleaned=drawing.cleaned,
        waivable=drawing.waivable,
        waiver=(
            WaiverDocument(
                waived_at=datetime.fromtimestamp(drawing.waived_at, UTC),
                terms=drawing.waiver_terms or "",
            )
            if drawing.waived_at is not None
            else None
        ),
    )
