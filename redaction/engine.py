"""Redact, then disbelieve: the only way a file becomes sendable.

Room: redaction. Pure; runs inside the sandbox worker. A cleaned file is believed only when
four independent questions were answered: is it still the same format, does the handler prove
that only planned places differ, does a second look find nothing left to do, and does the
sweep find none of the removed values anywhere.
"""

from collections.abc import Sequence
from dataclasses import replace

from redaction import choices, members, registry
from redaction.errors import (
    MemberRefusedError,
    NotFaithfulError,
    RedactionError,
    ResidueError,
    TooComplexError,
)
from redaction.members import Load
from redaction.model import FormatHandler, Plan, Profile, Proof
from redaction.registry import Format
from redaction.report import UNKNOWN_FORMAT, Report, Status, proved, reported
from redaction.sniff import identify
from redaction.sweep import search


def inspect(data: bytes, profile: Profile, load: Load = registry.load) -> Report:
    """Return what would be found in ``data`` and done about it; nothing is changed.

    A file that cannot be read yields a refused report with its reason; nothing is raised.
    """
    report = _begun(Status.INSPECTED, data, profile)
    try:
        known = identify(data)
        report = replace(report, format=known.name)
        choices.check_names(known, profile)
        planned = choices.planned(members.handler_of(known.name, load), data, profile)
        report = replace(report, findings=planned.lines)
        planned.check()
        return report
    except RedactionError as error:
        return _refused(report, error)
    except (MemoryError, RecursionError):
        return report.refused(TooComplexError())


def scrub(data: bytes, profile: Profile, load: Load = registry.load) -> tuple[bytes | None, Report]:
    """Return the cleaned file and its report, or None and a refused report.

    The report of a refusal holds what was found until then and the reason, never a proof.
    """
    report = _begun(Status.CLEAN, data, profile)
    try:
        known = identify(data)
        report = replace(report, format=known.name)
        choices.check_names(known, profile)
        handler = members.handler_of(known.name, load)
        planned = choices.planned(handler, data, profile)
        report = replace(report, findings=planned.lines)
        planned.check()
        cleaned = handler.apply(data, planned.plan)
        proofs = _disbelieve(handler, known, (data, cleaned), planned.plan, planned.profile)
    except RedactionError as error:
        return None, _refused(report, error)
    except (MemoryError, RecursionError):
        return None, report.refused(TooComplexError())
    return cleaned, replace(report, oracles=proved(proofs), bytes_out=len(cleaned))


def _begun(status: Status, data: bytes, profile: Profile) -> Report:
    return Report(status, UNKNOWN_FORMAT, profile.name, bytes_in=len(data))


def _refused(report: Report, error: RedactionError) -> Report:
    """Return the refused report; of a file inside the file it also says which one it was."""
    if isinstance(error, MemberRefusedError):
        told = reported((members.finding(error),))
        report = replace(report, findings=(*report.findings, *told))
    return report.refused(error)


def _disbelieve(
    handler: FormatHandler,
    known: Format,
    files: tuple[bytes, bytes],
    plan: Plan,
    profile: Profile,
) -> Sequence[Proof]:
    """Return the handler's proofs, after everything was doubted.

    Raises:
        NotFaithfulError: it is another format now, or nothing was proved.
        ResidueError: something is left to remove, or a removed value is still there.
    """
    original, cleaned = files
    if not plan.changes and cleaned != original:
        raise NotFaithfulError("changed without a plan")
    if identify(cleaned) != known:
        raise NotFaithfulError("another format")
    proofs = handler.prove(original, cleaned, plan)
    if not proofs:
        raise NotFaithfulError("nothing proved")
    if handler.plan(cleaned, profile).changes:
        raise ResidueError("a second plan still changes something")
    search.check(cleaned, plan.findings)
    return proofs
