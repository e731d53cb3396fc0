"""Solids in a drawing: when and by which program their body was written.

Room: redaction/formats. Pure. Bodies are ACIS models in their own format. Binary ones lie in chunks
and begin with a mark, the product, its version and a date; the date is overwritten in place, at the
same length. Text ones are lightly masked lines; their header is reported and stays, because a
line of a body is part of the geometry.
"""

import re
from typing import Final

from redaction.formats.dxf_draft import Draft, stated
from redaction.formats.dxf_tags import CODES, Kind, Record, Tag, joined
from redaction.model import Action, Category

MODELS: Final = frozenset({"3DSOLID", "BODY", "REGION", "SURFACE", "ACDSRECORD"})
BINARY_MARK: Final = re.compile(rb"\A.{0,32}?(?:ACIS|ASM) BinaryFile", re.DOTALL)
HEADER_BYTES: Final = 512
DATE: Final = re.compile(
    rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    rb" [ \d]\d \d\d:\d\d:\d\d \d{4}"
)
NO_DATE: Final = b"Thu Jan 01 00:00:00 1970"
# Text bodies write each character as 159 minus its code.
UNMASK: Final = bytes(159 - code if 32 < code < 127 else code for code in range(256))
HEADER_LINES: Final = 4


def plan_model(draft: Draft, record: Record) -> None:
    """Plan the date in the header of a body, if ``record`` holds one."""
    if record.kind not in MODELS and not record.kind.endswith("SURFACE"):
        return
    chunks = [tag for tag in record.tags if tag.code in CODES[Kind.CHUNK]]
    if chunks:
        _plan_binary(draft, chunks)
        return
    lines = [tag for tag in record.tags if tag.code == 1][:HEADER_LINES]
    header = b" ".join(draft.raw(tag) for tag in lines).translate(UNMASK)
    date = DATE.search(header)
    if date and date[0] != NO_DATE:
        told = date[0].decode("ascii")
        draft.note([stated("ACIS", Category.TIME, told, Action.KEPT)])


def _plan_binary(draft: Draft, chunks: list[Tag]) -> None:
    header = joined(draft.grid, chunks[:HEADER_BYTES])[:HEADER_BYTES]
    if not BINARY_MARK.match(header):
        return
    date = DATE.search(header)
    if date is None or date[0] == NO_DATE:
        return
    told = stated("ACIS", Category.TIME, date[0].decode("ascii"), Action.REPLACED)
    overwrite(draft, chunks, date.start(), NO_DATE)
    draft.note([told])


def overwrite(draft: Draft, chunks: list[Tag], at: int, value: bytes) -> None:
    """Write ``value`` over the bytes from ``at`` of what ``chunks`` hold together."""
    begins = 0
    for tag in chunks:
        held = draft.grid.chunk(tag)
        first, last = max(at, begins), min(at + len(value), begins + len(held))
        if first < last:
            piece = value[first - at : last - at]
            new = held[: first - begins] + piece + held[last - begins :]
            draft.put(tag, draft.grid.chunked(new))
        begins += len(held)
        if begins >= at + len(value):
            return
