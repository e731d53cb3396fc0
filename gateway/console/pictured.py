"""Pictures of the log as plain geometry: bands from origin to destination, bars for days.

Room: gateway/console. Pure. Templates draw what this returns as SVG, so that pictures need no
script, follow the reader's colours, and hold links that a keyboard reaches. Every picture has a
table beside it that says the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from gateway.review.finding import Day, Flow
from gateway.review.question import Question

# The Sankey's canvas; the page scales it.
WIDTH: Final = 640
HEIGHT: Final = 300
_GAP: Final = 14.0
_NODE: Final = 10.0
_MARGIN: Final = 72.0
# No band and no node is drawn thinner: what happened once can still be pointed at.
_THINNEST: Final = 3.0
# So many days are drawn, the newest.
DAYS: Final = 92


@dataclass(frozen=True, slots=True)
class Node:
    """A country on one side."""

    code: str
    x: float
    y: float
    height: float
    origin: bool


@dataclass(frozen=True, slots=True)
class Band:
    """What went, or did not go, between two countries; ``path`` is its outline."""

    src: str
    dst: str
    decision: str | None
    count: int
    path: str
    thickness: float


@dataclass(frozen=True, slots=True)
class Sankey:
    """The whole picture."""

    nodes: Sequence[Node]
    bands: Sequence[Band]
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class Bar:
    """A day: what happened, and how tall its two parts are, in percent of the greatest day."""

    day: Day
    allowed_percent: float
    denied_percent: float


def sankey(flows: Sequence[Flow]) -> Sankey | None:
    """Return the flows as bands, merged over rules; None when there are none."""
    merged: dict[tuple[str, str, str | None], int] = {}
    for flow in flows:
        way = (flow.src, flow.dst, flow.decision)
        merged[way] = merged.get(way, 0) + flow.count
    if not merged:
        return None
    scale = min(_scale(merged, side=0), _scale(merged, side=1))
    left = _column(merged, side=0, scale=scale)
    right = _column(merged, side=1, scale=scale)
    out = {code: node.y for code, node in left.items()}
    into = {code: node.y for code, node in right.items()}
    bands = []
    for (src, dst, decision), count in sorted(merged.items(), key=lambda item: -item[1]):
        thick = max(count * scale, _THINNEST)
        start, end = out[src], into[dst]
        out[src], into[dst] = out[src] + thick, into[dst] + thick
        bands.append(Band(src, dst, decision, count, _area(start, end, thick), round(thick, 1)))
    lowest = max(node.y + node.height for node in (*left.values(), *right.values()))
    height = int(lowest + _GAP)
    return Sankey([*left.values(), *right.values()], bands, height=height)


def bars(days: Sequence[Day]) -> Sequence[Bar]:
    """Return the newest days as bars of decisions, oldest first."""
    shown = days[-DAYS:]
    most = max((day.allowed + day.denied for day in shown), default=0) or 1
    return [Bar(day, 100 * day.allowed / most, 100 * day.denied / most) for day in shown]


def presets(question: Question, now: datetime) -> Sequence[tuple[str, str, bool]]:
    """Return spans of time as (key of its words, the question with it, whether it is asked)."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    month = today.replace(day=1)
    last_month = (month - timedelta(days=1)).replace(day=1)
    spans = (
        ("today", today, None),
        ("week", today - timedelta(days=6), None),
        ("month", month, None),
        ("last_month", last_month, month),
        ("ever", None, None),
    )
    return [
        (
            name,
            replace(question, since=since, until=until).text,
            (question.since, question.until) == (since, until),
        )
        for name, since, until in spans
    ]


def _area(start: float, end: float, thick: float) -> str:
    # An outline and not a thick line: a level line has no height, so that neither a reader's
    # pointer nor the ring around what has the focus would find it.
    x0, x1 = _MARGIN + _NODE, WIDTH - _MARGIN - _NODE
    mid = (x0 + x1) / 2
    below, beyond = start + thick, end + thick
    return (
        f"M{x0:.1f} {start:.1f}C{mid:.1f} {start:.1f} {mid:.1f} {end:.1f} {x1:.1f} {end:.1f}"
        f"V{beyond:.1f}C{mid:.1f} {beyond:.1f} {mid:.1f} {below:.1f} {x0:.1f} {below:.1f}Z"
    )


def _totals(merged: dict[tuple[str, str, str | None], int], side: int) -> dict[str, list[int]]:
    totals: dict[str, list[int]] = {}
    for way, count in merged.items():
        totals.setdefault(str(way[side]), []).append(count)
    return dict(sorted(totals.items(), key=lambda item: (-sum(item[1]), item[0])))


def _scale(merged: dict[tuple[str, str, str | None], int], side: int) -> float:
    totals = _totals(merged, side)
    room = max(HEIGHT - _GAP * (len(totals) + 1), HEIGHT / 3)
    return room / sum(merged.values())


def _column(
    merged: dict[tuple[str, str, str | None], int], side: int, scale: float
) -> dict[str, Node]:
    x = _MARGIN if side == 0 else WIDTH - _MARGIN - _NODE
    nodes, y = {}, _GAP
    for code, counts in _totals(merged, side).items():
        height = sum(max(count * scale, _THINNEST) for count in counts)
        nodes[code] = Node(code, x, y, height, origin=side == 0)
        y += height + _GAP
    return nodes
