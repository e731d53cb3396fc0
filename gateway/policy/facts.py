"""What a decision is made of: facts, each of which may be unknown.

Room: gateway/policy. Pure. None stands for "not known", and what is not known never helps.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Consent:
    """A subject's recorded consent to one partner. ``notice`` is the SHA-256 of what was shown."""

    purpose: str
    notice: str
    given_at: datetime
    withdrawn_at: datetime | None = None

    @property
    def complete(self) -> bool:
        """Whether it says for what, and what was told before."""
        return bool(self.purpose and self.notice)


@dataclass(frozen=True, slots=True)
class Facts:
    """One question: may these things go from here to there now?

    ``origin`` and ``destination`` are ISO 3166-1 alpha-2 codes. ``documents`` are the papers on
    file for the partner with the last day each is good for. ``attested`` is what the handler
    states of itself. ``categories`` are the kinds of things that go. ``persons`` counts the
    distinct people whose things went abroad since 1 January, this one included. ``cleaned`` says
    that the people were taken out of all that goes; False when an owner waived it for something.
    """

    origin: str | None = None
    destination: str | None = None
    now: datetime | None = None
    partner_blocked: bool | None = None
    released: bool | None = None
    consent: Consent | None = None
    categories: frozenset[str] | None = None
    documents: Mapping[str, date] | None = None
    attested: frozenset[str] | None = None
    persons: int | None = None
    cleaned: bool | None = None
