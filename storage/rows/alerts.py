"""Alerts: raised once for each cause, acknowledged, settled with a reason; and marks.

Room: storage/rows. Awaits the connection it is handed. What an alert tells of people arrives
sealed to them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.ids import SubjectId
from storage.rows.inserting import inserting
from storage.rows.tables.alerts import alert, mark

OPEN: Final = "open"
ACKNOWLEDGED: Final = "acknowledged"
SETTLED: Final = "settled"
STATES: Final = (OPEN, ACKNOWLEDGED, SETTLED)


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert. ``cause`` is what makes it this one; ``entry`` is what woke its rule."""

    id: str
    cause: str
    rule: str
    severity: str
    state: str
    transfer: str | None
    declared: str | None
    observed: str | None
    entry: int | None
    subject: SubjectId
    told_sealed: bytes = field(repr=False)
    raised_at: float
    acknowledged_at: float | None = None
    acknowledged_by: str | None = None
    settled_at: float | None = None
    settled_by: str | None = None
    why_sealed: bytes | None = field(default=None, repr=False)


_COLUMNS = tuple(alert.c[name] for name in AlertRow.__dataclass_fields__)


async def add(connection: AsyncConnection, row: AlertRow) -> bool:
    """Keep a new alert; return False when there is one of the same cause already."""
    values = {name: getattr(row, name) for name in AlertRow.__dataclass_fields__}
    done = await connection.execute(
        inserting(connection, alert).values(values).on_conflict_do_nothing().returning(alert.c.id)
    )
    return done.first() is not None


async def by_id(connection: AsyncConnection, alert_id: str) -> AlertRow | None:
    """Return the alert, or None."""
    row = (await connection.execute(select(*_COLUMNS).where(alert.c.id == alert_id))).first()
    return AlertRow(*row) if row else None


async def by_cause(connection: AsyncConnection, cause: str) -> AlertRow | None:
    """Return the alert of this cause, or None."""
    row = (await connection.execute(select(*_COLUMNS).where(alert.c.cause == cause))).first()
    return AlertRow(*row) if row else None


async def page(
    connection: AsyncConnection,
    *,
    states: Sequence[str],
    rule: str | None,
    before: AlertRow | None,
    limit: int,
) -> Sequence[AlertRow]:
    """Return alerts in these states, newest first, beginning after ``before``."""
    wanted = select(*_COLUMNS).where(alert.c.state.in_(states))
    if rule is not None:
        wanted = wanted.where(alert.c.rule == rule)
    if before is not None:
        same = (alert.c.raised_at == before.raised_at) & (alert.c.id > before.id)
        wanted = wanted.where((alert.c.raised_at < before.raised_at) | same)
    wanted = wanted.order_by(alert.c.raised_at.desc(), alert.c.id).limit(limit)
    return [AlertRow(*row) for row in await connection.execute(wanted)]


async def counts(connection: AsyncConnection) -> Mapping[str, int]:
    """Return how many alerts stand in each state."""
    wanted = select(alert.c.state, func.count()).group_by(alert.c.state)
    found = {row[0]: int(row[1]) for row in await connection.execute(wanted)}
    return {state: found.get(state, 0) for state in STATES}


async def standing_of_rule(connection: AsyncConnection, rule: str) -> Sequence[AlertRow]:
    """Return the alerts of a rule that nobody settled yet, oldest first."""
    wanted = (
        select(*_COLUMNS)
        .where(alert.c.rule == rule, alert.c.state != SETTLED)
        .order_by(alert.c.raised_at, alert.c.id)
    )
    return [AlertRow(*row) for row in await connection.execute(wanted)]


async def acknowledge(connection: AsyncConnection, alert_id: str, by: str, at: float) -> bool:
    """Acknowledge an open alert; return whether it was open until now."""
    done = await connection.execute(
        alert.update()
        .where(alert.c.id == alert_id, alert.c.state == OPEN)
        .values(state=ACKNOWLEDGED, acknowledged_at=at, acknowledged_by=by)
    )
    return done.rowcount == 1


async def settle(
    connection: AsyncConnection, alert_id: str, by: str, at: float, why_sealed: bytes
) -> bool:
    """Settle an alert; return whether it was unsettled until now."""
    done = await connection.execute(
        alert.update()
        .where(alert.c.id == alert_id, alert.c.state != SETTLED)
        .values(state=SETTLED, settled_at=at, settled_by=by, why_sealed=why_sealed)
    )
    return done.rowcount == 1


async def marked(connection: AsyncConnection, name: str) -> str | None:
    """Return what was marked under a name, or None."""
    found = await connection.execute(select(mark.c.value).where(mark.c.name == name))
    value: str | None = found.scalar_one_or_none()
    return value


async def marks(connection: AsyncConnection, prefix: str) -> Mapping[str, str]:
    """Return everything marked under names that begin so."""
    wanted = select(mark.c.name, mark.c.value).where(
        mark.c.name.startswith(prefix, autoescape=True)
    )
    return {row[0]: row[1] for row in await connection.execute(wanted)}


async def set_mark(connection: AsyncConnection, name: str, value: str) -> None:
    """Mark ``value`` under a name, whatever stood there."""
    made = inserting(connection, mark).values(name=name, value=value)
    await connection.execute(
        made.on_conflict_do_update(index_elements=[mark.c.name], set_={"value": value})
    )


async def mark_once(connection: AsyncConnection, name: str, value: str) -> str:
    """Mark ``value`` under a name unless something stands there; return what stands there now."""
    made = inserting(connection, mark).values(name=name, value=value)
    await connection.execute(made.on_conflict_do_nothing())
    return await marked(connection, name) or value
