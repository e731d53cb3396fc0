"""TIFF pictures and scans: fields that a viewer needs and the coded picture stay, all else goes.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; linear in the file. Nothing is
decoded or moved: directories are written where they stood without the fields that go, and every
byte that no kept field points at becomes zero, so that what lay between and behind is gone, too.
Specification: TIFF 6.0 and BigTIFF; docs/reference/formats/tiff.md lists every field.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from redaction.carriers import icc, jpeg_segments
from redaction.errors import NotFaithfulError, UnreadableError, UnsupportedFormatError
from redaction.fidelity import pixels
from redaction.formats import tiff_fields
from redaction.formats.tiff_directories import (
    Directory,
    Field,
    Order,
    coded,
    directories,
    first,
    order_of,
)
from redaction.model import Action, Category, Edit, Finding, Plan, Profile, Proof, patched
from redaction.text import people

COMPRESSION: Final = 259
PHOTOMETRIC: Final = 262
JPEGS: Final = frozenset({6, 7, 34892})
COLOUR_FILTER: Final = 32803
CANON_RAW: Final = b"CR"


@dataclass(slots=True)
class _Picture:
    """What stays: bytes by where they lie; and what the rest told."""

    spans: dict[tuple[int, int], bytes] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - a picture has no words to choose from
    """Return what becomes zero, and what is cut behind the end.

    Raises:
        UnreadableError: no TIFF, cut off, or pieces that overlap.
        UnsupportedFormatError: the raw data of a camera.
        TooLargeError: more pages or pixels than can be compared.
    """
    order = order_of(data)
    pages = directories(data, order)
    pixels.opened(data, "TIFF")
    picture = _Picture()
    picture.spans[0, order.header_bytes] = data[: order.header_bytes]
    for page, known in enumerate(pages, 1):
        _keep(data, known, order, picture, f"page {page}")
    spans = sorted(picture.spans)
    if any(end > start for (_, end), (start, _) in pairwise(spans)):
        raise UnreadableError("pieces overlap")
    edits = list(_edits(data, spans, picture))
    if edits and not picture.findings:
        picture.findings.append(_hidden("bytes between or behind the pictures"))
    return Plan(tuple(picture.findings), tuple(edits))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` with the planned places overwritten."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that the coded pictures are the same bytes and decode to the same pixels.

    Raises:
        NotFaithfulError: something else differs.
        UnreadableError: a picture does not decode.
    """
    if cleaned != patched(original, plan.edits):
        raise NotFaithfulError("bytes outside the plan differ")
    before, after = list(_pieces(original)), list(_pieces(cleaned))
    if before != after:
        raise NotFaithfulError("coded pictures or their fields differ")
    return (
        Proof("bytes", len(before), "every field and piece of every picture is the same bytes"),
        pixels.images(original, cleaned, "TIFF"),
    )


def _pieces(data: bytes) -> Iterator[bytes]:
    """Yield every kept value and every piece of a picture; profiles by their length."""
    order = order_of(data)
    for known in directories(data, order):
        for one in known.fields:
            if one.tag == tiff_fields.PROFILE:
                yield repr((one.tag, one.count)).encode()
            elif one.tag in tiff_fields.KEPT:
                yield repr((one.tag, one.kind, one.count)).encode() + data[one.start : one.end]
        for start, end in coded(data, known, order):
            yield _decodable(data[start:end], known, data, order)


def _decodable(piece: bytes, known: Directory, data: bytes, order: Order) -> bytes:
    if not _is_jpeg(data, known, order):
        return piece
    return b"".join(jpeg_segments.coded(piece, strict=False))


def _keep(data: bytes, known: Directory, order: Order, picture: _Picture, where: str) -> None:
    """Note what stays of a directory and its picture, and what the rest tells."""
    _refuse_raw(data, known, order)
    kept: list[Field] = []
    for one in known.fields:
        if one.tag in tiff_fields.KEPT:
            if one.start >= len(data):
                raise UnreadableError("a field outside the file")
            kept.append(one)
        else:
            picture.findings += tiff_fields.told(data, one, order, where)
    written = _written(data, known, kept, order)
    picture.spans[known.start, known.start + len(written)] = written
    jpeg = _is_jpeg(data, known, order)
    for one in kept:
        if not one.inline:
            value = data[one.start : one.end]
            if one.tag == tiff_fields.PROFILE:
                value, told = icc.cleaned(value, where)
                picture.findings += told
            elif one.tag == tiff_fields.JPEG_TABLES:
                value = _silenced(value, picture, where)
            picture.spans[one.start, one.end] = value
    for start, end in coded(data, known, order):
        piece = data[start:end]
        picture.spans[start, end] = _silenced(piece, picture, where) if jpeg else piece


def _refuse_raw(data: bytes, known: Directory, order: Order) -> None:
    filtered = first(data, known.field(PHOTOMETRIC), order) == COLOUR_FILTER
    if filtered or data[8:10] == CANON_RAW or any(f.tag in tiff_fields.RAW for f in known.fields):
        raise UnsupportedFormatError


def _is_jpeg(data: bytes, known: Directory, order: Order) -> bool:
    return first(data, known.field(COMPRESSION), order) in JPEGS


def _written(data: bytes, known: Directory, kept: Sequence[Field], order: Order) -> bytes:
    """Return the directory with nothing but the kept fields, and its way to the next one."""
    if not kept:
        raise UnreadableError("no picture")
    size = 4 + 2 * order.offset_bytes
    way = "little" if order.mark == "<" else "big"
    count = len(kept).to_bytes(order.count_bytes, way)  # type: ignore[arg-type]
    entries = b"".join(_entry(data[one.at : one.at + size], one, order) for one in kept)
    return count + entries + data[known.end - order.offset_bytes : known.end]


def _entry(entry: bytes, one: Field, order: Order) -> bytes:
    """Return an entry; what a short value leaves of its room becomes zero."""
    if not one.inline:
        return entry
    head = 4 + order.offset_bytes
    return entry[: head + one.end - one.start].ljust(len(entry), b"\x00")


def _silenced(jpeg: bytes, picture: _Picture, where: str) -> bytes:
    """Return a piece in JPEG with what no decoder needs overwritten by zeros."""
    if not jpeg.startswith(jpeg_segments.START):
        return jpeg
    silent, told = jpeg_segments.silenced(jpeg, where)
    picture.findings += told
    return silent


def _edits(data: bytes, spans: Sequence[tuple[int, int]], picture: _Picture) -> Iterator[Edit]:
    position = 0
    for start, end in spans:
        if any(data[position:start]):
            yield Edit(position, start, bytes(start - position))
        if picture.spans[start, end] != data[start:end]:
            yield Edit(start, end, picture.spans[start, end])
        position = end
    if position < len(data):
        yield Edit(position, len(data), b"")


def _hidden(what: str) -> Finding:
    return Finding("TIFF", Category.HISTORY, Action.REMOVED, what, seed=False)


def warm() -> None:
    """Load the decoders, so that no file is opened afterwards."""
    people.warm()
    pixels.warm()
