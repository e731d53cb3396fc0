"""``drawbridge scrub`` and ``drawbridge inspect``: one file, no server.

Room: gateway/cli. Reads the source into memory, hands it to the sandbox, writes the result
only when it was proved clean and faithful, and then whole or not at all.
"""

import asyncio
import contextlib
import json
import os
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from config.loading import load_profile
from gateway.cli.output import CommandError, Exit, emit, findings_table, people, work_progress
from redaction.errors import RedactionError
from redaction.instead import instead_of
from redaction.model import MAX_CHOSEN, Category, Profile
from redaction.report import Report
from redaction.sandbox.client import Outcome, Sandbox
from redaction.sandbox.memory import MemoryFile

MEMORY_BYTES = 4 * 1024**3
DEADLINE_S = 120.0
PIECE_BYTES = 1024 * 1024

Source = Annotated[Path, typer.Argument(help="The drawing to read.", metavar="SRC")]
ProfileName = Annotated[str, typer.Option("--profile", help="Which redaction profile to apply.")]
Redact = Annotated[
    list[str] | None,
    typer.Option(
        "--redact",
        help="Take this finding of the drawing's own words out too: its id in a report. Repeat it.",
        metavar="ID",
    ),
]
RedactContent = Annotated[
    list[Category] | None,
    typer.Option("--redact-content", help="Take this kind out of the drawing's own words too."),
]
ShowValues = Annotated[
    bool, typer.Option("--show-values", help="Write removed values in clear into the report.")
]


def scrub(
    source: Source,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where the clean file goes.", metavar="DST")
    ],
    report: Annotated[
        Path | None, typer.Option("--report", help="Write the report here as JSON.")
    ] = None,
    profile: ProfileName = "supplier",
    redact: Redact = None,
    redact_content: RedactContent = None,
    show_values: ShowValues = False,
) -> None:
    """Take the people out of one drawing and prove that the drawing is unchanged.

    Exit 0: DST is clean and faithful. Exit 3: refused, DST was not written, the report says
    why. Exit 1: the command could not run.
    """
    if output.exists() and output.samefile(source):
        raise CommandError("SRC and DST are the same file; the original is never overwritten.")
    outcome = _in_sandbox(source, _profile(profile, redact, redact_content), clean=True)
    try:
        if report is not None:
            _write_report(report, outcome.report, show_values=show_values)
        if outcome.cleaned is None:
            raise CommandError(_refusal(outcome.report), Exit.REFUSED)
        write_whole(output, outcome.cleaned)
    finally:
        if outcome.cleaned is not None:
            outcome.cleaned.close()
    _tell(outcome.report, show_values=show_values)


def inspect(
    source: Source,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    profile: ProfileName = "supplier",
    redact: Redact = None,
    redact_content: RedactContent = None,
    show_values: ShowValues = False,
) -> None:
    """Show what a drawing gives away; change nothing."""
    outcome = _in_sandbox(source, _profile(profile, redact, redact_content), clean=False)
    if as_json:
        emit(outcome.report.to_json(show_values=show_values))
    else:
        _tell(outcome.report, show_values=show_values)
    if outcome.report.status == "refused":
        raise CommandError(_refusal(outcome.report), Exit.REFUSED)


def _profile(name: str, ids: list[str] | None, kinds: list[Category] | None) -> Profile:
    """Return the profile called ``name`` with what the command line adds to it."""
    known = load_profile(name)
    chosen = frozenset(ids or ())
    if len(chosen) > MAX_CHOSEN:
        raise CommandError(f"More than {MAX_CHOSEN} findings: choose by --redact-content.")
    return replace(
        known, redact_content=known.redact_content | set(kinds or ()), redact_findings=chosen
    )


def _in_sandbox(source: Path, profile: Profile, *, clean: bool) -> Outcome:
    console = people()

    async def run() -> Outcome:
        async with Sandbox(memory_bytes=MEMORY_BYTES, deadline_s=DEADLINE_S, parallel=1) as walls:
            work = walls.scrub if clean else walls.inspect
            return await work(memory, profile)

    with MemoryFile.create() as memory:
        read_into(memory, source)
        with work_progress(console) as progress:
            progress.add_task("cleaning and proving" if clean else "inspecting")
            try:
                return asyncio.run(run())
            except RedactionError as error:
                raise CommandError(error.public()) from error


def read_into(memory: MemoryFile, source: Path) -> None:
    """Read ``source`` into ``memory``; a CommandError when it cannot be."""
    if source.exists() and not source.is_file():
        raise CommandError("SRC is no file.")  # a device or a pipe may never end
    try:
        with source.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                memory.write(piece)
    except OSError as error:
        raise CommandError(f"SRC cannot be read: {error.strerror}.") from error


def write_whole(path: Path, cleaned: MemoryFile) -> None:
    """Write ``cleaned`` to ``path``; a CommandError when it cannot be."""
    # Written beside its destination and renamed: a reader sees the whole file or none.
    unfinished = path.with_name(f".{secrets.token_hex(8)}.unfinished")
    try:
        with unfinished.open("xb") as file:
            for piece in cleaned.pieces():
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        raise CommandError(f"DST cannot be written: {error.strerror}.") from error
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _write_report(path: Path, report: Report, *, show_values: bool) -> None:
    text = json.dumps(report.to_json(show_values=show_values), ensure_ascii=False, indent=2)
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"The report cannot be written: {error.strerror}.") from error


def _refusal(report: Report) -> str:
    if report.reason is None:
        return "Refused, without a reason."
    sentence = f"Refused ({report.reason.code}): {report.reason.sentence}"
    inside = [found.where for found in report.findings if found.carrier.startswith("member.")]
    help_for_it = instead_of(report.reason.code)
    return "\n".join((sentence, *(f"  {where}" for where in inside), help_for_it))


def _tell(report: Report, *, show_values: bool) -> None:
    console = people()
    console.print(f"{report.format}: {len(report.findings)} findings")
    if report.findings:
        rows = [finding.to_json(show_values=show_values) for finding in report.findings]
        console.print(findings_table(rows))
    for oracle in report.oracles:
        console.print(f"proved: {oracle.statement}", markup=False)
