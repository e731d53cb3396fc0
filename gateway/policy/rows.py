"""The rows of a law pack as its TOML holds them: every key known, every type checked.

Room: gateway/policy. Pure. docs/reference/law-packs.md explains each key.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")]
Term = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9_]{0,40}$")]
Words = Annotated[str, Field(min_length=1, max_length=400)]
Codes = Annotated[tuple[str, ...], Field(min_length=1)]


class Grade(StrEnum):
    """How a source was read."""

    A = "A"  # the primary text
    B = "B"  # a secondary source
    C = "C"  # from knowledge, to be read again
    D = "D"  # unsettled, or its date has passed


class Row(BaseModel):
    """A table of a pack: frozen, and every name in it is known."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Head(Row):
    """Which pack this is. A house pack can only make decisions stricter."""

    id: Name
    version: Annotated[str, Field(pattern=r"^[0-9a-z.]{1,20}$")]
    kind: Literal["law", "house"]
    title: Words


class Source(Row):
    """A text that rules rest on."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
    title: Words
    issuer: Words
    url: Words
    effective_from: date
    grade: Grade


class Citation(Row):
    """Where in a source."""

    id: str
    pin: Words


class Document(Row):
    """A paper that can be on file for a partner."""

    id: Term
    title: Words


class Handler(Row):
    """What the handler states of itself."""

    attests: tuple[Name, ...]


class Rule(Row):
    """One way from here to there, and what it takes; or, with outcome "deny", that there is none.

    Whatever is not asked for is not needed. ``to`` without the codes in ``except``. ``cleaned``
    asks that no cleaning was waived; ``within`` speaks only of ways that cross no border.
    """

    id: Name
    title: Words
    outcome: Literal["allow", "deny"] = "allow"
    origins: Codes = Field(alias="from")
    destinations: Codes = Field(alias="to")
    beside: tuple[str, ...] = Field(default=(), alias="except")
    mechanism: Term | None = None
    consent: bool = False
    documents: tuple[Term, ...] = ()
    attested: tuple[Name, ...] = ()
    categories: Codes = ("drawing", "description")
    cleaned: bool = False
    within: bool = False
    max_persons: Annotated[int, Field(ge=0)] | None = None
    effective_from: date
    effective_to: date | None = None
    review_by: date
    grade: Grade
    source: Annotated[tuple[Citation, ...], Field(min_length=1)]
    change: Words | None = None
    note: Words | None = None

    @model_validator(mode="after")
    def _an_allowing_rule_names_its_mechanism(self) -> "Rule":
        if self.outcome == "allow" and self.mechanism is None:
            raise ValueError("mechanism: a rule that allows names one")
        return self


class PackFile(Row):
    """One pack."""

    pack: Head
    handler: Handler = Handler(attests=())
    source: tuple[Source, ...] = ()
    document: tuple[Document, ...] = ()
    rule: Annotated[tuple[Rule, ...], Field(min_length=1)]


class CountryFile(Row):
    """Every code there is, and names for groups of them."""

    names: dict[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], Words]
    groups: dict[Annotated[str, Field(pattern=r"^[A-Z_]+$")], tuple[str, ...]]
