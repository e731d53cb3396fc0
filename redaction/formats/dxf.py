"""DXF drawings, as text or binary: metadata is patched away, every other byte stays.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; linear in the file. The file is
read as tags (``dxf_tags``), planned record by record, and never written anew: no library that loads
and saves a drawing keeps all of it. What goes and what stays is in docs/reference/formats/dxf.md.
"""

from collections.abc import Sequence

from redaction.carriers import drawing_words
from redaction.formats import (
    dxf_fidelity,
    dxf_header,
    dxf_metadata,
    dxf_names,
    dxf_objects,
    dxf_repeats,
)
from redaction.formats.dxf_ascii import AsciiGrid
from redaction.formats.dxf_binary import SENTINEL, BinaryGrid
from redaction.formats.dxf_content import Content
from redaction.formats.dxf_draft import Draft
from redaction.formats.dxf_tags import Record, Tag, records
from redaction.model import Plan, Profile, Proof, patched
from redaction.text import people


def plan(data: bytes, profile: Profile) -> Plan:
    """Return the values to change and the tags to cut.

    Raises:
        UnreadableError: no DXF, damaged or cut off.
    """
    grid = _grid(data)
    comments: list[Tag] = []
    draft = Draft(grid, drawing_words.DEFAULT_PAGE)
    content = Content(draft, profile)
    dxf_names.number(draft, profile)
    preview: Tag | None = None
    end: Tag | None = None
    for record in records(grid, comments):
        name = _section_name(record)
        if name == "HEADER":
            _begin(draft, record)
        elif name == "THUMBNAILIMAGE":
            preview = record.head
        elif record.kind == "ENDSEC" and preview is not None:
            dxf_metadata.plan_preview(draft, preview.at, record.head.after)
            preview = None
        elif record.kind == "EOF":
            end = record.head
        else:
            dxf_objects.plan_record(draft, record)
            content.add(record)
    dxf_metadata.plan_comments(draft, comments)
    if end is not None:
        dxf_metadata.plan_tail(draft, end)
        content.plan()
        dxf_repeats.plan_repeats(draft, end.after)
    return Plan(tuple(draft.findings), draft.edits())


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` with the planned values in place of the old ones."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that every tag outside the planned places is the same, in the same order.

    Raises:
        NotFaithfulError: something else differs.
    """
    return (dxf_fidelity.compare(original, cleaned, plan.edits, _grid(original)),)


def warm() -> None:
    """Load what reading words needs, so that no file is opened afterwards."""
    people.warm()
    drawing_words.warm()


def _grid(data: bytes) -> AsciiGrid | BinaryGrid:
    return BinaryGrid(data) if data.startswith(SENTINEL) else AsciiGrid(data)


def _section_name(record: Record) -> str:
    return record.section if record.kind == "SECTION" else ""


def _begin(draft: Draft, head: Record) -> None:
    """Learn from the header how text is written, and plan the header."""
    settings = dxf_header.settings(draft.grid, head.head)
    draft.codec = drawing_words.page_of(
        settings.get(b"$ACADVER", b""), settings.get(b"$DWGCODEPAGE", b"")
    )
    dxf_metadata.plan_header(draft, head.head)
