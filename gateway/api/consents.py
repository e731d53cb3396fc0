"""/api/v1/consents: what you agreed to, and no longer agree to; /api/v1/terms: the words.

Room: gateway/api. Awaits gateway.privacy.consent.
"""

from datetime import datetime
from typing import Final

from aiohttp import web

from gateway.api.auth import caller_of
from gateway.api.body import Given, given
from gateway.api.keys import CONSENTS, TERMS
from gateway.api.operations import ANYONE, CUSTOMERS, operation
from gateway.api.transfers import moment
from gateway.privacy.terms import Terms
from storage.rows.consents import ConsentRow

routes: Final = web.RouteTableDef()


class ConsentDocument(Given):
    """A consent; ``notice`` is the SHA-256 of the words it was given after."""

    id: str
    partner: str
    purpose: str
    notice: str
    given_at: datetime
    withdrawn_at: datetime | None


class ConsentList(Given):
    """Your consents, newest first."""

    consents: list[ConsentDocument]


class TermsDocument(Given):
    """A text in every language there is; ``sha256`` is what a consent to it is kept with."""

    version: str
    sha256: str
    texts: dict[str, str]


class TermsList(Given):
    """Every text people are shown before they agree."""

    terms: dict[str, TermsDocument]


@routes.get("/api/v1/consents")
@operation(to=CUSTOMERS, gives=ConsentList)
async def list_consents(request: web.Request) -> web.Response:
    """List what you agreed to."""
    found = await request.app[CONSENTS].every(caller_of(request))
    return given(ConsentList(consents=[_document(row) for row in found]))


@routes.post("/api/v1/consents/{id}/withdraw")
@operation(to=CUSTOMERS, gives=ConsentDocument)
async def withdraw_consent(request: web.Request) -> web.Response:
    """Withdraw a consent, without a reason; what rests on it ends at once."""
    row = await request.app[CONSENTS].withdraw(caller_of(request), request.match_info["id"])
    return given(_document(row))


@routes.get("/api/v1/terms")
@operation(to=ANYONE, gives=TermsList)
async def show_terms(request: web.Request) -> web.Response:
    """Show the words people agree to."""
    return given(
        TermsList(terms={name: terms_document(one) for name, one in request.app[TERMS].items()})
    )


def terms_document(terms: Terms) -> TermsDocument:
    """Return a text as JSON shows it."""
    return TermsDocument(version=terms.version, sha256=terms.sha256, texts=dict(terms.texts))


def _document(row: ConsentRow) -> ConsentDocument:
    return ConsentDocument(
        id=row.id,
        partner=row.partner,
        purpose=row.purpose,
        notice=row.notice,
        given_at=moment(row.given_at),
        withdrawn_at=moment(row.withdrawn_at) if row.withdrawn_at is not None else None,
    )
