"""Errors as RFC 9457 problem documents: the one table that gives each error its status.

Room: gateway/api. Pure. A room that raises an error adds a row here; a test walks all subclasses
of GatewayError and fails when one has none. docs/reference/errors.md is generated from it.
"""

from collections.abc import Callable, Mapping
from html import escape
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from gateway.alerts import errors as alerts
from gateway.api import errors as api
from gateway.api.transfers import refusal
from gateway.errors import GatewayError
from gateway.identity import errors as identity
from gateway.intake import errors as intake
from gateway.intake import tus
from gateway.journal import JournalUnavailableError
from gateway.notify import errors as notify
from gateway.privacy import erasure
from gateway.review import errors as review
from gateway.review.forwarding import ForwardingError
from gateway.transfer import errors as transfer
from storage.blobs.contract import StoreFullError, StoreUnavailableError
from storage.ledger import errors as ledger
from storage.rows.engine import RowsUnavailableError
from storage.sealed.errors import (
    CannotOpenError,
    KeyShreddedError,
    KeysUnavailableError,
    ObjectMissingError,
    SealedError,
    SuiteOverError,
)

# RFC 9110 has no number for it: the tus protocol's own.
CHECKSUM_MISMATCH: Final = 460

STATUS: Final[dict[type[GatewayError], int]] = {
    GatewayError: HTTPStatus.INTERNAL_SERVER_ERROR,
    api.InvalidRequestError: HTTPStatus.UNPROCESSABLE_ENTITY,
    api.NotJsonError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    api.NoSuchPageError: HTTPStatus.NOT_FOUND,
    api.WrongMethodError: HTTPStatus.METHOD_NOT_ALLOWED,
    api.TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    api.InternalError: HTTPStatus.INTERNAL_SERVER_ERROR,
    api.NotHereError: HTTPStatus.SERVICE_UNAVAILABLE,
    api.ErasedError: HTTPStatus.GONE,
    api.SealingOverError: HTTPStatus.SERVICE_UNAVAILABLE,
    api.UnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    JournalUnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    identity.NotSignedInError: HTTPStatus.UNAUTHORIZED,
    identity.NotAllowedError: HTTPStatus.FORBIDDEN,
    identity.CsrfError: HTTPStatus.FORBIDDEN,
    identity.LoginFailedError: HTTPStatus.UNAUTHORIZED,
    identity.TooManyAttemptsError: HTTPStatus.TOO_MANY_REQUESTS,
    identity.WeakPasswordError: HTTPStatus.UNPROCESSABLE_ENTITY,
    identity.EmailNeededError: HTTPStatus.UNPROCESSABLE_ENTITY,
    identity.EmailTakenError: HTTPStatus.CONFLICT,
    identity.InvitationInvalidError: HTTPStatus.GONE,
    identity.UnknownApiKeyError: HTTPStatus.NOT_FOUND,
    review.QuestionUnfitError: HTTPStatus.UNPROCESSABLE_ENTITY,
    review.ViewMissingError: HTTPStatus.NOT_FOUND,
    review.TooManyViewsError: HTTPStatus.CONFLICT,
    review.GrantMissingError: HTTPStatus.NOT_FOUND,
    review.GrantNotOpenError: HTTPStatus.CONFLICT,
    review.SamePersonError: HTTPStatus.FORBIDDEN,
    review.FormatUnavailableError: HTTPStatus.NOT_IMPLEMENTED,
    ForwardingError: HTTPStatus.SERVICE_UNAVAILABLE,
    review.FormatUnknownError: HTTPStatus.UNPROCESSABLE_ENTITY,
    erasure.AccountMissingError: HTTPStatus.NOT_FOUND,
    erasure.LastAdministratorError: HTTPStatus.CONFLICT,
    erasure.NotRemovedError: HTTPStatus.SERVICE_UNAVAILABLE,
    intake.UnsupportedVersionError: HTTPStatus.PRECONDITION_FAILED,
    intake.MalformedRequestError: HTTPStatus.BAD_REQUEST,
    intake.WrongMediaTypeError: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    intake.OffsetMismatchError: HTTPStatus.CONFLICT,
    intake.LengthFixedError: HTTPStatus.BAD_REQUEST,
    intake.TooLongError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    intake.QuotaError: HTTPStatus.INSUFFICIENT_STORAGE,
    intake.NoSpaceError: HTTPStatus.INSUFFICIENT_STORAGE,
    intake.UploadMissingError: HTTPStatus.NOT_FOUND,
    intake.UploadBusyError: HTTPStatus.LOCKED,
    intake.UploadInterruptedError: HTTPStatus.REQUEST_TIMEOUT,
    intake.ChecksumUnknownError: HTTPStatus.BAD_REQUEST,
    intake.ChecksumMismatchError: CHECKSUM_MISMATCH,
    intake.UploadUnusableError: HTTPStatus.UNPROCESSABLE_ENTITY,
    intake.PartMissingError: HTTPStatus.NOT_FOUND,
    intake.PictureMissingError: HTTPStatus.NOT_FOUND,
    intake.NotInReviewError: HTTPStatus.CONFLICT,
    intake.NotReleasedError: HTTPStatus.CONFLICT,
    intake.DrawingMissingError: HTTPStatus.NOT_FOUND,
    intake.ProfileUnknownError: HTTPStatus.UNPROCESSABLE_ENTITY,
    intake.NotChoosableError: HTTPStatus.CONFLICT,
    intake.FindingUnknownError: HTTPStatus.UNPROCESSABLE_ENTITY,
    intake.NotWaivableError: HTTPStatus.CONFLICT,
    intake.WaiverNotAcceptedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    alerts.AlertMissingError: HTTPStatus.NOT_FOUND,
    alerts.AlertSettledError: HTTPStatus.CONFLICT,
    notify.WebhookMissingError: HTTPStatus.NOT_FOUND,
    notify.WebhookAddressError: HTTPStatus.UNPROCESSABLE_ENTITY,
    transfer.PartnerUnknownError: HTTPStatus.NOT_FOUND,
    transfer.PartnerKnownError: HTTPStatus.CONFLICT,
    transfer.CountryUnknownError: HTTPStatus.UNPROCESSABLE_ENTITY,
    transfer.DocumentUnknownError: HTTPStatus.UNPROCESSABLE_ENTITY,
    transfer.ConsentMissingError: HTTPStatus.NOT_FOUND,
    transfer.TransferMissingError: HTTPStatus.NOT_FOUND,
    transfer.TransferDeniedError: HTTPStatus.FORBIDDEN,
    transfer.TransferOverError: HTTPStatus.CONFLICT,
    transfer.LinkUnusableError: HTTPStatus.GONE,
    transfer.DestinationContradictedError: HTTPStatus.FORBIDDEN,
    transfer.CodeWrongError: HTTPStatus.FORBIDDEN,
    transfer.TermsNotAcceptedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    transfer.SessionOverError: HTTPStatus.UNAUTHORIZED,
    transfer.FileMissingError: HTTPStatus.NOT_FOUND,
    transfer.RangeUnsatisfiableError: HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
    transfer.PreconditionError: HTTPStatus.PRECONDITION_FAILED,
}

