"""Pictures from the trusted side: a drawing in, a checked PNG out, or the reason for having none.

Room: redaction/preview. Awaits the sandbox; every wait has a deadline. A sandbox of its own: its
zygote is started when the first picture is asked for, so that a gateway nobody looks at pays
nothing for it.

    async with Previews(memory_bytes=3 * 1024**3, deadline_s=60) as previews:
        picture = await previews.picture(source)
"""

from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

from redaction.preview.limits import MAX_PICTURE_BYTES
from redaction.preview.plain_png import checked
from redaction.report import Reason, Report
from redaction.report_reading import ReportLiedError
from redaction.sandbox.client import Sandbox
from redaction.sandbox.memory import MemoryFile
from redaction.sandbox.walls import WallLevel

MODULE: Final = ("-I", "-m", "redaction.preview.worker")
SHOWN: Final = "shown"


@dataclass(frozen=True, slots=True)
class Picture:
    """What can be shown of a drawing: a PNG, how many of its pages, and what was measured.

    ``png`` is None when there is none; then ``reason`` says why.
    """

    png: bytes | None = field(repr=False)
    format: str
    width: int = 0
    height: int = 0
    pages_shown: int = 0
    pages_in_all: int = 0
    measures: tuple[tuple[str, str], ...] = ()
    reason: Reason | None = None


class Previews:
    """Draws pictures in processes that can reach nothing; an async context manager."""

    def __init__(self, *, memory_bytes: int, deadline_s: float, strict: bool = False) -> None:
        """Set what one picture may take; one is drawn at a time."""
        self._sandbox = Sandbox(
            memory_bytes=memory_bytes,
            deadline_s=deadline_s,
            parallel=1,
            strict=strict,
            module=MODULE,
        )

    async def __aenter__(self) -> Self:
        """Start nothing yet."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Kill whatever still runs."""
        await self._sandbox.__aexit__(kind, error, trace)

    def level(self) -> WallLevel:
        """Return which walls held when the zygote tried them; none before the first picture."""
        return self._sandbox.level()

    async def picture(self, source: MemoryFile) -> Picture:
        """Return what can be shown of ``source``, which gets sealed.

        Raises:
            WorkerFailedError: no worker could be had, or it broke the protocol.
        """
        outcome = await self._sandbox.preview(source)
        if outcome.cleaned is None:
            return Picture(None, outcome.report.format, reason=outcome.report.reason)
        with outcome.cleaned as drawn:
            if drawn.size > MAX_PICTURE_BYTES:
                raise ReportLiedError("larger than a picture may be")
            return _picture(drawn.read(0, drawn.size), outcome.report)


def _picture(png: bytes, report: Report) -> Picture:
    try:
        width, height = checked(png)
        shown = next(proof for proof in report.oracles if proof.oracle == SHOWN)
        measures = ((p.oracle, p.statement) for p in report.oracles if p is not shown)
        in_all = int(shown.statement)
    except (ValueError, StopIteration) as error:
        raise ReportLiedError("no plain picture") from error
    return Picture(png, report.format, width, height, shown.compared, in_all, tuple(measures))
