"""Who somebody is to the gateway, and what that lets them do.

Room: gateway/identity. Pure. Handlers ask ``gateway.api.auth`` for the Caller of a request.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from storage.ids import SubjectId


class Role(StrEnum):
    """What an account is for."""

    ADMIN = "admin"
    CUSTOMER = "customer"
    REVIEWER = "reviewer"
    OFFICER = "officer"


# Whom an account may act as. The administrator runs the command line for a whole small works.
ACTS_AS: Final[Mapping[Role, frozenset[Role]]] = {
    Role.ADMIN: frozenset(Role),
    Role.CUSTOMER: frozenset({Role.CUSTOMER}),
    Role.REVIEWER: frozenset({Role.REVIEWER}),
    Role.OFFICER: frozenset({Role.OFFICER, Role.REVIEWER}),
}


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated account. ``session`` is the hash of a browser session, None for a key."""

    account: str
    subject: SubjectId
    role: Role
    session: str | None = None

    def may_act_as(self, roles: frozenset[Role]) -> bool:
        """Return whether this account may do what is open to any of ``roles``."""
        return bool(ACTS_AS[self.role] & roles)
