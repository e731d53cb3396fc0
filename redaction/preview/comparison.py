"""What was measured before beside what was measured after.

Room: redaction/preview. Pure. The measures come from readers that had no part in the cleaning;
that they agree is a second opinion, and no proof: the proofs stand in the report.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of both sides; None where one side has no such measure."""

    name: str
    before: str | None
    after: str | None

    @property
    def same(self) -> bool:
        """Whether both sides were measured, and alike."""
        return self.before == self.after


def compared(
    before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]
) -> tuple[Row, ...]:
    """Return every measure of either side, in the order they were told."""
    ours, theirs = dict(before), dict(after)
    names = [*ours, *(name for name in theirs if name not in ours)]
    return tuple(Row(name, ours.get(name), theirs.get(name)) for name in names)
