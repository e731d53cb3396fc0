"""May this go there? Facts and law in, an answer with its reasons out.

Room: gateway/policy. Pure, so that a decision can be replayed: the same facts and the same law
give the same answer, whoever asks and whenever.

    route known?  --  deny rules in force?  --  for every pack that speaks of this way:
                      one rule in force, fresh, well sourced, with all it asks for

Packs are added up, never weighed: each that has a rule for the way must be satisfied, at least one
of them a law pack. Every condition needs a fact to hold; so a fact taken away can turn yes into
no, and never no into yes (a property test keeps it).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from gateway.policy.facts import Facts
from gateway.policy.pack import Law, Pack, Route
from gateway.policy.rows import Grade, Rule

# What may allow: grades whose source somebody has read.
READ: Final = frozenset({Grade.A, Grade.B})

# Reason codes are stable: clients, the log and the console rely on them.
SENTENCES: Final = {
    "time-unknown": "It is not known what time it is, so no rule can be in force.",
    "origin-unknown": "Where the part comes from is not a country of this law.",
    "destination-unknown": "Where the part would go is not a country of this law.",
    "partner-unknown": "It is not known whether this partner may receive anything.",
    "partner-blocked": "This partner is blocked.",
    "not-released": "The part is not released.",
    "no-rule": "No rule of the law speaks of this way, so it is closed.",
    "denied-by-rule": "A rule forbids this way.",
    "not-in-force": "The rule for this way is not in force today.",
    "stale": "The rule for this way should have been reviewed and was not.",
    "not-read": "Nobody has read the source of the rule for this way, so it allows nothing.",
    "consent-missing": "The customer's consent to this partner is missing.",
    "consent-incomplete": "The consent does not say for what it is, or what was told before it.",
    "consent-not-yet": "The consent begins later than now.",
    "consent-withdrawn": "The customer's consent to this partner was withdrawn.",
    "document-missing": "A paper that this way needs is not on file for the partner.",
    "document-expired": "A paper on file for the partner is no longer good.",
    "not-attested": "The handler does not state what this way needs it to state.",
    "contents-unknown": "It is not known what the part holds.",
    "contents-not-covered": "The part holds something that the rule for this way does not cover.",
    "not-cleaned": "A drawing was not cleaned: waived by its owner. This way is for cleaned ones.",
    "persons-unknown": "It is not known of how many persons data went abroad this year.",
    "too-many-persons": "Data of too many persons went abroad this year for this way.",
}
REMEDIES: Final = {
    "partner-blocked": "Unblock the partner.",
    "not-released": "Approve the part first.",
    "no-rule": "Choose a partner in another country, or add a rule for this way to a law pack.",
    "denied-by-rule": "Choose a partner in another country.",
    "not-in-force": "Wait until the rule is in force, or add the one that took its place.",
    "stale": "Review the rule against its source and set a new review_by.",
    "not-read": "Read the source and raise the rule's grade in a law pack of your own.",
    "consent-missing": "Record the customer's consent to this partner.",
    "consent-incomplete": "Ask for the consent again.",
    "consent-withdrawn": "Ask for a new consent.",
    "document-missing": "Put the paper on file for the partner.",
    "document-expired": "Renew the paper and put it on file.",
    "not-attested": "State it in a house pack, if it is true.",
    "contents-not-covered": "Send only what the rule covers.",
    "not-cleaned": "Send an export that can be cleaned, or a partner in the same country.",
    "too-many-persons": "Use a way for more persons.",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not: a stable code, a sentence, the rule and the source it comes from, what it is about.

    ``about`` names a document, a statement or a category; never a person.
    """

    code: str
    rule: str = ""
    source: str = ""
    about: str = ""

    @property
    def sentence(self) -> str:
        """What people are told."""
        return SENTENCES[self.code]

    @property
    def remedy(self) -> str | None:
        """What would change it, if anything the caller can do does."""
        return REMEDIES.get(self.code)


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer. ``policy`` names the packs asked, ``basis`` the rules that allow or deny."""

    allowed: bool
    origin: str | None
    destination: str | None
    policy: str
    law_sha256: str
    basis: str
    mechanism: str | None = None
    sources: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()

    @property
    def what_would_change(self) -> tuple[str, ...]:
        """What would turn a no into a yes, each once, in the order of the reasons."""
        return tuple(dict.fromkeys(one.remedy for one in self.reasons if one.remedy))


def decide(facts: Facts, law: Law) -> Decision:
    """Return whether what the facts describe may go, and why."""
    speaking = [(pack, list(_routes(pack, facts))) for pack in law.packs]
    speaking = [(pack, routes) for pack, routes in speaking if routes]
    policy = "+".join(pack.name for pack, _ in speaking) or f"law:{law.sha256[:16]}"
    reasons = [Reason(code) for code in _plain(facts, law)]
    if not any(pack.head.kind == "law" for pack, _ in speaking):
        reasons.append(Reason("no-rule"))
    chosen: list[tuple[Pack, Rule]] = []
    for pack, routes in speaking:
        good, against = _one_pack(pack, routes, facts)
        reasons += against
        if good is not None:
            chosen.append((pack, good))
    allowed = not reasons
    laws = [rule for pack, rule in chosen if pack.head.kind == "law"]
    return Decision(
        allowed=allowed,
        origin=facts.origin,
        destination=facts.destination,
        policy=policy[:128],
        law_sha256=law.sha256,
        basis="+".join(rule.id for _, rule in chosen)[:128] if allowed else reasons[0].code,
        mechanism=laws[0].mechanism if allowed else None,
        sources=tuple(_cited(pack, rule) for pack, rule in chosen) if allowed else (),
        reasons=tuple(dict.fromkeys(reasons)),
    )


def _plain(facts: Facts, law: Law) -> Iterator[str]:
    """Yield what is wrong before any rule is read."""
    if facts.now is None:
        yield "time-unknown"
    if facts.origin not in law.countries:
        yield "origin-unknown"
    if facts.destination not in law.countries:
        yield "destination-unknown"
    if facts.partner_blocked is None:
        yield "partner-unknown"
    elif facts.partner_blocked:
        yield "partner-blocked"
    if not facts.released:
        yield "not-released"
    if not facts.categories:
        yield "contents-unknown"


def _routes(pack: Pack, facts: Facts) -> Iterator[Route]:
    if facts.origin is not None and facts.destination is not None:
        for route in pack.routes:
            if route.covers(facts.origin, facts.destination):
                yield route


def _one_pack(pack: Pack, routes: list[Route], facts: Facts) -> tuple[Rule | None, list[Reason]]:
    """Return the first rule of a pack that allows, or why none does."""
    forbidding = [
        Reason("denied-by-rule", route.rule.id, _cited(pack, route.rule))
        for route in routes
        if route.rule.outcome == "deny" and not _surely_not_in_force(route.rule, facts)
    ]
    if forbidding:
        return None, forbidding
    shortest: list[Reason] | None = None
    for route in routes:
        if route.rule.outcome != "allow":
            continue
        lacking = [
            Reason(code, route.rule.id, _cited(pack, route.rule), about)
            for code, about in _lacking(route.rule, facts)
        ]
        if not lacking:
            return route.rule, []
        # The way that lacks least is the one to tell of.
        if shortest is None or len(lacking) < len(shortest):
            shortest = lacking
    return None, shortest or []


def _surely_not_in_force(rule: Rule, facts: Facts) -> bool:
    # A rule that forbids holds while in doubt: nobody forgot it by being late with a review.
    if facts.now is None:
        return False
    today = facts.now.date()
    return today < rule.effective_from or (
        rule.effective_to is not None and today > rule.effective_to
    )


def _lacking(rule: Rule, facts: Facts) -> Iterator[tuple[str, str]]:
    """Yield what a rule asks for and the facts do not give: a reason code, and what it is about."""
    if rule.grade not in READ:
        yield "not-read", ""
    if facts.now is None:
        return
    yield from _out_of_time(rule, facts, facts.now.date())
    if rule.consent:
        yield from ((code, "") for code in _consent(facts))
    yield from _missing_papers(rule, facts, facts.now.date())
    for statement in rule.attested:
        if statement not in (facts.attested or ()):
            yield "not-attested", statement
    yield from _beyond_scope(rule, facts)


def _out_of_time(rule: Rule, facts: Facts, today: date) -> Iterator[tuple[str, str]]:
    if _surely_not_in_force(rule, facts):
        yield "not-in-force", ""
    elif today > rule.review_by:
        yield "stale", rule.review_by.isoformat()


def _missing_papers(rule: Rule, facts: Facts, today: date) -> Iterator[tuple[str, str]]:
    papers = facts.documents or {}
    for paper in rule.documents:
        if paper not in papers:
            yield "document-missing", paper
        elif today > papers[paper]:
            yield "document-expired", paper


def _beyond_scope(rule: Rule, facts: Facts) -> Iterator[tuple[str, str]]:
    for category in sorted((facts.categories or frozenset()) - set(rule.categories)):
        yield "contents-not-covered", category
    if rule.cleaned and facts.cleaned is not True:
        yield "not-cleaned", ""
    if rule.max_persons is not None:
        if facts.persons is None:
            yield "persons-unknown", ""
        elif facts.persons > rule.max_persons:
            yield "too-many-persons", str(rule.max_persons)


def _consent(facts: Facts) -> Iterator[str]:
    consent, now = facts.consent, facts.now
    if consent is None or now is None:
        yield "consent-missing"
    elif not consent.complete:
        yield "consent-incomplete"
    elif consent.withdrawn_at is not None:
        yield "consent-withdrawn"
    elif consent.given_at > now:
        yield "consent-not-yet"


def _cited(pack: Pack, rule: Rule) -> str:
    return "; ".join(
        f"{pack.sources[one.id].title}, {one.pin} ({pack.sources[one.id].url})"
        for one in rule.source
    )
