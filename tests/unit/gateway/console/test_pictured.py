"""Pictures say what the numbers say."""

from datetime import UTC, datetime

import pytest

from gateway.console.pictured import bars, presets, sankey
from gateway.review.finding import Day, Flow
from gateway.review.question import Question


def test_nothing_is_drawn_of_nothing() -> None:
    assert sankey([]) is None
    assert bars([]) == []


def test_a_band_is_as_thick_as_its_count_and_leaves_and_enters_its_countries() -> None:
    drawn = sankey(
        [
            Flow("CN", "DE", "a", "allow", 20, 0),
            Flow("CN", "DE", "b", "allow", 10, 0),
            Flow("CN", "US", None, "deny", 15, 0),
        ]
    )
    assert drawn is not None
    sent, denied = drawn.bands
    assert (sent.count, denied.count) == (30, 15)
    assert sent.thickness == pytest.approx(2 * denied.thickness, abs=0.2)
    (china,) = [node for node in drawn.nodes if node.origin]
    assert china.height == pytest.approx(sent.thickness + denied.thickness, abs=0.2)
    assert all(node.y >= 0 and node.y + node.height <= drawn.height for node in drawn.nodes)


def test_what_happened_once_can_still_be_seen_beside_what_happened_often() -> None:
    drawn = sankey(
        [Flow("CN", "DE", None, "allow", 100_000, 0), Flow("CN", "US", None, "deny", 1, 0)]
    )
    assert drawn is not None
    assert min(band.thickness for band in drawn.bands) == 3


def test_bars_are_measured_by_the_greatest_day() -> None:
    days = [Day("2026-11-01", 3, 1, 9, 0), Day("2026-11-02", 1, 1, 4, 0)]
    first, second = bars(days)
    assert (first.allowed_percent, first.denied_percent) == (75, 25)
    assert (second.allowed_percent, second.denied_percent) == (25, 25)


def test_last_month_ends_where_this_one_begins_also_in_january() -> None:
    spans = {n: t for n, t, _ in presets(Question(dst="DE"), datetime(2026, 1, 31, 5, tzinfo=UTC))}
    assert spans["last_month"] == "since=2025-12-01T00:00:00Z&until=2026-01-01T00:00:00Z&dst=DE"
    assert spans["ever"] == "dst=DE"
    chosen = presets(Question(), datetime(2026, 1, 31, tzinfo=UTC))
    assert [name for name, _, asked in chosen if asked] == ["ever"]
