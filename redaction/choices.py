"""What of a drawing's own words its owner wants out: from ids in a report to a plan, and a check.

Room: redaction. Pure; runs inside the sandbox worker. Ids come from an earlier report on the same
file under the same profile. What is chosen goes, or the file is refused: no format may keep a
word that somebody asked to be taken out, and say it is clean.
"""

from dataclasses import dataclass, replace

from redaction.errors import CannotRedactContentError, ChoiceUnknownError
from redaction.model import (
    Action,
    CarrierClass,
    Category,
    Choice,
    Finding,
    FormatHandler,
    Plan,
    Profile,
)
from redaction.registry import Format, Naming
from redaction.report import Ids, ReportedFinding, line_of, reported


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, the report lines of its findings, and the profile with its choices filled in."""

    plan: Plan
    lines: tuple[ReportedFinding, ...]
    profile: Profile

    def check(self) -> None:
        """Refuse a plan that keeps what is to go.

        Raises:
            CannotRedactContentError: the format cannot take it out.
        """
        if any(_kept(found, self.profile) for found in self.plan.findings):
            raise CannotRedactContentError


def check_names(known: Format, profile: Profile) -> None:
    """Refuse a file whose names of parts and layers are to go and cannot.

    Raises:
        CannotRedactContentError: files of this format keep their names.
    """
    if Category.NAME in profile.redact_content and known.naming is Naming.KEPT:
        raise CannotRedactContentError


def planned(handler: FormatHandler, data: bytes, profile: Profile) -> Planned:
    """Return the handler's plan for ``data`` that takes out what ``profile`` names.

    Raises:
        ChoiceUnknownError: an id that no finding in this file has.
        RedactionError: the file cannot be read, or must be refused.
    """
    ids = Ids()
    plan = handler.plan(data, profile)
    lines = reported(plan.findings, ids)
    if not profile.redact_findings:
        return Planned(plan, lines, profile)
    if not profile.redact_findings <= {line.id for line in lines}:
        raise ChoiceUnknownError
    chosen = frozenset(
        Choice(found.carrier, found.category, found.value)
        for found in plan.findings
        if line_of(found, ids).id in profile.redact_findings
    )
    profile = replace(profile, choices=chosen)
    plan = handler.plan(data, profile)
    return Planned(plan, reported(plan.findings, ids), profile)


def _kept(found: Finding, profile: Profile) -> bool:
    if found.action is not Action.REVIEW:
        return False
    if Choice(found.carrier, found.category, found.value) in profile.choices:
        return True
    content = found.carrier_class is CarrierClass.CONTENT
    return content and found.category in profile.redact_content
