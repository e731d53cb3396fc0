"""SOLIDWORKS files since 2015: streams in a container of its own, each changed in its place.

Room: redaction/formats. Runs only inside the sandbox worker. Pure. A stream is deflated behind a
header like a ZIP's, and listed again in a directory at the end. SOLIDWORKS repairs a file whose
streams have moved, so each keeps its packed and unpacked length: text is overwritten by blanks,
packed again and filled up with zeros; its checksum is written in both places. Layout as measured
on files of 2018 to 2024: a mark of 4 bytes that all streams of a file share, 14 00 06 00 08 00,
4 bytes, CRC-32, packed and unpacked length, length of the name, the name with its bits rotated.
"""

import re
import struct
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from redaction.carriers import packed_streams, solidworks_properties
from redaction.carriers.native_streams import Draft, profiles
from redaction.errors import NotFaithfulError, TooLargeError, UnreadableError
from redaction.model import Edit, Plan, Profile, Proof, patched
from redaction.text import people

MARK: Final = re.compile(rb"\x14\x00\x06\x00\x08\x00", re.DOTALL)
MARK_BYTES: Final = 4
FIELDS: Final = struct.Struct("<4sIIII")
# Between the fields and the name in the directory: numbers, and where the stream lies.
LISTING_BYTES: Final = 14
MAX_NAME_BYTES: Final = 512
MAX_STREAMS: Final = 20_000
MAX_UNPACKED_BYTES: Final = 1024 * 1024 * 1024
MAX_RATIO: Final = 1_100


@dataclass(frozen=True, slots=True)
class Chunk:
    """A stream: its name, where its checksum stands, where its packed bytes lie, what they hold."""

    name: str
    checksum_at: int
    listed_at: tuple[int, ...]
    start: int
    end: int
    content: bytes = field(repr=False)


def plan(data: bytes, profile: Profile) -> Plan:
    """Return the bytes to overwrite, none of which moves another.

    Raises:
        UnreadableError: damaged.
        OpaqueStreamError: a changed stream does not fit into its place.
        ForeignStreamError: an added program keeps users' names.
        TooLargeError: it unpacks to more than is reasonable.
    """
    known = chunks(data)
    draft = _drafted(known, profile)
    # Of two streams that are the same, the directory may list one: its checksum is written once.
    edits: set[Edit] = set()
    for number, chunk in enumerate(known):
        content = draft.contents[_key(number, chunk)]
        if content != chunk.content:
            edits.update(_written(chunk, content))
    return Plan((*draft.findings, *draft.named()), tuple(sorted(edits)))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` with the planned bytes overwritten."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that nothing moved, and that every stream not planned holds the same bytes.

    Raises:
        NotFaithfulError: something else differs.
    """
    if len(cleaned) != len(original) or cleaned != patched(original, plan.edits):
        raise NotFaithfulError("bytes outside the plan differ")
    before, after = chunks(original), chunks(cleaned)
    if [(c.name, c.start, c.end) for c in before] != [(c.name, c.start, c.end) for c in after]:
        raise NotFaithfulError("streams are missing, added or moved")
    drafts = [_drafted(before, profile) for profile in profiles(plan.findings)]
    same = 0
    for number, (old, new) in enumerate(zip(before, after, strict=True)):
        same += old.content == new.content
        planned = (draft.contents[_key(number, old)] for draft in drafts)
        if old.content != new.content and new.content not in planned:
            raise NotFaithfulError("a stream differs in more than was planned")
    said = f"{same} of {len(before)} streams hold the same bytes, the others but for text"
    return (
        Proof("allowed-diff", len(original), "nothing moved; only planned bytes differ"),
        Proof("members", len(before), said),
    )


def chunks(data: bytes) -> list[Chunk]:
    """Return every stream of ``data``, in the order of the file.

    Raises:
        UnreadableError: there is none, or one that the directory does not list.
        TooLargeError: too many, or they unpack to more than is reasonable.
    """
    found: list[tuple[bytes, Chunk]] = []
    left_bytes = min(MAX_UNPACKED_BYTES, MAX_RATIO * len(data))
    for mark in MARK.finditer(data):
        chunk = _chunk(data, mark)
        if chunk is None:
            continue
        left_bytes -= len(chunk.content)
        if left_bytes < 0 or len(found) > MAX_STREAMS:
            raise TooLargeError
        found.append((data[mark.start() - MARK_BYTES : mark.start()], chunk))
    if not found:
        raise UnreadableError("no streams")
    # Between the streams lie headers of nothing, each with a mark of its own.
    signs = Counter(sign for sign, _ in found)
    shared = max(sorted(signs), key=lambda sign: signs[sign])
    known = [chunk for sign, chunk in found if sign == shared]
    if not all(chunk.listed_at for chunk in known):
        raise UnreadableError("a stream that the directory does not know; it may be cut off")
    if any(one.end > other.checksum_at for one, other in pairwise(known)):
        raise UnreadableError("a stream inside another one")
    return known


def _chunk(data: bytes, mark: re.Match[bytes]) -> Chunk | None:
    """Return the stream whose header has its mark there; None if there is none after all."""
    at = mark.end()
    if mark.start() < MARK_BYTES or at + FIELDS.size > len(data):
        return None
    _, checksum, packed_size, size, name_bytes = FIELDS.unpack_from(data, at)
    start = at + FIELDS.size + name_bytes
    end = start + packed_size
    if not 0 < name_bytes <= MAX_NAME_BYTES or end > len(data) or size > MAX_RATIO * packed_size:
        return None
    try:
        content = packed_streams.inflated(data[start:end], size, -zlib.MAX_WBITS)
    except UnreadableError:
        return None
    if zlib.crc32(content) != checksum:
        return None
    raw_name = data[start - name_bytes : start]
    name = bytes((byte << 4 | byte >> 4) & 0xFF for byte in raw_name).decode("latin-1")
    listed = tuple(_listed(data, end, data[at + 4 : at + FIELDS.size], raw_name))
    return Chunk(name, at + 4, listed, start, end, content)


def _listed(data: bytes, end: int, fields: bytes, raw_name: bytes) -> Iterator[int]:
    """Yield where the directory repeats ``fields`` of a stream of that name."""
    at = data.find(fields, end)
    while at >= 0:
        name_at = at + len(fields) + LISTING_BYTES
        if data.startswith(raw_name, name_at):
            yield at
        at = data.find(fields, at + 1)


def _drafted(known: Sequence[Chunk], profile: Profile | None) -> Draft:
    draft = Draft("SOLIDWORKS", profile)
    for number, chunk in enumerate(known):
        content, changes = solidworks_properties.blanked(chunk.name, chunk.content)
        draft.told(chunk.name, changes)
        draft.change(_key(number, chunk), content)
    draft.finish()
    return draft


def _key(number: int, chunk: Chunk) -> str:
    # Two streams may have one name; the number keeps them apart, the name still tells what it is.
    return f"{number}/{chunk.name}"


def _written(chunk: Chunk, content: bytes) -> list[Edit]:
    packed = packed_streams.deflated(content, chunk.end - chunk.start, -zlib.MAX_WBITS)
    checksum = zlib.crc32(content).to_bytes(4, "little")
    places = (chunk.checksum_at, *chunk.listed_at)
    return [Edit(at, at + 4, checksum) for at in places] + [Edit(chunk.start, chunk.end, packed)]


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()
