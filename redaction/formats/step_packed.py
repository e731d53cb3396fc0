"""STEP models packed with gzip (.stpz, .stp.gz): unpacked, cleaned as STEP, packed again.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; bounded in size. The wrapping
itself names the original file and the moment of packing; the new one names nothing and is the
same for everybody. Source: RFC 1952 §2.3; the model: ``redaction.formats.step``.
"""

import struct
import zlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from redaction.errors import NotFaithfulError, TooLargeError, UnreadableError
from redaction.formats import step
from redaction.model import Action, Category, Finding, Plan, Profile, Proof

REPACK: Final = "repack"
MAX_RATIO: Final = 200
MIN_ALLOWED_BYTES: Final = 64 * 1024 * 1024
MAX_ALLOWED_BYTES: Final = 512 * 1024 * 1024
PIECE_BYTES: Final = 1024 * 1024
# Deflate, no flags, no time, best packed, on a system that is not told.
HEADER: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
EXTRA, NAME, COMMENT = 4, 8, 16


def plan(data: bytes, profile: Profile) -> Plan:
    """Return what is to be replaced in the model, and whether it must be packed anew.

    Raises:
        UnreadableError: the packing or the model is damaged.
        TooLargeError: it unpacks to more than is reasonable.
    """
    model, members, end = _unpacked(data)
    inner = step.plan(model, profile)
    alike = data.startswith(HEADER) and members == 1 and end == len(data)
    if alike and not inner.changes:
        return inner
    return replace(inner, findings=(*inner.findings, *_wrapping(data)), tasks=(REPACK,))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return the cleaned model packed anew; without a planned change, ``data`` itself."""
    if not plan.changes:
        return data
    return packed(step.apply(_unpacked(data)[0], plan))


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that the model inside is the same but for planned tokens.

    Raises:
        NotFaithfulError: something else differs.
    """
    if not plan.changes and original != cleaned:
        raise NotFaithfulError("changed without a plan")
    return step.prove(_unpacked(original)[0], _unpacked(cleaned)[0], plan)


def packed(model: bytes) -> bytes:
    """Return ``model`` as a gzip file that says nothing of where and when it was made."""
    engine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = engine.compress(model) + engine.flush()
    return HEADER + body + struct.pack("<II", zlib.crc32(model), len(model) & 0xFFFFFFFF)


def _unpacked(data: bytes) -> tuple[bytes, int, int]:
    """Return the model, of how many members it was made, and where the last of them ends."""
    allowed = min(max(MIN_ALLOWED_BYTES, MAX_RATIO * len(data)), MAX_ALLOWED_BYTES)
    pieces: list[bytes] = []
    members = position = 0
    while data.startswith(HEADER[:2], position):
        engine = zlib.decompressobj(16 + zlib.MAX_WBITS)
        waiting = memoryview(data)[position:]
        ended = False
        try:
            while not ended:
                piece = engine.decompress(waiting, PIECE_BYTES)
                waiting = memoryview(engine.unconsumed_tail)
                ended = engine.eof
                if not (piece or waiting or ended):
                    raise UnreadableError("the packing does not end")
                pieces.append(piece)
                allowed -= len(piece)
                if allowed < 0:
                    raise TooLargeError
        except zlib.error as error:
            raise UnreadableError from error
        members += 1
        position = len(data) - len(engine.unused_data)
    return b"".join(pieces), members, position


def _wrapping(data: bytes) -> list[Finding]:
    """Return what the wrapping tells: a time, a file name, a comment."""
    flags, moment = data[3], int.from_bytes(data[4:8], "little")
    found: list[Finding] = []
    if moment:
        text = f"{moment} s since 1970"
        found.append(Finding("gzip.time", Category.TIME, Action.REMOVED, text, seed=False))
    position = len(HEADER)
    if flags & EXTRA:
        position += 2 + int.from_bytes(data[position : position + 2], "little")
    for flag, name, category in (
        (NAME, "gzip.name", Category.PATH),
        (COMMENT, "gzip.comment", Category.COMMENT),
    ):
        end = data.find(b"\0", position)
        if flags & flag and end >= 0:
            said = data[position:end].decode("latin-1")
            seed = category is Category.PATH
            found.append(Finding(name, category, Action.REMOVED, said, seed=seed))
            position = end + 1
    return found


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    step.warm()
