"""Every way a transfer can be refused.

Room: gateway/transfer. Pure.
"""

from gateway.errors import GatewayError
from gateway.policy.decision import Decision


class PartnerUnknownError(GatewayError):
    """There is no such partner. Give its id, or its name exactly as it was added."""

    code = "partner-unknown"


class PartnerKnownError(GatewayError):
    """There is a partner of this name already."""

    code = "partner-known"


class CountryUnknownError(GatewayError):
    """This is no country of the law packs. Give an ISO 3166-1 code of two capital letters."""

    code = "country-unknown"


class DocumentUnknownError(GatewayError):
    """No law pack knows a paper of this name."""

    code = "document-unknown"


class ConsentMissingError(GatewayError):
    """There is no such consent."""

    code = "consent-missing"


class TransferMissingError(GatewayError):
    """There is no such transfer."""

    code = "transfer-missing"


class TransferDeniedError(GatewayError):
    """This part may not go to this partner. The decision says why, and what would change it."""

    code = "transfer-denied"

    def __init__(self, transfer: str = "", decision: Decision | None = None) -> None:
        """Keep the decision: its reasons go out with the refusal."""
        super().__init__(transfer=transfer)
        self.decision = decision


class TransferOverError(GatewayError):
    """This transfer's link can no longer be opened, so it cannot be extended. Order another."""

    code = "transfer-over"


class LinkUnusableError(GatewayError):
    """This link cannot be opened. It may be incomplete, used up, expired or withdrawn; which of
    these it is cannot be told here. Copy the whole link, or ask whoever sent it for a new one."""

    code = "link-unusable"


class DestinationContradictedError(GatewayError):
    """This link may be opened in the agreed country only, and this request seems to come from
    another one. Nothing was used up. If that is not so, tell whoever sent the link."""

    code = "destination-contradicted"


class CodeWrongError(GatewayError):
    """This link needs the access code that its sender gave you by another way."""

    code = "code-wrong"


class TermsNotAcceptedError(GatewayError):
    """The link opens only for those who accept its terms."""

    code = "terms-not-accepted"


class SessionOverError(GatewayError):
    """This download session is unknown or over. Open the link again, or ask for a new one."""

    code = "session-over"


class FileMissingError(GatewayError):
    """This link holds no such file."""

    code = "file-missing"


class RangeUnsatisfiableError(GatewayError):
    """The file has no such range of bytes."""

    code = "range-unsatisfiable"


class PreconditionError(GatewayError):
    """The file is not the one you named in If-Match."""

    code = "precondition-failed"


class StreamCutError(Exception):
    """A running stream was cut: what it rested on has ended. Never a whole answer."""
