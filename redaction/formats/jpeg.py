"""JPEG photographs and scans: everything but the picture goes.

Room: redaction/formats. Runs only inside the sandbox worker. Pure. Segments are cut out, never
decoded and encoded again; what each one is stands in ``redaction.carriers.jpeg_segments`` and in
docs/reference/formats/jpeg.md.
"""

from collections.abc import Sequence

from redaction.carriers import jpeg_segments
from redaction.errors import NotFaithfulError
from redaction.fidelity import pixels
from redaction.model import Plan, Profile, Proof, patched
from redaction.text import people


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - a photograph has no words to choose from
    """Return the segments to cut; the orientation a viewer applies is kept.

    Raises:
        UnreadableError: no JPEG, or cut off.
        TooLargeError: more pixels than can be compared.
    """
    orientation = pixels.orientation(pixels.opened(data, "JPEG"))
    edits, findings = jpeg_segments.planned(data, orientation)
    return Plan(findings, edits)


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` without the planned segments."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that the coded picture is the same bytes and decodes to the same pixels.

    Raises:
        NotFaithfulError: something else differs.
        UnreadableError: the picture does not decode.
    """
    if cleaned != patched(original, plan.edits):
        raise NotFaithfulError("bytes outside the plan differ")
    parts = list(jpeg_segments.coded(original))
    if parts != list(jpeg_segments.coded(cleaned)):
        raise NotFaithfulError("coded data differs")
    return (
        Proof("bytes", len(parts), "every table and scan of the picture is the same bytes"),
        pixels.images(original, cleaned, "JPEG"),
    )


def warm() -> None:
    """Load the decoders, so that no file is opened afterwards."""
    people.warm()
    pixels.warm()
