"""STEP models packed with gzip (.stpz, .stp.gz): unpacked, cleaned as STEP, packed again.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; bounded in size. The wrapping
itself names the original file and the moment of packing; the new one names nothing and is the
same for everybody. Source: RFC 1952 §2.3; the model: ``redaction.formats.step``.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from redaction.carriers import gzip_file
from redaction.errors import NotFaithfulError
from redaction.formats import step
from redaction.model import Plan, Profile, Proof

REPACK: Final = "repack"


def plan(data: bytes, profile: Profile) -> Plan:
    """Return what is to be replaced in the model, and whether it must be packed anew.

    Raises:
        UnreadableError: the packing or the model is damaged.
        TooLargeError: it unpacks to more than is reasonable.
    """
    model, members, end = gzip_file.unpacked(data)
    inner = step.plan(model, profile)
    if gzip_file.is_plain(data, members, end) and not inner.changes:
        return inner
    return replace(inner, findings=(*inner.findings, *gzip_file.wrapping(data)), tasks=(REPACK,))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return the cleaned model packed anew; without a planned change, ``data`` itself."""
    if not plan.changes:
        return data
    return gzip_file.packed(step.apply(gzip_file.unpacked(data)[0], plan))


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that the model inside is the same but for planned tokens.

    Raises:
        NotFaithfulError: something else differs.
    """
    if not plan.changes and original != cleaned:
        raise NotFaithfulError("changed without a plan")
    return step.prove(gzip_file.unpacked(original)[0], gzip_file.unpacked(cleaned)[0], plan)


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    step.warm()