# What the rooms below raise, and what a stranger may know of it. The first that fits counts.
TRANSLATED: Final[tuple[tuple[type[Exception], type[GatewayError]], ...]] = (
    (CannotOpenError, api.NotHereError),
    (KeyShreddedError, api.ErasedError),
    (ObjectMissingError, api.ErasedError),
    (SuiteOverError, api.SealingOverError),
    (SealedError, api.UnavailableError),
    (KeysUnavailableError, api.UnavailableError),
    (ledger.LedgerUnavailableError, JournalUnavailableError),
    (ledger.NotValidError, JournalUnavailableError),
    (ledger.ErasedError, api.ErasedError),
    (ledger.NoSuchEntryError, api.NoSuchPageError),
    (ledger.NotInLedgerError, api.NoSuchPageError),
    (StoreFullError, intake.NoSpaceError),
    (StoreUnavailableError, api.UnavailableError),
    (RowsUnavailableError, api.UnavailableError),
    (web.HTTPNotFound, api.NoSuchPageError),
    (web.HTTPMethodNotAllowed, api.WrongMethodError),
    (web.HTTPRequestEntityTooLarge, api.TooLargeError),
)

HEADERS: Final[dict[type[GatewayError], Callable[[GatewayError], dict[str, str]]]] = {
    identity.NotSignedInError: lambda _: {"WWW-Authenticate": 'Bearer realm="drawbridge"'},
    identity.TooManyAttemptsError: lambda error: {"Retry-After": str(error.facts["retry_after_s"])},
    intake.UnsupportedVersionError: lambda _: {"Tus-Version": tus.VERSION},
    transfer.SessionOverError: lambda _: {"WWW-Authenticate": 'Bearer realm="drawbridge-download"'},
    transfer.RangeUnsatisfiableError: lambda error: {
        "Content-Range": f"bytes */{error.facts['size']}"
    },
    intake.UploadBusyError: lambda _: {"Retry-After": "2"},
    # The body was not read to its end, so the connection is of no more use.
    intake.UploadInterruptedError: lambda _: {"Connection": "close"},
}


def translated(error: Exception) -> GatewayError | None:
    """Return the public face of an error, None if it has none and is a bug."""
    if isinstance(error, GatewayError):
        return error
    for inner, outer in TRANSLATED:
        if isinstance(error, inner):
            face = outer()
            face.__cause__ = error
            return face
    return None


def status_of(error: GatewayError) -> int:
    """Return an error's status: its own row, else that of the nearest class above it."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def document(error: GatewayError) -> dict[str, Any]:
    """Return the problem document; facts come along as extension members."""
    problem: dict[str, Any] = {
        "type": f"/problems/{error.code}",
        "title": error.public(),
        "status": status_of(error),
    }
    if isinstance(error, api.InvalidRequestError | review.QuestionUnfitError) and error.fields:
        problem["errors"] = error.fields
    if isinstance(error, transfer.TransferDeniedError) and error.decision is not None:
        problem |= refusal(error.decision)
    return problem | dict(error.facts)


def problem(error: GatewayError) -> web.Response:
    """Return the response for an error; the reader learns the code and the remedy."""
    added = next((HEADERS[kind] for kind in type(error).__mro__ if kind in HEADERS), None)
    return web.json_response(
        document(error),
        status=status_of(error),
        content_type="application/problem+json",
        headers=added(error) if added else None,
    )


def known() -> Mapping[str, tuple[int, str]]:
    """Return every problem's status and sentence by its code, for pages and documents."""
    rows = {error.code: (int(status), error().public()) for error, status in STATUS.items()}
    return dict(sorted(rows.items()))


def page_of(code: str) -> str | None:
    """Return the page that explains a problem, None when there is no such code."""
    found = known().get(code)
    if found is None:
        return None
    status, sentence = found
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>{escape(code)}</title><h1>{escape(code)}</h1>"
        f"<p>{escape(sentence)}</p><p>HTTP status {status}</p></html>"
    )
