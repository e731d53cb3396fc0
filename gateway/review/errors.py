"""How reviewers are told no.

Room: gateway/review. Pure.
"""

from collections.abc import Sequence

from gateway.errors import GatewayError


class QuestionUnfitError(GatewayError):
    """A field of the question does not have the form it must have."""

    code = "question-unfit"

    def __init__(self, fields: Sequence[tuple[str, str]] = ()) -> None:
        """Keep which fields are wrong and how; never what stood in them."""
        super().__init__()
        self.fields = [{"field": field, "problem": problem} for field, problem in fields]


class ViewMissingError(GatewayError):
    """There is no such saved view of yours."""

    code = "view-missing"


class TooManyViewsError(GatewayError):
    """That is as many saved views as one reviewer may have. Remove one first."""

    code = "too-many-views"


class GrantMissingError(GatewayError):
    """There is no such grant, or it is over."""

    code = "grant-missing"


class GrantNotOpenError(GatewayError):
    """This grant was decided already, or ended."""

    code = "grant-not-open"


class SamePersonError(GatewayError):
    """Unsealing takes two pairs of eyes: somebody else must agree."""

    code = "same-person"


class FormatUnavailableError(GatewayError):
    """This gateway was installed without what this format needs. An operator can add it with
    "pip install drawbridge-gateway[parquet]"."""

    code = "format-unavailable"


class FormatUnknownError(GatewayError):
    """There is no such format. There are jsonl, csv, parquet, ocsf, cef, syslog, cloudevents and
    ecs."""

    code = "format-unknown"
