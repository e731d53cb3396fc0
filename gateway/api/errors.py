"""Refusals that belong to no room but HTTP's own.

Room: gateway/api. Pure.
"""

from gateway.errors import GatewayError


class InvalidRequestError(GatewayError):
    """The request's content does not have the required form."""

    code = "invalid-request"

    def __init__(self, fields: list[dict[str, str]] | None = None) -> None:
        """Keep which fields are wrong and how; never what stood in them."""
        super().__init__()
        self.fields = fields or []


class NotJsonError(GatewayError):
    """Send the request's content as application/json."""

    code = "not-json"


class NoSuchPageError(GatewayError):
    """There is nothing here."""

    code = "not-found"


class WrongMethodError(GatewayError):
    """This cannot be done here; see the Allow header."""

    code = "method-not-allowed"


class TooLargeError(GatewayError):
    """The request's content is too large."""

    code = "request-too-large"


class InternalError(GatewayError):
    """Something went wrong here. It was logged under the request's id."""

    code = "internal"


class NotHereError(GatewayError):
    """This node receives and seals; it cannot open what it holds. Ask the main gateway."""

    code = "cannot-open-here"


class ErasedError(GatewayError):
    """This was erased, and nobody can bring it back."""

    code = "erased"


class SealingOverError(GatewayError):
    """This gateway may seal nothing new: its format has had its last day. Its operator must act."""

    code = "sealing-over"


class UnavailableError(GatewayError):
    """The gateway cannot do this safely at the moment, so it does not do it. Try again later."""

    code = "unavailable"
