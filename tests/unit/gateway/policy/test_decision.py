"""Decisions: every no has its reason, no missing fact ever helps, the same question is answered
the same."""

import dataclasses
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from config.packs import read_law
from gateway.policy.decision import REMEDIES, SENTENCES, Decision, decide
from gateway.policy.facts import Consent, Facts
from gateway.policy.pack import Law, read
from tests.unit.gateway.policy.laws import NOW, facts, law, pack, rule

SHIPPED = read(read_law())
FIELDS = [field.name for field in dataclasses.fields(Facts)]


def codes(decision: Decision) -> list[str]:
    return [reason.code for reason in decision.reasons]


def test_a_way_with_everything_it_asks_for_is_open() -> None:
    decision = decide(facts(), law())
    assert decision.allowed
    assert (decision.mechanism, decision.basis, decision.policy) == ("MECHANISM", "way", "one:1")
    assert decision.sources == ("The Act, 1 (https://law.example/act)",)
    assert decision.reasons == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"now": None}, "time-unknown"),
        ({"origin": None}, "origin-unknown"),
        ({"origin": "ZZ"}, "origin-unknown"),
        ({"destination": None}, "destination-unknown"),
        ({"destination": "ZZ"}, "destination-unknown"),
        ({"destination": "CC"}, "no-rule"),
        ({"partner_blocked": None}, "partner-unknown"),
        ({"partner_blocked": True}, "partner-blocked"),
        ({"released": None}, "not-released"),
        ({"released": False}, "not-released"),
        ({"categories": None}, "contents-unknown"),
        ({"categories": frozenset()}, "contents-unknown"),
        ({"categories": frozenset({"drawing", "passport"})}, "contents-not-covered"),
        ({"consent": None}, "consent-missing"),
        ({"consent": Consent("", "notice", NOW)}, "consent-incomplete"),
        ({"consent": Consent("making", "", NOW)}, "consent-incomplete"),
        ({"consent": Consent("making", "n", NOW + timedelta(seconds=1))}, "consent-not-yet"),
        ({"consent": Consent("making", "n", NOW, NOW)}, "consent-withdrawn"),
        ({"documents": None}, "document-missing"),
        ({"documents": {}}, "document-missing"),
        ({"documents": {"PAPER": date(2026, 5, 31)}}, "document-expired"),
        ({"attested": None}, "not-attested"),
        ({"attested": frozenset()}, "not-attested"),
        ({"persons": None}, "persons-unknown"),
        ({"persons": 11}, "too-many-persons"),
        ({"now": NOW.replace(year=2025)}, "not-in-force"),
        ({"now": NOW.replace(year=2027)}, "not-in-force"),
        ({"now": NOW.replace(month=9, day=2)}, "stale"),
    ],
)
def test_what_is_missing_is_told_with_its_source_and_remedy(
    changes: dict[str, Any], code: str
) -> None:
    decision = decide(facts(**changes), law())
    assert not decision.allowed
    assert decision.mechanism is None
    assert code in codes(decision)
    told = next(reason for reason in decision.reasons if reason.code == code)
    assert told.sentence == SENTENCES[code]
    if told.rule:
        assert told.source == "The Act, 1 (https://law.example/act)"
    if code in REMEDIES:
        assert REMEDIES[code] in decision.what_would_change


@pytest.mark.parametrize("grade", ["C", "D"])
def test_a_rule_whose_source_nobody_has_read_allows_nothing(grade: str) -> None:
    decision = decide(facts(), law(rule(grade=f'"{grade}"')))
    assert codes(decision) == ["not-read"]


def test_the_last_day_of_a_rule_a_review_and_a_paper_still_counts() -> None:
    last = facts(now=NOW.replace(month=9, day=1), documents={"PAPER": date(2026, 9, 1)})
    assert decide(last, law()).allowed


def test_of_two_ways_the_open_one_is_taken_and_else_the_one_that_lacks_least() -> None:
    both = law(rule(id='"narrow"', documents='["PAPER"]'), rule(id='"wide"', documents=None))
    assert decide(facts(documents={}), both).basis == "wide"
    neither = decide(facts(documents={}, consent=None), both)
    assert {reason.rule for reason in neither.reasons} == {"wide"}


def test_a_rule_that_forbids_wins_over_every_rule_that_allows() -> None:
    forbids = rule(id='"closed"', outcome='"deny"', mechanism=None, grade='"D"')
    assert codes(decide(facts(), law(rule(), forbids))) == ["denied-by-rule"]
    late = NOW.replace(month=9, day=2)  # a review that is late does not open what is closed
    assert "denied-by-rule" in codes(decide(facts(now=late), law(rule(), forbids)))
    past = rule(id='"closed"', outcome='"deny"', mechanism=None, effective_to="2026-05-31")
    assert decide(facts(), law(rule(), past)).allowed


def test_a_house_pack_can_only_make_it_stricter() -> None:
    stricter = pack(rule(id='"ours"', max_persons="3"), name="house", kind="house")
    assert codes(decide(facts(), law(house=stricter))) == ["too-many-persons"]
    assert decide(facts(persons=3), law(house=stricter)).basis == "ours+way"
    alone = pack(rule(id='"ours"', to='["CC"]'), name="house", kind="house")
    assert codes(decide(facts(destination="CC"), law(house=alone))) == ["no-rule"]


