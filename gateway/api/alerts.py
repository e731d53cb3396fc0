"""/api/v1/alerts: what called the people who review, and what they made of it.

Room: gateway/api. Awaits gateway.alerts.desk. For reviewers alone. Every acknowledgement and every
settlement is an entry of the log.
"""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from aiohttp import web
from pydantic import Field

from gateway.alerts.desk import Asked, ShownAlert
from gateway.alerts.model import RuleName, Severity
from gateway.alerts.rules import RULES
from gateway.alerts.watchman import STATES as WATCHED
from gateway.api.auth import caller_of
from gateway.api.body import Given, Taken, given, taken
from gateway.api.errors import InvalidRequestError
from gateway.api.keys import ALERTS
from gateway.api.operations import REVIEWERS, operation
from gateway.api.transfers import moment
from gateway.notify.words import SENTENCES
from storage.rows.alerts import ACKNOWLEDGED, OPEN, STATES

routes: Final = web.RouteTableDef()

ITEM: Final = "/api/v1/alerts/{id:[a-z2-7]{32}}"
DEFAULT_PAGE: Final = 50
MAX_PAGE: Final = 200
# What nobody settled yet.
STANDING: Final = "standing"
ALL: Final = "all"
ASKABLE: Final[dict[str, tuple[str, ...]]] = {
    STANDING: (OPEN, ACKNOWLEDGED),
    ALL: STATES,
    **{state: (state,) for state in STATES},
}


class Settlement(Taken):
    """What was found out; sealed, and shown to reviewers."""

    why: Annotated[str, Field(min_length=1, max_length=2000)]


class AlertDocument(Given):
    """An alert. ``about`` and ``why`` are null when whom they tell of was erased.

    ``declared`` is what the partner said, ``observed`` where it was seen; null is unknown.
    ``entry`` is the entry of the log that woke the rule.
    """

    id: str
    rule: str
    severity: str
    state: str
    sentence: str
    transfer: str | None
    declared: str | None
    observed: str | None
    entry: int | None
    about: dict[str, Any] | None
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    settled_at: datetime | None
    settled_by: str | None
    why: str | None


class NoticeDocument(Given):
    """A notice of an alert: by which way, and what became of it."""

    channel: str
    topic: str
    recipient: str
    state: str
    attempts: int
    failure: str | None
    created_at: datetime
    ended_at: datetime | None


class AlertWithNotices(AlertDocument):
    """An alert, and who was told of it."""

    notices: list[NoticeDocument]


class AlertCounts(Given):
    """How many alerts stand in each state."""

    open: int
    acknowledged: int
    settled: int


class AlertList(Given):
    """Alerts, newest first; ``next_before`` asks for the page after this one."""

    alerts: list[AlertDocument]
    counts: AlertCounts
    next_before: str | None


class RuleDocument(Given):
    """A rule."""

    name: str
    severity: str
    sentence: str
    watches: Literal["entries", "log"]


class RuleList(Given):
    """Every rule."""

    rules: list[RuleDocument]


@routes.get("/api/v1/alerts")
@operation(to=REVIEWERS, gives=AlertList)
async def list_alerts(request: web.Request) -> web.Response:
    """List alerts, newest first: ``state`` (standing, open, acknowledged, settled, all), ``rule``,
    ``before``, ``limit``."""
    desk, asked = request.app[ALERTS], _asked(request)
    found = await desk.page(asked)
    return given(
        AlertList(
            alerts=[AlertDocument(**alert_document(one)) for one in found],
            counts=AlertCounts(**await desk.counts()),
            next_before=found[-1].row.id if len(found) == asked.limit else None,
        )
    )


@routes.get("/api/v1/alerts/rules")
@operation(to=REVIEWERS, gives=RuleList)
async def list_rules(_: web.Request) -> web.Response:
    """List the rules by which alerts are raised."""
    rules = [
        RuleDocument(
            name=rule.name, severity=rule.severity, sentence=rule.sentence, watches="entries"
        )
        for rule in RULES
    ]
    rules += [
        RuleDocument(name=name, severity=severity, sentence=sentence, watches="log")
        for name, severity, sentence in WATCHED
    ]
    return given(RuleList(rules=rules))


@routes.get(ITEM)
@operation(to=REVIEWERS, gives=AlertWithNotices)
async def show_alert(request: web.Request) -> web.Response:
    """Show one alert, and who was told of it."""
    return _one(await request.app[ALERTS].show(request.match_info["id"]))


@routes.post(f"{ITEM}/acknowledge")
@operation(to=REVIEWERS, gives=AlertWithNotices)
async def acknowledge_alert(request: web.Request) -> web.Response:
    """Say that you look into it."""
    desk = request.app[ALERTS]
    return _one(await desk.acknowledge(caller_of(request), request.match_info["id"]))


@routes.post(f"{ITEM}/settle")
@operation(to=REVIEWERS, takes=Settlement, gives=AlertWithNotices)
async def settle_alert(request: web.Request) -> web.Response:
    """Settle an alert with what was found out."""
    wanted = await taken(request, Settlement)
    desk = request.app[ALERTS]
    return _one(await desk.settle(caller_of(request), request.match_info["id"], wanted.why))


def alert_document(shown: ShownAlert) -> dict[str, Any]:
    """Return an alert's fields as reviewers see them."""
    row = shown.row
    return {
        "id": row.id,
        "rule": RuleName(row.rule).value,
        "severity": Severity(row.severity).value,
        "state": row.state,
        "sentence": SENTENCES[row.rule],
        "transfer": row.transfer,
        "declared": row.declared,
        "observed": row.observed,
        "entry": row.entry,
        "about": dict(shown.about) if shown.about is not None else None,
        "raised_at": moment(row.raised_at),
        "acknowledged_at": _moment(row.acknowledged_at),
        "acknowledged_by": row.acknowledged_by,
        "settled_at": _moment(row.settled_at),
        "settled_by": row.settled_by,
        "why": shown.why,
    }


def _one(shown: ShownAlert) -> web.Response:
    notices = [
        NoticeDocument(
            channel=row.channel,
            topic=row.topic,
            recipient=row.recipient,
            state=row.state,
            attempts=row.attempts,
            failure=row.failure,
            created_at=moment(row.created_at),
            ended_at=_moment(row.ended_at),
        )
        for row in shown.notices
    ]
    return given(AlertWithNotices(**alert_document(shown), notices=notices))


def _moment(seconds: float | None) -> datetime | None:
    return moment(seconds) if seconds is not None else None


def _asked(request: web.Request) -> Asked:
    state, rule = request.query.get("state", STANDING), request.query.get("rule")
    limit = request.query.get("limit", str(DEFAULT_PAGE))
    if state not in ASKABLE:
        raise InvalidRequestError([{"field": "state", "problem": "no such state"}])
    if rule is not None and rule not in set(RuleName):
        raise InvalidRequestError([{"field": "rule", "problem": "no such rule"}])
    if not (limit.isascii() and limit.isdigit() and len(limit) <= 6):
        raise InvalidRequestError([{"field": "limit", "problem": "not a whole number"}])
    return Asked(
        ASKABLE[state], rule, request.query.get("before"), max(1, min(int(limit), MAX_PAGE))
    )
