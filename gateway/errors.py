"""Every way the gateway says no, as one family.

Room: gateway. A class's docstring is what the caller is told, so it holds no names,
paths or values. What happened inside goes into ``__cause__``. HTTP status codes are not
here: gateway.api.problems gives each error its own.
"""

from inspect import cleandoc
from typing import ClassVar


class GatewayError(Exception):
    """The request could not be carried out."""

    code: ClassVar[str] = "error"  # stable: clients and tests may rely on it

    def __init__(self, **facts: str | int) -> None:
        """Keep ``facts`` (offsets, limits, field names; nothing personal) for the reader."""
        super().__init__()
        self.facts = facts

    def public(self) -> str:
        """Return the sentence that may leave the house."""
        return cleandoc(type(self).__doc__ or "")
