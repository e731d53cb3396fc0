"""Rhino models (3DM): who made and saved them goes, every object stays byte for byte.

Room: redaction/formats. Runs only inside the sandbox worker. Pure. Names, notes and paths are
overwritten in their place and the checksums round them written anew; previews are cut out, and
what follows the end. Carriers: ``ON_3dmRevisionHistory``, ``ON_3dmNotes``, ``ON_3dmProperties``.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from redaction.carriers import buried_paths
from redaction.errors import NotFaithfulError, TooComplexError, UnreadableError
from redaction.formats import rhino_chunks
from redaction.formats.rhino_chunks import Archive, Chunk
from redaction.model import Action, Category, Edit, Finding, Plan, Profile, Proof, patched
from redaction.text import people

REVISIONS: Final = 0x20008021
NOTES: Final = 0x20008022
FILE_NAME: Final = 0x20008027
PREVIEWS: Final = (0x20008023, 0x20008025)
TIME_BYTES: Final = 32
# 1970-01-01 00:00:00, a Thursday, as ``struct tm`` counts.
NO_TIME: Final = struct.pack("<8i", 0, 0, 0, 1, 0, 70, 4, 0)
MAX_PLACES: Final = 5_000


@dataclass(slots=True)
class _Draft:
    """The file as it will be, before previews are cut, and what was taken out of it."""

    archive: Archive
    changed: bytearray
    findings: list[Finding] = field(default_factory=list)
    places: list[Edit] = field(default_factory=list)

    def overwrite(self, edit: Edit, category: Category, told: str, where: str) -> None:
        """Put ``edit``, which keeps the length, in its place, if it changes anything."""
        if bytes(self.changed[edit.start : edit.end]) == edit.replacement:
            return
        self.changed[edit.start : edit.end] = edit.replacement
        self.places.append(edit)
        seed = category in (Category.PERSON, Category.PATH)
        self.findings.append(
            Finding(f"3DM.{where}", category, Action.REMOVED, told, where, seed=seed)
        )


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - a model's words are only told
    """Return the bytes to overwrite and the previews to cut.

    Raises:
        UnreadableError: no Rhino model, damaged, or cut off.
        UnsupportedFormatError: of the first version.
        OpaqueStreamError: a checksum round a change cannot be told.
    """
    draft = _drafted(data)
    removed = [known for known in draft.archive.records if known[1].type in PREVIEWS]
    edits = list(_written(data, draft, [record for _, record in removed]))
    findings = list(draft.findings)
    if removed:
        picture = "preview picture"
        findings.append(
            Finding("3DM.preview", Category.PREVIEW, Action.REMOVED, picture, seed=False)
        )
    if draft.archive.end < len(data):
        edits.append(Edit(draft.archive.end, len(data), b""))
        told = "after the end of the model"
        findings.append(Finding("3DM", Category.HISTORY, Action.REMOVED, told, seed=False))
    return Plan(tuple(findings), tuple(sorted(edits)))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` with the planned bytes overwritten or cut."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that every record but previews is in its table, the same bytes but for the plan.

    Raises:
        NotFaithfulError: something else differs.
        UnreadableError: a length is wrong now.
    """
    if cleaned != patched(original, plan.edits):
        raise NotFaithfulError("bytes outside the plan differ")
    before = [
        known for known in rhino_chunks.read(original).records if known[1].type not in PREVIEWS
    ]
    after = rhino_chunks.read(cleaned).records
    kinds = [(table.type, record.type, record.end - record.start) for table, record in before]
    if kinds != [(table.type, record.type, record.end - record.start) for table, record in after]:
        raise NotFaithfulError("records are missing, added or moved")
    same = sum(
        original[old.start : old.end] == cleaned[new.start : new.end]
        for (_, old), (_, new) in zip(before, after, strict=True)
    )
    said = f"{same} of {len(before)} records are the same bytes, the others but for text"
    return (
        Proof("allowed-diff", len(original), "only planned bytes differ"),
        Proof("members", len(before), said),
    )


