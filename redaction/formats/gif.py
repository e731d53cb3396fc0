"""GIF pictures: comments and what programs noted go, every frame stays.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; linear in the file. Blocks are
cut out and never written anew. Specification: "Graphics Interchange Format, Version 89a" §15–§26;
docs/reference/formats/gif.md.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from redaction.carriers import xmp
from redaction.carriers.naming import removed
from redaction.errors import NotFaithfulError, UnreadableError
from redaction.fidelity import pixels
from redaction.model import Category, Edit, Finding, Plan, Profile, Proof, patched
from redaction.text import people

SIGNATURES: Final = (b"GIF87a", b"GIF89a")
SCREEN_BYTES: Final = 7
IMAGE_BYTES: Final = 10
TABLE: Final = 0x80
IMAGE, EXTENSION, END = 0x2C, 0x21, 0x3B
TEXT, CONTROL, COMMENT, APPLICATION = 0x01, 0xF9, 0xFE, 0xFF
# How often a picture moves round, and how its colours are meant.
NEEDED: Final = frozenset({b"NETSCAPE2.0", b"ANIMEXTS1.0"})
XMP: Final = b"XMP DataXMP"
APPLICATION_BYTES: Final = 11
MAX_BLOCKS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Block:
    """An extension: its label, where it starts and ends."""

    label: int
    start: int
    end: int


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - a picture has no words to choose from
    """Return the blocks to cut, and what they tell.

    Raises:
        UnreadableError: no GIF, or cut off.
        TooLargeError: more pixels or frames than can be compared.
    """
    pixels.opened(data, "GIF")
    blocks, end = _blocks(data)
    edits: list[Edit] = []
    findings: list[Finding] = []
    for block in blocks:
        if _goes(data, block):
            edits.append(Edit(block.start, block.end, b""))
            findings += _told(data, block)
    if end < len(data):
        edits.append(Edit(end, len(data), b""))
        findings += _behind(data[end:])
    return Plan(tuple(findings), tuple(edits))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` without the planned blocks."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that every pixel of every frame is the same, and nothing but blocks went.

    Raises:
        NotFaithfulError: something else differs.
    """
    if cleaned != patched(original, plan.edits):
        raise NotFaithfulError("bytes outside the plan differ")
    return (pixels.images(original, cleaned, "GIF"),)


def _blocks(data: bytes) -> tuple[list[Block], int]:
    """Return the extensions of ``data`` and where it ends.

    Raises:
        UnreadableError: it does not end, or a block is of no known kind.
    """
    if not data.startswith(SIGNATURES) or len(data) < len(SIGNATURES[0]) + SCREEN_BYTES:
        raise UnreadableError("no GIF")
    position = len(SIGNATURES[0]) + SCREEN_BYTES + _table_bytes(data[10])
    found: list[Block] = []
    for _ in range(MAX_BLOCKS):
        kind = data[position] if position < len(data) else -1
        if kind == END:
            return found, position + 1
        if kind == IMAGE and position + IMAGE_BYTES < len(data):
            position += IMAGE_BYTES + _table_bytes(data[position + IMAGE_BYTES - 1])
            position = _chained(data, position + 1)
        elif kind == EXTENSION and position + 2 < len(data):
            end = _chained(data, position + 2)
            found.append(Block(data[position + 1], position, end))
            position = end
        else:
            break
    raise UnreadableError("cut off, or a block of no known kind")


def _table_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & TABLE else 0


def _chained(data: bytes, position: int) -> int:
    """Return where the sub-blocks that begin at ``position`` end."""
    while position < len(data):
        size = data[position]
        position += 1 + size
        if not size:
            return position
    raise UnreadableError("cut off")


def _goes(data: bytes, block: Block) -> bool:
    if block.label == APPLICATION:
        return _application(data, block) not in NEEDED
    return block.label not in (TEXT, CONTROL)


def _application(data: bytes, block: Block) -> bytes:
    return data[block.start + 3 : block.start + 3 + APPLICATION_BYTES]


def _told(data: bytes, block: Block) -> list[Finding]:
    if block.label == APPLICATION and _application(data, block) == XMP:
        return xmp.findings(data[block.start + 3 + APPLICATION_BYTES : block.end])
    said = b"".join(_contents(data, block)).decode("latin-1")
    name = "comment" if block.label == COMMENT else "comment of a program"
    return removed("GIF", name, said) or _behind(b"")


def _contents(data: bytes, block: Block) -> Iterator[bytes]:
    position = block.start + 2
    while size := data[position]:
        yield data[position + 1 : position + 1 + size]
        position += 1 + size


def _behind(held: bytes) -> list[Finding]:
    told = removed("GIF", "comment", held.decode("latin-1").strip("\0"), "behind the end")
    return told or removed("GIF", "comment", Category.COMMENT.value)


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()
    pixels.warm()
