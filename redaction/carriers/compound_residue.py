"""What a compound file keeps beside its streams: times, and the bytes of nobody, to be wiped.

Room: redaction/carriers. Pure; linear in the file. Where deleted text lies, [MS-CFB] leaves it: in
sectors that were given back, behind the ends of streams, in entries of the directory without name.
"""

from collections.abc import Iterator, Sequence

from redaction.carriers.compound_file import VACANT, Compound, Extent
from redaction.model import Action, Category, Edit, Finding


def wiped(compound: Compound, data: bytes, family: str) -> tuple[list[Edit], list[Finding]]:
    """Return what wipes the times of the directory and the bytes that belong to no stream."""
    edits: list[Edit] = []
    findings: list[Finding] = []
    for what, category, extents, blank in (
        ("time", Category.TIME, compound.times, bytes(16)),
        ("entry", Category.HISTORY, compound.vacant, VACANT),
        ("unused", Category.HISTORY, compound.unused, None),
    ):
        changed = list(_blanked(data, extents, blank))
        edits += changed
        if changed:
            told = f"{what} of the compound file"
            findings.append(Finding(f"{family}.{what}", category, Action.REMOVED, told, seed=False))
    return edits, findings


def _blanked(data: bytes, extents: Sequence[Extent], blank: bytes | None) -> Iterator[Edit]:
    for start, end in extents:
        wanted = bytes(end - start) if blank is None else blank
        if data[start:end] != wanted:
            yield Edit(start, end, wanted)
