"""``drawbridge preview``: a picture of a drawing, and of two whether they measure the same.

Room: gateway/cli. The drawing is read into memory and drawn in the sandbox; the picture holds
pixels and nothing else.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from gateway.cli.output import CommandError, Exit, emit, people, work_progress
from gateway.cli.scrub import Source, read_into, write_whole
from redaction.preview.client import Picture, Previews
from redaction.preview.comparison import compared
from redaction.sandbox.memory import MemoryFile

MEMORY_BYTES: Final = 4 * 1024**3
DEADLINE_S: Final = 120.0


def preview(
    source: Source,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where the picture goes (PNG).", metavar="PNG")
    ],
    against: Annotated[
        Path | None,
        typer.Option(help="Another state of the drawing, whose measures are set beside."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the measures as JSON.")] = False,
) -> None:
    """Draw a picture of one drawing, and tell what was counted and measured in it.

    Exit 0: the picture is written. Exit 3: there is none, or the other drawing measures
    differently. Exit 1: the command could not run.
    """
    sources = [source] if against is None else [source, against]
    shown, *others = asyncio.run(_drawn(sources))
    if shown.png is None:
        raise CommandError(_why(shown), Exit.REFUSED)
    with MemoryFile.create() as picture:
        picture.write(shown.png)
        write_whole(output, picture)
    rows = compared(shown.measures, others[0].measures if others else shown.measures)
    if as_json:
        told = [{"name": r.name, "before": r.before, "after": r.after} for r in rows]
        emit({"format": shown.format, "pages": shown.pages_in_all, "measures": told})
    for row in rows:
        after = "" if row.same else f" ≠ {row.after or '–'}"
        people().print(f"{row.name}: {row.before or '–'}{after}", markup=False)
    if others and others[0].png is None:
        raise CommandError(_why(others[0]), Exit.REFUSED)
    if not all(row.same for row in rows):
        raise CommandError("The two drawings do not measure the same.", Exit.REFUSED)


async def _drawn(sources: Sequence[Path]) -> list[Picture]:
    found = []
    console = people()
    async with Previews(memory_bytes=MEMORY_BYTES, deadline_s=DEADLINE_S) as previews:
        with work_progress(console) as progress:
            progress.add_task("drawing")
            for path in sources:
                with MemoryFile.create() as memory:
                    read_into(memory, path)
                    found.append(await previews.picture(memory))
    return found


def _why(shown: Picture) -> str:
    if shown.reason is None:
        return "No picture, without a reason."
    return f"No picture ({shown.reason.code}): {shown.reason.sentence}"
