"""A filter finds the same entries in a database and in a heap of leaves."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.ledger import reading
from storage.ledger.database import reading as reading_from
from storage.ledger.filtering import Fact, Filter
from storage.ledger.skimming import skimmed
from tests.unit.gateway.review.leaves import COUNTRIES, KINDS, TRANSFERS, log_in

SIZE = 120


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(log_in(tmp_path_factory.mktemp("log"), SIZE))


def some(*values: str) -> st.SearchStrategy[str | None]:
    return st.one_of(st.none(), st.sampled_from(values))


MOMENTS = some("2026-11-01T00:00:00Z", "2026-11-02T05:00:00Z", "2026-11-04T00:00:00Z", "2027")
FILTERS = st.builds(
    Filter,
    before=st.one_of(st.none(), st.integers(0, SIZE)),
    after=st.one_of(st.none(), st.integers(0, SIZE)),
    since=MOMENTS,
    until=MOMENTS,
    kinds=st.lists(st.sampled_from([kind.value for kind in KINDS]), max_size=9).map(tuple),
    src=some(*COUNTRIES),
    dst=some(*COUNTRIES),
    observed=some("DE", "FR"),
    region=some("CN"),
    decision=some("allow", "deny", "review"),
    basis=some("gdpr.46,2", "nothing"),
    transfer=some(*TRANSFERS),
    transfers=st.one_of(st.none(), st.frozensets(st.sampled_from(TRANSFERS))),
    numbers=st.one_of(st.none(), st.frozensets(st.integers(0, SIZE))),
)


@given(wanted=FILTERS)
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_asked_of_the_database_and_of_the_leaves_the_answer_is_one(
    log: Path, wanted: Filter
) -> None:
    with reading_from(log) as database:
        heap = [(entry.number, entry.raw) for entry in reading.entries(database, 0, SIZE)]
        expected = [number for number, raw in heap if wanted.fits(number, skimmed(raw).told())]
        assert [number for number, _ in reading.scan(database, wanted, SIZE)] == expected
        page = reading.page(database, wanted, SIZE)
        assert [entry.number for entry in page] == expected[::-1]
        assert reading.count(database, wanted) == len(expected)
        tallies = reading.tally(database, wanted, (Fact.DST, Fact.DAY))
        assert sum(tally.count for tally in tallies) == len(expected)


def test_tallies_name_the_most_frequent_first(log: Path) -> None:
    with reading_from(log) as database:
        counts = [tally.count for tally in reading.tally(database, Filter(), (Fact.DST,))]
        days = reading.tally(database, Filter(), (Fact.DAY,))
    assert counts == sorted(counts, reverse=True)
    assert {day.values[0]: day.count for day in days}["2026-11-02"] == 24


def test_a_scan_goes_on_after_the_last(log: Path) -> None:
    with reading_from(log) as database:
        first = reading.scan(database, Filter(), 50)
        rest = reading.scan(database, Filter(after=first[-1][0]), SIZE)
    assert [number for number, _ in first + rest] == list(range(SIZE))
