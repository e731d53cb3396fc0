"""Proof that a DWG is the same: every stream is unpacked again, every object compared.

Room: redaction/formats. Pure. Only streams of properties may differ freely; of the objects only as
many as were planned, each of the same size, at the same place and with a sound checksum.
"""

from typing import Final

from redaction.errors import NotFaithfulError
from redaction.formats import dwg_header
from redaction.formats.dwg_bits import written
from redaction.formats.dwg_objects import Stretch
from redaction.formats.dwg_properties import SECTIONS
from redaction.formats.dwg_streams import AUXILIARY, HEADER, PREVIEW, WHOLE, Drawing
from redaction.formats.dwg_strings import strings
from redaction.model import Action, CarrierClass, Plan, Proof, patched

PROPERTIES: Final = frozenset(SECTIONS)
HEADERS: Final = frozenset({HEADER, AUXILIARY})
HEADER_CARRIERS: Final = ("DWG.Header", "DWG.AuxHeader")
# Findings that stand for a change in an object, by the beginning of their carrier.
OBJECT_CARRIERS: Final = ("DWG.object", "DWG.DWGPROPS")
CHANGES: Final = frozenset({Action.REMOVED, Action.REPLACED})


def compare(before: Drawing, after: Drawing, plan: Plan) -> Proof:
    """Return the proof that ``after`` differs in planned places only.

    Raises:
        NotFaithfulError: something else differs.
    """
    if after.data != patched(before.data, plan.edits) or len(after.data) != len(before.data):
        raise NotFaithfulError("bytes outside the plan differ")
    if before.streams.keys() != after.streams.keys() or before.version != after.version:
        raise NotFaithfulError("other streams")
    for name, stream in before.streams.items():
        same = stream == after.streams[name]
        if len(stream) != len(after.streams[name]):
            raise NotFaithfulError("a stream of another length")
        if not same and name not in PROPERTIES | HEADERS and name != before.body:
            raise NotFaithfulError("a stream outside the plan differs")
    _compare_headers(before, after, plan)
    changed = _compare_objects(before, after)
    findings = [told for told in plan.findings if told.action in CHANGES]
    planned = sum(told.carrier.startswith(OBJECT_CARRIERS) for told in findings)
    beyond = len(changed)
    if any(told.carrier_class is CarrierClass.CONTENT for told in findings):
        beyond = len(changed - _changed_in_words(before, after, changed))
    if beyond > planned:
        raise NotFaithfulError("more objects differ than were planned")
    objects = len(before.objects().stretches)
    return Proof(
        "allowed-diff",
        objects,
        "every object keeps its place, size, handle and checksum; "
        f"{len(changed)} of {objects} hold another text of the same length",
    )


def _compare_headers(before: Drawing, after: Drawing, plan: Plan) -> None:
    """Compare the headers with what the rule makes of them, for the plan's other findings."""
    removed = [found for found in plan.findings if not found.carrier.startswith(HEADER_CARRIERS)]
    for name, rewrite in dwg_header.rewrites(before.version, removed).items():
        if name in before.streams:
            expected, _ = rewrite(before.streams[name], before.text)
            if after.streams[name] not in (before.streams[name], expected):
                raise NotFaithfulError("a header differs in more than times and removed values")


def _changed_in_words(before: Drawing, after: Drawing, changed: set[Stretch]) -> set[Stretch]:
    """Return those of the ``changed`` objects that differ in strings alone."""
    objects = before.objects()
    masked = [bytearray(objects.stream), bytearray(after.objects().stream)]
    for one in strings(objects, before.text):
        if one.stretch in changed:
            for stream in masked:
                written(stream, one.at, bytes(len(one.raw)))
    old, new = masked
    return {one for one in changed if old[one.start : one.end] == new[one.start : one.end]}


def _compare_objects(before: Drawing, after: Drawing) -> set[Stretch]:
    """Return the objects that differ."""
    old, new = before.objects(), after.objects()
    if old.stretches != new.stretches:
        raise NotFaithfulError("another number of objects")
    changed: set[Stretch] = set()
    position = 0
    gaps = before.body != WHOLE
    for stretch in old.stretches:
        end = stretch.end + 2
        if gaps and old.stream[position : stretch.start] != new.stream[position : stretch.start]:
            raise NotFaithfulError("bytes between objects differ")
        if old.stream[stretch.start : end] != new.stream[stretch.start : end]:
            changed.add(stretch)
            if not new.sound(stretch):
                raise NotFaithfulError("a checksum is wrong")
        position = max(position, end)
    _compare_rest(before, after)
    return changed


def _compare_rest(before: Drawing, after: Drawing) -> None:
    """Compare what of a plain file is in no object, no header and not the preview."""
    if before.body != WHOLE:
        return
    masked = [bytearray(drawing.data) for drawing in (before, after)]
    for stretch in before.objects().stretches:
        for data in masked:
            data[stretch.start : stretch.end + 2] = bytes(stretch.end + 2 - stretch.start)
    for name in (PREVIEW, *HEADERS):
        start, end = before.place(name)
        for data in masked:
            data[start:end] = bytes(end - start)
    if masked[0] != masked[1]:
        raise NotFaithfulError("bytes outside objects differ")
