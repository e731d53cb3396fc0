"""Legacy Office documents (DOC, XLS, PPT) and objects embedded in documents: who wrote them goes.

Room: redaction/formats. Runs only inside the sandbox worker. Pure. All of them are compound files,
and nothing in them moves: names, times, paths and properties are overwritten in their place by the
readers of ``office_streams``; files inside are cleaned by their own handlers; text, cells and
slides stay. Documents with macros, or partly unreadable here, are refused.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from redaction.carriers import compound_file, echoes, slots, xml_words
from redaction.carriers.compound_residue import wiped
from redaction.errors import (
    ActiveContentError,
    EncryptedError,
    NotFaithfulError,
    OpaqueStreamError,
)
from redaction.fidelity import patches
from redaction.formats import office_content, office_streams
from redaction.formats.office_paper import Paper
from redaction.model import Edit, Member, Plan, Profile, Proof, patched
from redaction.text import people

PROGRAMS: Final = frozenset(
    {"VBA", "_VBA_PROJECT", "_VBA_PROJECT_CUR", "Macros", "PROJECT", "PROJECTwm"}
    | {"Ctls", "\x03OCXNAME", "\x03OCXDATA"}
)
PROTECTED: Final = frozenset(
    {"EncryptedPackage", "EncryptionInfo", "\x06DataSpaces", "EncryptedSummary", "encryption"}
)


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - what a document says is only told
    """Return the bytes to overwrite, none of which moves another, and whom the words name.

    Raises:
        UnreadableError: damaged.
        ActiveContentError: it holds macros or controls.
        EncryptedError: it is protected by a password.
        OpaqueStreamError: a stream nobody here can read.
    """
    paper = _cleaned(data)
    edits: list[Edit] = []
    for stream in paper.compound.streams:
        edits += stream.edits(stream.content(data), bytes(paper.contents[stream.name]))
    residue, told = wiped(paper.compound, data, "OLE")
    findings = [*paper.findings, *told, *xml_words.named("Office.text", paper.shown)]
    findings += xml_words.echoes("Office.text", echoes.telling(paper.findings), paper.shown)
    return Plan(tuple(findings), tuple(sorted((*edits, *residue))))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` with the planned bytes overwritten."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that nothing moved, and that text, cells and slides are the same.

    Raises:
        NotFaithfulError: something else differs.
    """
    cleaned = slots.repacked_alike(original, cleaned, _cleaned(original).slots)
    patches.check_patched(original, cleaned, plan.edits)
    before, after = compound_file.read(original), compound_file.read(cleaned)
    if (before.streams, before.storages) != (after.streams, after.storages):
        raise NotFaithfulError("streams are missing, added or moved")
    same = sum(stream.content(original) == stream.content(cleaned) for stream in before.streams)
    said = f"{same} of {len(before.streams)} streams are the same bytes, the others but for blanks"
    compared = office_content.compared(before, original, cleaned)
    return (Proof("members", len(before.streams), said), *compared)


def members(data: bytes) -> Sequence[Member]:
    """Return the pictures and embedded files, to be cleaned by their own handlers."""
    found = _cleaned(data).slots
    return [Member(at, slot.name, slot.content(data)) for at, slot in enumerate(found, 1)]


def repacked(data: bytes, replaced: Mapping[str, bytes]) -> bytes:
    """Return the document with the files in ``replaced`` holding what stands there.

    Raises:
        OpaqueStreamError: one does not fit into its place any more.
    """
    return patched(data, slots.filled(data, _cleaned(data).slots, replaced))


def _cleaned(data: bytes) -> Paper:
    compound = compound_file.read(data)
    names = compound.names()
    if names & PROTECTED:
        raise EncryptedError
    if names & PROGRAMS:
        raise ActiveContentError
    if len({stream.name for stream in compound.streams}) != len(compound.streams):
        raise OpaqueStreamError
    paper = Paper(compound, data)
    paper.contents = {s.name: bytearray(s.content(data)) for s in compound.streams}
    for stream in compound.streams:
        office_streams.read(paper, stream)
    return paper


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()