FACTS = st.builds(
    Facts,
    origin=st.sampled_from([None, "AA", "BB", "CC", "ZZ"]),
    destination=st.sampled_from([None, "AA", "BB", "CC", "ZZ"]),
    now=st.sampled_from([None, NOW, NOW.replace(year=2025), NOW.replace(month=10)]),
    partner_blocked=st.sampled_from([None, False, True]),
    released=st.sampled_from([None, False, True]),
    consent=st.sampled_from(
        [None, Consent("making", "n", NOW), Consent("", "n", NOW), Consent("m", "n", NOW, NOW)]
    ),
    categories=st.sampled_from([None, frozenset({"drawing"}), frozenset({"drawing", "x"})]),
    documents=st.sampled_from([None, {}, {"PAPER": NOW.date()}, {"PAPER": date(2020, 1, 1)}]),
    attested=st.sampled_from([None, frozenset(), frozenset({"harmless"})]),
    persons=st.sampled_from([None, 0, 10, 11]),
)
LAWS = [
    law(),
    law(rule(), rule(id='"closed"', outcome='"deny"', mechanism=None)),
    law(rule(from_='["@PAIR"]', to='["*"]', except_='["AA"]', consent=None, documents=None)),
    law(house=pack(rule(id='"ours"', from_='["*"]', to='["*"]'), name="house", kind="house")),
]


@given(asked=FACTS, by=st.sampled_from(LAWS), taken=st.sampled_from(FIELDS))
@example(asked=facts(), by=LAWS[0], taken="consent")
@example(asked=facts(), by=LAWS[1], taken="destination")
@settings(max_examples=400, derandomize=True, deadline=None)
def test_taking_a_fact_away_never_turns_no_into_yes(asked: Facts, by: Law, taken: str) -> None:
    if not decide(asked, by).allowed:
        assert not decide(dataclasses.replace(asked, **{taken: None}), by).allowed


@given(asked=FACTS, by=st.sampled_from(LAWS))
@example(asked=facts(), by=LAWS[0])
@settings(max_examples=200, derandomize=True, deadline=None)
def test_the_same_question_has_the_same_answer_and_every_no_a_reason(asked: Facts, by: Law) -> None:
    first, second = decide(asked, by), decide(asked, by)
    assert first == second
    assert first.allowed == (not first.reasons)
    assert all(reason.sentence for reason in first.reasons)


@pytest.mark.parametrize("taken", [name for name in FIELDS if name != "documents"])
def test_every_fact_of_the_shipped_way_abroad_is_needed(taken: str) -> None:
    asked = facts(
        origin="CN", destination="DE", attested=SHIPPED.attests, persons=1, documents=None
    )
    assert decide(asked, SHIPPED).allowed
    assert not decide(dataclasses.replace(asked, **{taken: None}), SHIPPED).allowed


@pytest.mark.parametrize(
    ("origin", "to", "persons", "papers", "basis"),
    [
        ("CN", "DE", 99_999, [], "cn-out-few"),
        ("CN", "DE", 100_000, [], "too-many-persons"),
        ("CN", "HK", 1, [], "cn-out-few"),  # Hong Kong is outside the Mainland
        ("CN", "DE", 100_000, ["CN_SCC", "CN_PIPIA"], "cn-out-standard-contract"),
        ("CN", "DE", 1_000_000, ["CN_SCC", "CN_PIPIA"], "too-many-persons"),
        ("CN", "CN", 1, [], "cn-inside"),
        ("DE", "FR", 1, [], "eu-inside"),
        ("DE", "CH", 1, [], "eu-adequate"),
        ("DE", "US", 1, [], "document-missing"),
        ("DE", "US", 1, ["US_DPF"], "eu-adequate-us"),
        ("DE", "CN", 1, [], "document-missing"),
        ("DE", "CN", 1, ["EU_SCC", "EU_TIA"], "eu-clauses"),
        ("US", "CN", 100_000, [], "us-concern"),
        ("US", "CN", 100_001, [], "too-many-persons"),
        ("HK", "CN", 1, [], "no-rule"),
        ("HK", "HK", 1, [], "not-read"),
    ],
)
def test_the_shipped_law_at_its_edges(
    origin: str, to: str, persons: int, papers: list[str], basis: str
) -> None:
    asked = facts(
        origin=origin,
        destination=to,
        persons=persons,
        documents=dict.fromkeys(papers, date.max),
        attested=SHIPPED.attests,
    )
    assert basis in decide(asked, SHIPPED).basis.split("+")


def test_a_rule_that_asks_for_clean_drawings_allows_none_whose_cleaning_was_waived() -> None:
    asks = law(rule(cleaned="true"))
    assert decide(facts(), asks).allowed
    for cleaned in (False, None):
        decision = decide(facts(cleaned=cleaned), asks)
        assert [one.code for one in decision.reasons] == ["not-cleaned"]
        assert decision.what_would_change
        assert decide(facts(cleaned=cleaned), law()).allowed


def test_a_rule_within_countries_speaks_of_no_border() -> None:
    within = law(rule(from_='["*"]', to='["*"]', within="true"))
    assert [one.code for one in decide(facts(), within).reasons] == ["no-rule"]
    assert decide(facts(destination="AA"), within).allowed


def test_the_house_lets_an_uncleaned_drawing_cross_no_border() -> None:
    consent = Consent("making", "notice", datetime(2026, 12, 1, tzinfo=UTC))
    asked = facts(
        origin="CN",
        now=datetime(2026, 12, 1, tzinfo=UTC),
        consent=consent,
        attested=SHIPPED.attests,
        cleaned=False,
    )
    home = decide(dataclasses.replace(asked, destination="CN"), SHIPPED)
    abroad = decide(dataclasses.replace(asked, destination="DE"), SHIPPED)
    assert home.allowed
    assert "house-consent-at-home" in home.basis
    assert not abroad.allowed
    assert {one.code for one in abroad.reasons} == {"not-cleaned"}
    assert decide(dataclasses.replace(asked, destination="DE", cleaned=True), SHIPPED).allowed
