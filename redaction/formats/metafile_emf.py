"""Enhanced metafiles (EMF, EMF+): who drew them and with what is blanked; every stroke stays.

Room: redaction/formats. Runs only inside the sandbox worker. Pure. Nothing moves: the description
in the header, names of groups, private comments and the paths of colour profiles are overwritten
in place; pictures inside are cleaned by their own handlers; text that is drawn is only told. See
``metafile_emf_records``, ``metafile_emf_sight``; docs/reference/formats/metafiles.md.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from redaction.carriers import echoes, slots, xml_words
from redaction.carriers.xml_words import Words
from redaction.errors import NotFaithfulError, UnreadableError
from redaction.fidelity import patches
from redaction.formats import metafile_emf_sight
from redaction.formats.metafile_emf_records import records
from redaction.model import Member, Plan, Profile, Proof, patched
from redaction.text import people


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - what is drawn is only told
    """Return the bytes to overwrite, and whom the drawn text names.

    Raises:
        UnreadableError: damaged, cut off, or two records claim the same bytes.
        OpaqueStreamError: the picture is there a second time in another format.
    """
    sight = metafile_emf_sight.seen(data)
    edits = tuple(sorted(sight.edits))
    if any(one.end > other.start for one, other in pairwise(edits)):
        raise UnreadableError
    shown = [Words("drawn text", sight.text(), "", "")]
    findings = [*sight.findings, *xml_words.named("EMF.text", shown)]
    findings += xml_words.echoes("EMF.text", echoes.telling(sight.findings), shown)
    return Plan(tuple(findings), edits)


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` with the planned bytes overwritten."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that every record that draws is the same bytes in the same place.

    Raises:
        NotFaithfulError: something else differs.
    """
    patches.check_patched(original, cleaned, plan.edits)
    before, after = records(original), records(cleaned)
    if before != after or len(original) != len(cleaned):
        raise NotFaithfulError("records are missing, added or moved")
    for record in before:
        same = original[record.start : record.end] == cleaned[record.start : record.end]
        if not same and record.kind not in metafile_emf_sight.CARRIERS:
            raise NotFaithfulError("a record that draws differs")
    said = "every record that draws is the same bytes, in its place"
    return (Proof("members", len(before), said),)


def members(data: bytes) -> Sequence[Member]:
    """Return the pictures inside that are files of their own."""
    found = metafile_emf_sight.seen(data).slots
    return [Member(at, slot.name, slot.content(data)) for at, slot in enumerate(found, 1)]


def repacked(data: bytes, replaced: Mapping[str, bytes]) -> bytes:
    """Return the metafile with the pictures in ``replaced`` holding what stands there."""
    return patched(data, slots.filled(data, metafile_emf_sight.seen(data).slots, replaced))


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()
