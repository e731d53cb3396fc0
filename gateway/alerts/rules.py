"""The rules, as a table: which entries wake each, what it looks for, how grave it is.

Room: gateway/alerts. Awaits a Scene. A rule returns a cause and what it found, or None; the same
cause is the same alert. To add a rule: a name in gateway.alerts.model, a function and a line here,
a sentence in both locales. Rules that watch the log itself are in gateway.alerts.watchman.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.alerts.model import Finding, RuleName, Severity
from gateway.alerts.scene import Scene
from storage.ledger.events import EventKind
from storage.rows.transfers import REVOKED

DAY_S: Final = 24 * 3600
# A cause, and what is told of it.
Found = tuple[str, Mapping[str, str | int]]
Looks = Callable[[Scene], Awaitable[Found | None]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule."""

    name: RuleName
    severity: Severity
    sentence: str
    wakes: frozenset[EventKind]
    look: Looks

    async def finding(self, scene: Scene) -> Finding | None:
        """Return what the rule finds in a scene."""
        found = await self.look(scene)
        if found is None:
            return None
        cause, about = found
        return Finding(
            self.name,
            self.severity,
            cause,
            scene.transfer,
            scene.partner,
            scene.observed,
            scene.entry.number,
            about,
        )


async def _declared_not_observed(scene: Scene) -> Found | None:
    denied = scene.entry.leaf.facts["dec"] == "deny"
    about = {"refused": int(denied)}
    return f"{scene.transfer.id}/{scene.observed}", about


async def _first_seen_country(scene: Scene) -> Found | None:
    known = await scene.other_countries()
    if scene.observed is None or not known or scene.observed in known:
        return None
    return f"{scene.partner.id}/{scene.observed}", {"known": " ".join(sorted(known))}


async def _first_seen_network(scene: Scene) -> Found | None:
    new = await scene.new_systems()
    return (f"{scene.partner.id}/{new[0]}", {"asn": new[0]}) if new else None


async def _forwarded_link(scene: Scene) -> Found | None:
    networks = await scene.networks()
    if networks < scene.thresholds.forwarded_networks:
        return None
    return scene.transfer.id, {"networks": networks}


async def _mass_pull(scene: Scene) -> Found | None:
    files = await scene.files_pulled()
    if files < scene.thresholds.mass_pull_files:
        return None
    span = scene.thresholds.mass_pull_s
    return f"{scene.partner.id}/{scene.window(span)}", {"files": files, "within_s": span}


async def _dormant_partner(scene: Scene) -> Found | None:
    last = await scene.last_opened()
    if last is None or scene.at - last < scene.thresholds.dormant_s:
        return None
    return scene.transfer.id, {"days": int((scene.at - last) // DAY_S)}


async def _denied_streak(scene: Scene) -> Found | None:
    denied = await scene.denied_in_a_row()
    if denied < scene.thresholds.denied_streak:
        return None
    return f"{scene.partner.id}/{scene.window(scene.thresholds.denied_s)}", {"denied": denied}


async def _revoked_link_tried(scene: Scene) -> Found | None:
    if scene.transfer.state != REVOKED:
        return None
    return f"{scene.transfer.id}/{scene.window(DAY_S)}", {"tried": scene.entry.leaf.kind.value}


async def _integrity_failed(scene: Scene) -> Found | None:
    return f"{scene.transfer.id}/{scene.window(DAY_S)}", {}


_OPENED: Final = frozenset({EventKind.LINK_OPENED})
_SEEN: Final = _OPENED | {EventKind.DOWNLOAD_STARTED, EventKind.DOWNLOAD_RESUMED}
_HANDED: Final = frozenset({EventKind.DOWNLOAD_STARTED, EventKind.DOWNLOAD_COMPLETED})
_REFUSED: Final = frozenset({EventKind.LINK_REFUSED, EventKind.DOWNLOAD_REFUSED})

RULES: Final = (
    Rule(
        RuleName.DECLARED_NOT_OBSERVED,
        Severity.CRITICAL,
        "A link was used in another country than the partner declared.",
        frozenset({EventKind.DESTINATION_CONTRADICTED}),
        _declared_not_observed,
    ),
    Rule(
        RuleName.FIRST_SEEN_COUNTRY,
        Severity.WARNING,
        "A partner was seen in a country it was never seen in before.",
        _SEEN,
        _first_seen_country,
    ),
    Rule(
        RuleName.FIRST_SEEN_NETWORK,
        Severity.NOTICE,
        "A partner came from a network (autonomous system) it never came from before.",
        _SEEN,
        _first_seen_network,
    ),
    Rule(
        RuleName.FORWARDED_LINK,
        Severity.WARNING,
        "One link was used from several networks: it may have been passed on.",
        _SEEN,
        _forwarded_link,
    ),
    Rule(
        RuleName.MASS_PULL,
        Severity.WARNING,
        "A partner fetched very many files in a short time.",
        _HANDED,
        _mass_pull,
    ),
    Rule(
        RuleName.DORMANT_PARTNER,
        Severity.NOTICE,
        "A partner that opened nothing for a long time opened a link.",
        _OPENED,
        _dormant_partner,
    ),
    Rule(
        RuleName.DENIED_STREAK,
        Severity.NOTICE,
        "Transfers to one partner were denied again and again.",
        frozenset({EventKind.TRANSFER_DENIED}),
        _denied_streak,
    ),
    Rule(
        RuleName.REVOKED_LINK_TRIED,
        Severity.WARNING,
        "Somebody tried to use a link or a download after it was revoked.",
        _REFUSED,
        _revoked_link_tried,
    ),
    Rule(
        RuleName.INTEGRITY_FAILED,
        Severity.CRITICAL,
        "A sealed drawing is not the one that was stored: it was changed or cut.",
        frozenset({EventKind.INTEGRITY_FAILED}),
        _integrity_failed,
    ),
)
# The kinds for which nothing is asked of the rows.
WAKING: Final = frozenset().union(*(rule.wakes for rule in RULES))
