"""HEIC and AVIF pictures: everything but coded pictures and how to show them is overwritten.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; linear in the file. Nothing is
moved or decoded: an Exif block becomes an empty one in its place, XMP becomes blanks, boxes that no
viewer needs become free space, and bytes that belong to no picture become zero. A decoder for
HEVC that may be linked here does not exist, so the proof is by bytes. Sources: ISO 14496-12,
ISO 23008-12; docs/reference/formats/heif.md lists every box.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from redaction.carriers import exif, icc, jpeg_segments, xmp
from redaction.errors import (
    NotFaithfulError,
    TooLargeError,
    UnreadableError,
    UnsupportedFormatError,
)
from redaction.formats.heif_boxes import Box, Item, boxes, items, merged, overlaps, within
from redaction.model import Action, Category, Edit, Finding, Plan, Profile, Proof, patched
from redaction.text import people

FREE: Final = b"free"
TOP: Final = frozenset({b"ftyp", b"meta", b"mdat"})
META: Final = frozenset(
    {b"hdlr", b"pitm", b"iinf", b"iloc", b"iref", b"iprp", b"idat", b"dinf", b"grpl", FREE}
)
# Coded pictures and pictures made of others.
PICTURES: Final = frozenset(
    {b"hvc1", b"hev1", b"lhv1", b"hvt1", b"av01", b"avc1", b"vvc1", b"jpeg", b"j2k1", b"unci"}
    | {b"grid", b"iden", b"iovl", b"tmap", b"mski"}
)
# How a picture is coded and shown (ISO 23008-12 §6.5); the others tell.
PROPERTIES: Final = frozenset(
    {b"hvcC", b"lhvC", b"av1C", b"avcC", b"vvcC", b"jpgC", b"j2kH", b"ispe", b"colr", b"pixi"}
    | {b"irot", b"imir", b"clap", b"pasp", b"auxC", b"rloc", b"lsel", b"tols", b"oinf", b"iscl"}
    | {b"clli", b"mdcv", b"cclv", b"amve", b"a1op", b"a1lx", b"cmpd", b"uncC", b"cicp", b"reve"}
)
PROFILES: Final = (b"prof", b"rICC")
EMPTY_EXIF: Final = b"\x00\x00\x00\x06" + exif.SIGNATURE + exif.minimal(exif.UPRIGHT)
EMPTY_XMP: Final = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'
# What the box says before the name (ISO 14496-12 §8.4.3).
HANDLER_BYTES: Final = 24
MAX_ROOMS: Final = 64
MAX_XMP_BYTES: Final = 8 * 1024 * 1024


@dataclass(slots=True)
class _File:
    """A file as it will be; what was overwritten told ``findings``."""

    data: bytes
    after: bytearray
    top: list[Box]
    meta: list[Box]
    items: list[Item]
    findings: list[Finding] = field(default_factory=list)

    def blank(self, start: int, end: int) -> bool:
        """Overwrite these bytes with zeros; return whether they said anything."""
        said = any(self.data[start:end])
        self.after[start:end] = bytes(end - start)
        return said


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - a picture has no words to choose from
    """Return what is overwritten, and cut behind the end.

    Raises:
        UnreadableError: no such picture, damaged or cut off.
        UnsupportedFormatError: a film, an encrypted picture, or one that lies in several files.
        TooLargeError: more boxes than any picture has.
    """
    file = _opened(data)
    end = _top(file)
    for box in file.meta:
        _meta(file, box)
    pictures = _pictures(file)
    for item in file.items:
        _item(file, item, pictures)
    _gaps(file, pictures)
    edits = [*_edits(file, end)]
    if end < len(data):
        edits.append(Edit(end, len(data), b""))
    if edits and not any(found.action is Action.REMOVED for found in file.findings):
        file.findings.append(_hidden("bytes of no picture"))
    return Plan(tuple(file.findings), tuple(edits))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` with the planned places overwritten."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that every coded picture and everything about showing it is the same bytes.

    Raises:
        NotFaithfulError: something else differs.
        UnreadableError: one of them is damaged.
    """
    if cleaned != patched(original, plan.edits):
        raise NotFaithfulError("bytes outside the plan differ")
    before, after = list(_shown(original)), list(_shown(cleaned))
    if before != after:
        raise NotFaithfulError("a coded picture or how it is shown differs")
    said = "every coded picture, its size, turning and colours are the same bytes (not decoded)"
    return (Proof("bytes", len(before), said),)


def _opened(data: bytes) -> _File:
    top = list(boxes(data, 0, len(data)))
    if not top or top[0].type != b"ftyp" or any(box.type in (b"moov", b"moof") for box in top):
        raise UnsupportedFormatError
    metas = [box for box in top if box.type == b"meta"]
    if len(metas) != 1:
        raise UnreadableError("no list of pictures")
    meta = list(boxes(data, metas[0].body + 4, metas[0].end))
    if any(box.type == b"ipro" for box in meta):
        raise UnsupportedFormatError
    if len({box.type for box in meta if box.type != FREE}) != sum(b.type != FREE for b in meta):
        raise UnreadableError("a box twice")
    return _File(data, bytearray(data), top, meta, items(data, meta))


def _top(file: _File) -> int:
    """Free the boxes beside the picture; return where the last one that stays ends."""
    end = 0
    for box in file.top:
        if box.type in TOP:
            end = box.end
        else:
            _free(file, box)
    return end


def _free(file: _File, box: Box) -> None:
    if file.blank(box.body, box.end) or box.type != FREE:
        file.after[box.start + 4 : box.start + 8] = FREE
        file.findings.append(_hidden(f"box {box.type.decode('latin-1')}"))


