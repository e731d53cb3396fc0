"""A question to the log: what a reviewer looks for, as a URL says it.

Room: gateway/review. Pure. A saved view, a link to a search, the query of an export's manifest and
the scope of a grant are all the same text: ``Question.text``, which ``Question.parse`` reads again.

    since=2026-11-01T00:00:00Z&kind=download.completed&dst=DE&decision=allow

Times are UTC. ``since`` is inclusive, ``until`` exclusive; a plain date as ``until`` means to the
end of that day. ``partner``, ``part`` and ``link`` stand in no leaf; gateway.review.finding turns
them into the transfers they belong to.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl, urlencode

from gateway.review.errors import QuestionUnfitError
from storage.ledger.events import EventKind
from storage.ledger.filtering import Filter
from storage.ledger.leaf import SHAPES

MAX_TEXT_CHARS: Final = 4096
MAX_KINDS: Final = len(EventKind)

_ID: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
# What each field must look like.
_FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    "partner": _ID,
    "part": _ID,
    "transfer": SHAPES["x"],
    "link": re.compile(r"[0-9a-f]{64}"),
    "src": SHAPES["src"],
    "dst": SHAPES["dst"],
    "observed": SHAPES["obs"],
    "region": SHAPES["reg"],
    "decision": SHAPES["dec"],
    "basis": SHAPES["basis"],
}
_UPPER: Final = frozenset({"src", "dst", "observed", "region"})


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for; what is None or empty is not asked about."""

    since: datetime | None = None
    until: datetime | None = None
    kinds: tuple[str, ...] = ()
    partner: str | None = None
    part: str | None = None
    transfer: str | None = None
    link: str | None = None
    src: str | None = None
    dst: str | None = None
    observed: str | None = None
    region: str | None = None
    decision: str | None = None
    basis: str | None = None

    @classmethod
    def parse(cls, untrusted_text: str) -> "Question":
        """Return the question of a URL's query.

        Raises:
            QuestionUnfitError: names the fields that do not fit.
        """
        if len(untrusted_text) > MAX_TEXT_CHARS:
            raise QuestionUnfitError([("question", "too long")])
        return cls.read(parse_qsl(untrusted_text.removeprefix("?"), keep_blank_values=True))

    @classmethod
    def read(cls, untrusted_pairs: Iterable[tuple[str, str]]) -> "Question":
        """Return the question of names and values; empty values ask nothing.

        Raises:
            QuestionUnfitError: a name is unknown or given twice, or a value does not fit.
        """
        given: dict[str, str] = {}
        kinds: dict[str, None] = {}
        problems: list[tuple[str, str]] = []
        for name, value in untrusted_pairs:
            text = value.strip()
            if not text:
                continue
            if name == "kind":
                kinds[text] = None
            elif name not in _NAMES:
                problems.append((name[:32], "there is no such field"))
            elif name in given:
                problems.append((name, "given twice"))
            else:
                given[name] = text.upper() if name in _UPPER else text
        problems += [("kind", "no such kind of entry")] * any(
            kind not in set(EventKind) for kind in kinds
        )
        problems += [
            (name, "not of the form it has")
            for name, form in _FORMS.items()
            if name in given and form.fullmatch(given[name]) is None
        ]
        since, until = (_moment(name, given.pop(name, None), problems) for name in _TIMES)
        if problems:
            raise QuestionUnfitError(problems)
        asked = cls(since, until, tuple(sorted(kinds)))
        # The names left are those of _FORMS, and each of these fields is a text.
        return replace(asked, **given)  # type: ignore[arg-type]

    @property
    def text(self) -> str:
        """The question as a URL's query: one text for one question."""
        pairs: list[tuple[str, str]] = []
        for name in _TIMES:
            moment: datetime | None = getattr(self, name)
            if moment is not None:
                pairs.append((name, stamp(moment)))
        pairs += [("kind", kind) for kind in self.kinds]
        for name in _FORMS:
            value: str | None = getattr(self, name)
            if value is not None:
                pairs.append((name, value))
        return urlencode(pairs, safe=":,/")

    def of_leaves(self) -> Filter:
        """Return what of the question leaves can answer: all but partner, part and link."""
        return Filter(
            since=stamp(self.since) if self.since else None,
            until=stamp(self.until) if self.until else None,
            kinds=self.kinds,
            src=self.src,
            dst=self.dst,
            observed=self.observed,
            region=self.region,
            decision=self.decision,
            basis=self.basis,
            transfer=self.transfer,
        )

    @property
    def of_leaves_alone(self) -> bool:
        """Whether leaves alone answer it, so that anybody with the log can ask it again."""
        return self.partner is None and self.part is None and self.link is None


_TIMES: Final = ("since", "until")
_NAMES: Final = frozenset({field.name for field in fields(Question)} - {"kinds"})


def stamp(moment: datetime) -> str:
    """Return a moment as leaves write it: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(name: str, untrusted: str | None, problems: list[tuple[str, str]]) -> datetime | None:
    if untrusted is None:
        return None
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", untrusted):
            day = date.fromisoformat(untrusted)
            found = datetime(day.year, day.month, day.day, tzinfo=UTC)
            return found + timedelta(days=1) if name == "until" else found
        # A plus sign of an offset may have become a space on its way through a URL.
        text = untrusted.replace(" ", "+") if "T" in untrusted else untrusted
        found = datetime.fromisoformat(text)
        found = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
        return found.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        problems.append((name, "not a date or time"))
        return None
