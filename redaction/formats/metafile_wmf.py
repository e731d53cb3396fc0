"""Windows metafiles (WMF): notes of programs are blanked; every stroke stays.

Room: redaction/formats. Runs only inside the sandbox worker. Pure. Nothing moves: comments and
names of print jobs are overwritten in place; the same picture as an EMF, and pictures, are cleaned
by their own handlers; text that is drawn is only told. See ``metafile_wmf_sight``;
docs/reference/formats/metafiles.md.
"""

from collections.abc import Iterator, Mapping, Sequence

from redaction.carriers import echoes, slots, xml_words
from redaction.carriers.slots import gathered, scattered
from redaction.carriers.wmf_records import records
from redaction.carriers.xml_words import Words
from redaction.errors import NotFaithfulError
from redaction.fidelity import patches
from redaction.formats.metafile_wmf_sight import ESCAPE, Sight, seen, summed
from redaction.model import Edit, Member, Plan, Profile, Proof, patched
from redaction.text import people


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - what is drawn is only told
    """Return the bytes to overwrite, and whom the drawn text names.

    Raises:
        UnreadableError: damaged or cut off.
    """
    sight = seen(data)
    shown = [Words("drawn text", "\n".join(sight.lines), "", "")]
    findings = [*sight.findings, *xml_words.named("WMF.text", shown)]
    findings += xml_words.echoes("WMF.text", echoes.telling(sight.findings), shown)
    return Plan(tuple(findings), tuple(sorted(sight.edits)))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` with the planned bytes overwritten."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that every record but the escapes is the same bytes in the same place.

    Raises:
        NotFaithfulError: something else differs.
    """
    patches.check_patched(original, cleaned, plan.edits)
    before = records(original)
    if before != records(cleaned) or len(original) != len(cleaned):
        raise NotFaithfulError("records are missing, added or moved")
    for record in before:
        same = original[record.start : record.end] == cleaned[record.start : record.end]
        if not same and record.kind != ESCAPE:
            raise NotFaithfulError("a record that draws differs")
    said = "every record that draws is the same bytes, in its place"
    return (Proof("members", len(before), said),)


def members(data: bytes) -> Sequence[Member]:
    """Return the pictures inside that are files of their own."""
    found = seen(data).slots
    return [Member(at, slot.name, slot.content(data)) for at, slot in enumerate(found, 1)]


def repacked(data: bytes, replaced: Mapping[str, bytes]) -> bytes:
    """Return the metafile with the pictures in ``replaced`` holding what stands there."""
    sight = seen(data)
    edits = slots.filled(data, sight.slots, replaced)
    written = patched(data, edits)
    return patched(written, list(_summed(sight, written)))


def _summed(sight: Sight, written: bytes) -> Iterator[Edit]:
    """Yield the sums of the EMF inside, changed as its words were."""
    turned = summed(gathered(sight.data, sight.chunks)) ^ summed(gathered(written, sight.chunks))
    for place in sight.checksums if turned else ():
        held = int.from_bytes(gathered(sight.data, (place,)), "little")
        yield from scattered((place,), (held ^ turned).to_bytes(2, "little"))


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()