def _meta(file: _File, box: Box) -> None:
    if box.type not in META or box.type == FREE:
        _free(file, box)
    elif box.type == b"hdlr":
        if box.body + HANDLER_BYTES > box.end:
            raise UnreadableError("a handler that is cut off")
        if file.blank(box.body + HANDLER_BYTES, box.end):
            file.findings.append(_hidden("name of a program"))
    elif box.type == b"iprp":
        for inner in boxes(file.data, box.body, box.end):
            if inner.type == b"ipco":
                for one in boxes(file.data, inner.body, inner.end):
                    _property(file, one)


def _property(file: _File, box: Box) -> None:
    if box.type not in PROPERTIES:
        _free(file, box)
    elif box.type == b"colr" and file.data[box.body : box.body + 4] in PROFILES:
        profile, told = icc.cleaned(file.data[box.body + 4 : box.end])
        file.after[box.body + 4 : box.end] = profile
        file.findings += told


def _item(file: _File, item: Item, pictures: Sequence[tuple[int, int]]) -> None:
    """Overwrite what an item says that is no picture, and every name of an item."""
    start, end = item.name
    if file.data[start:end].strip():
        file.after[start:end] = b" " * (end - start)
        file.findings.append(_hidden("name of an item"))
    content = b"".join(file.data[first:last] for first, last in item.extents)
    if item.type == b"jpeg":
        _spread(file, item, _silenced(file, content))
    if item.type in PICTURES or not content:
        return
    if any(overlaps(one, pictures) for one in item.extents):
        raise UnreadableError("an item inside a picture")
    instead = _instead(item.type, len(content))
    if content != instead:
        _spread(file, item, instead)
        file.findings += _told(item.type, content)


def _instead(kind: bytes, size: int) -> bytes:
    empty = {b"Exif": EMPTY_EXIF, b"mime": EMPTY_XMP}.get(kind, b"")
    fill = b" " if kind == b"mime" else b"\x00"
    return (empty if len(empty) <= size else b"").ljust(size, fill)


def _told(kind: bytes, content: bytes) -> list[Finding]:
    if kind == b"Exif":
        skipped = 4 + int.from_bytes(content[:4], "big")
        return exif.findings(content[skipped:].removeprefix(exif.SIGNATURE))
    if kind == b"mime":
        return xmp.findings(content[:MAX_XMP_BYTES])
    return [_hidden(f"item {kind.decode('latin-1')}")]


def _silenced(file: _File, content: bytes) -> bytes:
    silent, told = jpeg_segments.silenced(content)
    file.findings += told
    return silent


def _spread(file: _File, item: Item, content: bytes) -> None:
    position = 0
    for start, end in item.extents:
        file.after[start:end] = content[position : position + end - start]
        position += end - start


def _pictures(file: _File) -> list[tuple[int, int]]:
    """Return where the bytes of pictures lie: only in boxes for data, and nowhere else."""
    rooms = [(box.body, box.end) for box in file.top if box.type == b"mdat"]
    if len(rooms) > MAX_ROOMS:
        raise TooLargeError
    rooms += [(box.body, box.end) for box in file.meta if box.type == b"idat"]
    found = merged([e for item in file.items if item.type in PICTURES for e in item.extents])
    extents = [extent for item in file.items for extent in item.extents]
    if not found or any(not within(extent, rooms) for extent in extents):
        raise UnreadableError("bytes of a picture lie elsewhere")
    return found


def _gaps(file: _File, pictures: Sequence[tuple[int, int]]) -> None:
    """Overwrite what lies in boxes for data and belongs to no item."""
    kept = sorted({*pictures, *(extent for item in file.items for extent in item.extents)})
    rooms = [box for box in file.top if box.type == b"mdat"]
    rooms += [box for box in file.meta if box.type == b"idat"]
    for room in rooms:
        position = room.body
        for start, end in kept:
            if room.body <= start and end <= room.end:
                if position < start and file.blank(position, start):
                    file.findings.append(_hidden("bytes of no picture"))
                position = max(position, end)
        if position < room.end and file.blank(position, room.end):
            file.findings.append(_hidden("bytes of no picture"))


def _edits(file: _File, end: int) -> Iterator[Edit]:
    """Yield the runs in which both files differ."""
    step = 4096
    for at in range(0, end, step):
        stop = min(at + step, end)
        if file.data[at:stop] != file.after[at:stop]:
            yield Edit(at, stop, bytes(file.after[at:stop]))


def _shown(data: bytes) -> Iterator[object]:
    """Yield every picture and everything about showing it."""
    file = _opened(data)
    yield data[file.top[0].start : file.top[0].end]
    for box in file.meta:
        if box.type in (b"pitm", b"iref", b"grpl"):
            yield data[box.start : box.end]
        elif box.type == b"iprp":
            yield from _properties(data, box)
    for item in file.items:
        if item.type in PICTURES:
            content = b"".join(data[start:end] for start, end in item.extents)
            coded = list(jpeg_segments.coded(content)) if item.type == b"jpeg" else content
            yield item.number, item.type, coded


def _properties(data: bytes, iprp: Box) -> Iterator[object]:
    for box in boxes(data, iprp.body, iprp.end):
        if box.type != b"ipco":
            yield data[box.start : box.end]
            continue
        for one in boxes(data, box.body, box.end):
            profile = one.type == b"colr" and data[one.body : one.body + 4] in PROFILES
            if one.type not in PROPERTIES or profile:
                yield one.end - one.start
            else:
                yield data[one.start : one.end]


def _hidden(what: str) -> Finding:
    return Finding("HEIF", Category.HISTORY, Action.REMOVED, what, seed=False)


def warm() -> None:
    """Load what finding people needs, so that no file is opened afterwards."""
    people.warm()
