"""SVG drawings packed with gzip (.svgz): unpacked, cleaned as SVG, packed again.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; bounded in size. The wrapping
goes with the old packing (``carriers.gzip_file``); the drawing in it is cleaned by its own handler.
Specification: SVG 2 §A.1 (gzip), RFC 1952.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from redaction.carriers import gzip_file
from redaction.fidelity import members as oracle
from redaction.model import Member, Plan, Profile, Proof
from redaction.text import people

REPACK: Final = "repack"
DRAWING: Final = "drawing.svg"


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - the drawing is planned by its own
    """Return whether it must be packed anew, and what the old packing tells.

    Raises:
        UnreadableError: the packing is damaged.
        TooLargeError: it unpacks to more than is reasonable.
    """
    content, *_ = gzip_file.unpacked(data)
    if gzip_file.packed(content) == data:
        return Plan()
    return Plan(tuple(gzip_file.wrapping(data)), tasks=(REPACK,))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return the drawing packed anew; without that task, ``data`` itself."""
    return gzip_file.packed(gzip_file.unpacked(data)[0]) if REPACK in plan.tasks else data


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:  # noqa: ARG001
    """Prove that the drawing inside is the same bytes.

    Raises:
        NotFaithfulError: it is not.
    """
    before, after = (gzip_file.unpacked(data)[0] for data in (original, cleaned))
    return (oracle.parts({DRAWING: before}, {DRAWING: after}),)


def members(data: bytes) -> Sequence[Member]:
    """Return the drawing, to be cleaned by its own handler."""
    return [Member(1, DRAWING, gzip_file.unpacked(data)[0])]


def repacked(data: bytes, replaced: Mapping[str, bytes]) -> bytes:
    """Return the drawing in ``replaced``, packed."""
    return gzip_file.packed(replaced.get(DRAWING, gzip_file.unpacked(data)[0]))


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()
