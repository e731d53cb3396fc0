"""Transfers of a part: order one, see where it went, revoke it, take the part back.

Room: gateway/api. Awaits gateway.transfer.orders and transfers. A link is shown once, here.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Final

from aiohttp import web
from pydantic import Field

from gateway.api.auth import caller_of
from gateway.api.body import Given, Taken, given, taken
from gateway.api.keys import LINK_DEFAULTS, ORDERS, SITE, TRANSFERS
from gateway.api.operations import CUSTOMERS, operation
from gateway.policy.decision import SENTENCES, Decision
from gateway.transfer.orders import Order
from gateway.transfer.transfers import ShownTransfer

routes: Final = web.RouteTableDef()

PART: Final = "/api/v1/parts/{id}"
MAX_EXPIRES_S: Final = 30 * 24 * 3600


class NewTransfer(Taken):
    """To whom, with your consent or not, and how the link ends."""

    partner: Annotated[str, Field(min_length=1, max_length=200)]
    consent: bool
    expires_s: Annotated[int, Field(ge=60, le=MAX_EXPIRES_S)] | None = None
    opens: Annotated[int, Field(ge=1, le=100)] | None = None
    code: Annotated[str, Field(min_length=4, max_length=64)] | None = None


class Extension(Taken):
    """How long a link lives from now on."""

    expires_s: Annotated[int, Field(ge=60, le=MAX_EXPIRES_S)]


class ExtendedDocument(Given):
    """When a link ends now."""

    transfer: str
    expires_at: datetime


class ReasonDocument(Given):
    """Why not. ``code`` is stable."""

    code: str
    sentence: str
    source: str
    rule: str
    about: str


class DecisionDocument(Given):
    """A decision, with everything it can be replayed and questioned by."""

    allowed: bool
    origin: str | None
    destination: str | None
    mechanism: str | None
    basis: str
    policy: str
    law_sha256: str
    sources: list[str]
    reasons: list[ReasonDocument]
    what_would_change: list[str]


class HandedDocument(Given):
    """A transfer that was allowed; the link is shown this once."""

    transfer: str
    link: str
    decision: DecisionDocument
    expires_at: datetime


class TransferPartner(Given):
    """To whom."""

    id: str
    name: str
    country: str


class TransferSession(Given):
    """One opening of the link."""

    opened_at: datetime
    lease_expires_at: datetime
    ended: bool


class TransferDocument(Given):
    """Where a part went, or was not let go."""

    id: str
    state: str
    partner: TransferPartner
    origin: str
    destination: str
    mechanism: str | None
    basis: str
    policy: str
    reasons: list[dict[str, str]]
    consent: str | None
    created_at: datetime
    ended_at: datetime | None
    expires_at: datetime | None
    opens_left: int
    needs_code: bool
    sessions: list[TransferSession]


class TransferList(Given):
    """A part's transfers, newest first."""

    transfers: list[TransferDocument]


@routes.post(f"{PART}/transfers")
@operation(to=CUSTOMERS, takes=NewTransfer, gives=HandedDocument, status=201)
async def order_transfer(request: web.Request) -> web.Response:
    """Hand a released part to a partner; 403 with the decision when that is not allowed."""
    wanted, defaults = await taken(request, NewTransfer), request.app[LINK_DEFAULTS]
    order = Order(
        partner=wanted.partner,
        consent=wanted.consent,
        expires_s=wanted.expires_s or defaults.lifetime_s,
        opens=wanted.opens or defaults.opens,
        code=wanted.code,
    )
    handed = await request.app[ORDERS].place(caller_of(request), request.match_info["id"], order)
    document = HandedDocument(
        transfer=handed.transfer,
        link=f"{request.app[SITE].url}/d#{handed.token}",
        decision=decision_document(handed.decision),
        expires_at=moment(handed.expires_at),
    )
    return given(document, status=201)


@routes.get(f"{PART}/transfers")
@operation(to=CUSTOMERS, gives=TransferList)
async def list_transfers(request: web.Request) -> web.Response:
    """List where a part went, or was not let go."""
    found = await request.app[TRANSFERS].of_part(caller_of(request), request.match_info["id"])
    return given(TransferList(transfers=[_document(one) for one in found]))


@routes.post("/api/v1/transfers/{id}/revoke")
@operation(to=CUSTOMERS, gives=TransferDocument)
async def revoke_transfer(request: web.Request) -> web.Response:
    """End a transfer: its link dies, running downloads are cut."""
    shown = await request.app[TRANSFERS].revoke(caller_of(request), request.match_info["id"])
    return given(_document(shown))


@routes.post("/api/v1/transfers/{id}/extend")
@operation(to=CUSTOMERS, takes=Extension, gives=ExtendedDocument)
async def extend_transfer(request: web.Request) -> web.Response:
    """Let a transfer's link live longer; 403 with the decision when that is no longer allowed."""
    wanted, transfer = await taken(request, Extension), request.match_info["id"]
    ends = await request.app[ORDERS].extend(caller_of(request), transfer, wanted.expires_s)
    return given(ExtendedDocument(transfer=transfer, expires_at=moment(ends)))


@routes.post(f"{PART}/withdraw")
@operation(to=CUSTOMERS, status=204)
async def withdraw_part(request: web.Request) -> web.Response:
    """Take a released part back: every transfer of it ends."""
    await request.app[TRANSFERS].withdraw_part(caller_of(request), request.match_info["id"])
    return web.Response(status=204)


def decision_document(decision: Decision) -> DecisionDocument:
    """Return a decision as JSON shows it."""
    return DecisionDocument(
        allowed=decision.allowed,
        origin=decision.origin,
        destination=decision.destination,
        mechanism=decision.mechanism,
        basis=decision.basis,
        policy=decision.policy,
        law_sha256=decision.law_sha256,
        sources=list(decision.sources),
        reasons=[
            ReasonDocument(
                code=one.code,
                sentence=one.sentence,
                source=one.source,
                rule=one.rule,
                about=one.about,
            )
            for one in decision.reasons
        ],
        what_would_change=list(decision.what_would_change),
    )


def refusal(decision: Decision) -> dict[str, Any]:
    """Return what a refused order's problem document says beyond every other problem."""
    document = decision_document(decision).model_dump(mode="json")
    return {"decision": document, "reasons": document["reasons"]}


def moment(seconds: float) -> datetime:
    """Return a time of the rows."""
    return datetime.fromtimestamp(seconds, UTC)


def _document(shown: ShownTransfer) -> TransferDocument:
    row, link = shown.row, shown.link
    return TransferDocument(
        id=row.id,
        state=row.state,
        partner=TransferPartner(
            id=shown.partner.id, name=shown.partner.name, country=shown.partner.country
        ),
        origin=row.origin,
        destination=row.destination,
        mechanism=row.mechanism,
        basis=row.basis,
        policy=row.policy,
        reasons=[{**one, "sentence": SENTENCES.get(one["code"], "")} for one in shown.reasons],
        consent=row.consent,
        created_at=moment(row.created_at),
        ended_at=moment(row.ended_at) if row.ended_at is not None else None,
        expires_at=moment(link.expires_at) if link else None,
        opens_left=link.opens_left if link else 0,
        needs_code=link is not None and link.code_hash is not None,
        sessions=[
            TransferSession(
                opened_at=moment(one.opened_at),
                lease_expires_at=moment(one.lease_expires_at),
                ended=one.ended,
            )
            for one in shown.sessions
        ],
    )
