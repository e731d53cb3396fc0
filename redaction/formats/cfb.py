"""Native CAD files that are compound files (Inventor, SOLIDWORKS before 2015, Solid Edge).

Room: redaction/formats. Runs only inside the sandbox worker. Pure. Nothing moves: properties,
previews, users and paths are overwritten in their place, times and the bytes of nobody are wiped,
and every other byte stays. A file with programs in it, or with streams packed in a way that cannot
be searched, is refused. See ``carriers.compound_file`` and ``carriers.native_streams``.
"""

from collections.abc import Sequence
from typing import Final

from redaction.carriers import compound_file, compound_residue, packed_streams
from redaction.carriers.compound_file import Compound
from redaction.carriers.native_streams import Draft, profiles
from redaction.errors import (
    ActiveContentError,
    EncryptedError,
    MemberRefusedError,
    NotFaithfulError,
    UnsupportedFormatError,
)
from redaction.model import Edit, Plan, Profile, Proof, patched
from redaction.text import people

FAMILY: Final = "CFB"
PROGRAMS: Final = frozenset({"VBA", "_VBA_PROJECT", "_VBA_PROJECT_CUR", "Macros"})
PROTECTED: Final = frozenset({"EncryptedPackage", "EncryptionInfo", "\x06DataSpaces"})
# Documents that were put into the model: each names its own people, in places of its own.
DOCUMENTS: Final = frozenset(
    {"WordDocument", "Workbook", "Book", "PowerPoint Document", "VisioDocument", "Package"}
    | {"\x01Ole10Native", "CONTENTS"}
)


def plan(data: bytes, profile: Profile) -> Plan:
    """Return the bytes to overwrite, none of which moves another.

    Raises:
        UnreadableError: damaged.
        ActiveContentError: it holds macros.
        EncryptedError: it is protected by a password.
        MemberRefusedError: a document of another program was put into it.
        OpaqueStreamError: a stream is packed in a way that cannot be searched.
        ForeignStreamError: an added program keeps users' names.
    """
    compound = compound_file.read(data)
    names = compound.names()
    if names & PROTECTED:
        raise EncryptedError
    if names & PROGRAMS:
        raise ActiveContentError
    for stream in compound.streams:
        if stream.path[-1] in DOCUMENTS and stream.size:
            where = "a document inside"
            raise MemberRefusedError(where, stream.name, UnsupportedFormatError())
    draft = _drafted(compound, data, profile)
    edits: list[Edit] = []
    for stream in compound.streams:
        edits += stream.edits(stream.content(data), draft.contents[stream.name])
    wiped, told = compound_residue.wiped(compound, data, FAMILY)
    findings = (*draft.findings, *told, *draft.named())
    return Plan(findings, tuple(sorted((*edits, *wiped))))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` with the planned bytes overwritten."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that nothing moved, and that every stream not planned is the same bytes.

    Raises:
        NotFaithfulError: something else differs.
    """
    if len(cleaned) != len(original) or cleaned != patched(original, plan.edits):
        raise NotFaithfulError("bytes outside the plan differ")
    before, after = compound_file.read(original), compound_file.read(cleaned)
    if (before.streams, before.storages) != (after.streams, after.storages):
        raise NotFaithfulError("streams are missing, added or moved")
    drafts = [_drafted(before, original, profile) for profile in profiles(plan.findings)]
    same = 0
    for stream in before.streams:
        old, new = stream.content(original), stream.content(cleaned)
        if old == new:
            same += 1
        elif all(new != draft.contents[stream.name] for draft in drafts):
            raise NotFaithfulError("a stream differs in more than was planned")
    said = f"{same} of {len(before.streams)} streams are the same bytes, the others but for text"
    return (
        Proof("allowed-diff", len(original), "nothing moved; only planned bytes differ"),
        Proof("members", len(before.streams), said),
    )


def _drafted(compound: Compound, data: bytes, profile: Profile | None) -> Draft:
    draft = Draft(FAMILY, profile)
    for stream in compound.streams:
        content = stream.content(data)
        packed = packed_streams.opened(stream.name, content)
        if packed is None:
            draft.change(stream.name, content)
        else:
            draft.change_packed(stream.name, content, packed)
    draft.finish()
    return draft


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()