def _drafted(data: bytes) -> _Draft:
    draft = _Draft(rhino_chunks.read(data), bytearray(data))
    for _, record in draft.archive.records:
        if record.type == REVISIONS:
            _revisions(draft, data, record)
        elif record.type == NOTES:
            _notes(draft, data, record)
    _paths_and_names(draft)
    if len(draft.places) > MAX_PLACES:
        raise TooComplexError
    for _, record in draft.archive.records:
        _seal(draft, data, record)
    for chunk in draft.archive.chunks:
        if not chunk.is_table:
            _seal(draft, data, chunk)
    return draft


def _paths_and_names(draft: _Draft) -> None:
    """Take the directories out of paths, and names that stand alone, wherever they are."""
    for buried in buried_paths.paths(bytes(draft.changed[: draft.archive.end])):
        draft.overwrite(buried.edit, Category.PATH, buried.path, "path")
        for home in buried_paths.homes(buried.path):
            draft.findings.append(
                Finding("3DM.path", Category.PERSON, Action.REMOVED, home, "path")
            )
    wanted = {
        found.value
        for found in draft.findings
        if found.category is Category.PERSON and buried_paths.is_telling(found.value)
    }
    for edit, name in list(buried_paths.names(bytes(draft.changed), wanted)):
        draft.overwrite(edit, Category.PERSON, name, "name")


def _seal(draft: _Draft, data: bytes, record: Chunk) -> None:
    places = [edit.start for edit in draft.places if record.body <= edit.start < record.end]
    if places:
        rhino_chunks.sealed(data, draft.changed, record, places, draft.archive.number_bytes)


def _written(data: bytes, draft: _Draft, removed: Sequence[Chunk]) -> Iterator[Edit]:
    """Yield the edits of the file: changed records, cut previews, and the lengths round them."""
    size_bytes = draft.archive.number_bytes
    cut = sum(record.end - record.start for record in removed)
    for _, record in draft.archive.records:
        if record in removed:
            yield Edit(record.start, record.end, b"")
        elif data[record.start : record.end] != draft.changed[record.start : record.end]:
            changed = bytes(draft.changed[record.start : record.end])
            yield Edit(record.start, record.end, changed)
    for chunk in draft.archive.chunks:
        inside = sum(r.end - r.start for r in removed if chunk.body <= r.start < chunk.end)
        if chunk.is_table and inside:
            length = chunk.end - chunk.body - inside
            yield Edit(chunk.start + 4, chunk.body, length.to_bytes(size_bytes, "little"))
        elif chunk.type == rhino_chunks.END_OF_FILE:
            size = (draft.archive.end - cut).to_bytes(chunk.end - chunk.body, "little")
            if size != data[chunk.body : chunk.end]:
                yield Edit(chunk.body, chunk.end, size)
        elif not chunk.is_table and data[chunk.start : chunk.end] != bytes(
            draft.changed[chunk.start : chunk.end]
        ):
            yield Edit(chunk.start, chunk.end, bytes(draft.changed[chunk.start : chunk.end]))


def _revisions(draft: _Draft, data: bytes, record: Chunk) -> None:
    """Blank who created and who saved the model, and when."""
    at = record.body + 1
    for _ in range(2):
        start, end, text = _string(data, at, record)
        if text.strip():
            blank = " ".encode("utf-16-le") * len(text)
            stop = start + 2 * len(text)
            draft.overwrite(Edit(start, stop, blank), Category.PERSON, text, "revisions")
        time = Edit(end, end + TIME_BYTES, NO_TIME)
        if time.end > record.end:
            raise UnreadableError("cut off")
        draft.overwrite(time, Category.TIME, "time", "revisions")
        at = time.end


def _notes(draft: _Draft, data: bytes, record: Chunk) -> None:
    """Blank the notes: an option, a place on the screen, and a text."""
    at = record.body + 1 + 4 * 6
    if at + 4 > record.end:
        return
    start, _, text = _string(data, at, record)
    if text.strip():
        blank = " ".encode("utf-16-le") * len(text)
        stop = start + 2 * len(text)
        draft.overwrite(Edit(start, stop, blank), Category.COMMENT, text, "notes")


def _string(data: bytes, at: int, record: Chunk) -> tuple[int, int, str]:
    """Return start, end and text of the string at ``at``: a count with its zero, then UTF-16."""
    start = at + 4
    end = start + 2 * int.from_bytes(data[at:start], "little")
    if end > record.end:
        raise UnreadableError("cut off")
    return start, end, data[start:end].decode("utf-16-le", "replace").partition("\0")[0]


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()
