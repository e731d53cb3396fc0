"""Proof that a drawing is the same: both files are read again, and every tag compared.

Room: redaction/formats. Pure; linear in the file. For text files the reader here is not the one
that planned: lines are split, two make a tag. What may differ at all is a rule of its own: no
planned place may hold a coordinate, a count, a handle or the name of a record.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from redaction.errors import NotFaithfulError
from redaction.fidelity.patches import check_patched
from redaction.formats.dxf_ascii import AsciiGrid
from redaction.formats.dxf_binary import BinaryGrid
from redaction.formats.dxf_objects import STRING_CODES
from redaction.formats.dxf_tags import CODES, COMMENT, Kind, Tag
from redaction.model import Edit, Proof

# Words, dates of the header and the properties, and chunks: nothing else is ever changed.
CHANGEABLE: Final = STRING_CODES | CODES[Kind.CHUNK] | {*range(40, 44)}
LAST_SAVED_BY: Final = 8
# Layers may be called by numbers instead, wherever they are called.
LAYERS: Final = frozenset({8, 1003})
NUMBERED: Final = re.compile(rb"LAYER[0-9]++")
CUSTOM: Final = frozenset({b"$CUSTOMPROPERTYTAG", b"$CUSTOMPROPERTY"})
PREVIEW: Final = [(0, b"SECTION"), (2, b"THUMBNAILIMAGE")]
SECTION_END: Final = (0, b"ENDSEC")
BLOCK_BYTES: Final = 256 * 1024
LINE_END: Final = re.compile(rb"\r\n?|\n")
END_MARK: Final = re.compile(rb"(?:^|[\r\n\x00])[ \t]*0?[ \t]*[\r\n\x00]{1,2}[ \t]*EOF[\s\x00]*\Z")
END_MARK_BYTES: Final = 64

Pairs = list[tuple[int, bytes]]


class _Block(NamedTuple):
    """A stretch of whole tags, how many lines it has, and the edits in it.

    Its lines before and after are only taken apart if there are any.
    """

    at: int
    lines: int
    before: list[bytes]
    after: list[bytes]
    edits: Sequence[Edit]


def compare(
    original: bytes, cleaned: bytes, edits: Sequence[Edit], grid: AsciiGrid | BinaryGrid
) -> Proof:
    """Return the proof that ``cleaned`` differs from ``original`` in planned values only.

    Raises:
        NotFaithfulError: something else differs.
        UnreadableError: one of them is no DXF.
    """
    check_patched(original, cleaned, edits)
    end = len(original)
    if edits and edits[-1].end == end and not edits[-1].replacement:
        end = edits[-1].start
        edits = edits[:-1]
        if not END_MARK.search(original[max(0, end - END_MARK_BYTES) : end]):
            raise NotFaithfulError("the end of the drawing is cut off")
    if isinstance(grid, BinaryGrid):
        tags, changed = _compare_binary(grid, BinaryGrid(cleaned), edits, end)
    else:
        tags, changed = _compare_text((original[:end], cleaned), edits, grid.begin)
    return Proof(
        "tokens",
        tags,
        "every coordinate, handle, count and group code is the same; "
        f"{changed} of {tags} tags hold another text or date",
    )


def _compare_text(files: tuple[bytes, bytes], edits: Sequence[Edit], begin: int) -> tuple[int, int]:
    """Return how many tags were compared, and how many of them were planned to differ."""
    tags = changed = 0
    for block in _blocks(*files, edits, begin):
        if not block.edits:
            # Byte for byte the same, and whole tags: there is nothing to take apart.
            tags += block.lines // 2
            continue
        expected, places = _expected(files[0], block)
        if len(expected) != len(block.after):
            raise NotFaithfulError("another number of tags")
        for place in places:
            expected[place] = block.after[place]
        if expected != block.after:
            raise NotFaithfulError("a tag outside the plan differs")
        tags += len(expected) // 2
        changed += len(places)
    return tags, changed


def _blocks(original: bytes, cleaned: bytes, edits: Sequence[Edit], begin: int) -> Iterator[_Block]:
    """Yield both files in stretches of whole tags."""
    at, shift, first = begin, 0, 0
    while at < len(original):
        lines, end, last = _stretch(original, at, edits, first)
        planned = edits[first:last]
        grown = sum(len(edit.replacement) - edit.end + edit.start for edit in planned)
        before = original[at:end].splitlines() if planned else []
        after = cleaned[at + shift : end + shift + grown].splitlines() if planned else []
        yield _Block(at, lines, before, after, planned)
        at, shift, first = end, shift + grown, last


def _stretch(original: bytes, at: int, edits: Sequence[Edit], first: int) -> tuple[int, int, int]:
    """Return how many lines the next stretch has, where it ends, and the first edit behind it."""
    end = _line_end(original, at + BLOCK_BYTES)
    while True:
        last = first
        while last < len(edits) and edits[last].start < end:
            last += 1
        if last > first and end < edits[last - 1].end:
            end = _line_end(original, edits[last - 1].end)
            continue
        lines = _line_count(original, at, end)
        if lines % 2 == 0:
            return lines, end, last
        if end == len(original):
            raise NotFaithfulError("a group code without a value")
        end = _line_end(original, end)


def _line_count(data: bytes, start: int, end: int) -> int:
    """Return how many lines begin between ``start``, where one does, and ``end``."""
    returns = data.count(b"\r", start, end)
    pairs = data.count(b"\r\n", start, end) if returns else 0
    open_ended = start < end and data[end - 1] not in b"\r\n"
    return data.count(b"\n", start, end) + returns - pairs + open_ended


def _line_end(data: bytes, at: int) -> int:
    """Return where the line ends that holds the byte at ``at``, its end included."""
    # A carriage return may be the first half of a line end, so look from before it.
    found = LINE_END.search(data, max(0, at - 1 if data[at - 1 : at + 1] == b"\r\n" else at))
    return found.end() if found else len(data)


def _expected(original: bytes, block: _Block) -> tuple[list[bytes], list[int]]:
    """Return the lines without those that are cut, and which of them may hold anything.

    Raises:
        NotFaithfulError: an edit touches what no plan may touch.
    """
    lines = block.before
    kept: list[bytes] = []
    places: list[int] = []
    position, line, copied = block.at, 0, 0
    for edit in block.edits:
        line += len(LINE_END.findall(original, position, edit.start))
        inside = len(LINE_END.findall(original, edit.start, edit.end))
        if inside:
            _check_cut(_pairs(lines[line : line + inside]), edit, line)
            kept += lines[copied:line]
            copied = line + inside
        else:
            if line % 2 == 0 or LINE_END.search(edit.replacement):
                raise NotFaithfulError("an edit outside a value")
            _check_code(int(lines[line - 1]), edit)
            places.append(len(kept) + line - copied)
        line += inside
        position = edit.end
    return kept + lines[copied:], sorted(set(places))


def _pairs(lines: Sequence[bytes]) -> Pairs:
    if len(lines) % 2:
        raise NotFaithfulError("half a tag is cut")
    return [(int(code), value.strip()) for code, value in zip(lines[::2], lines[1::2], strict=True)]


def _check_code(code: int, edit: Edit) -> None:
    # Group 8 is who last saved, in the properties of old releases, and everywhere else a layer.
    layer = code in LAYERS and NUMBERED.fullmatch(edit.replacement)
    saved_by = code == LAST_SAVED_BY and not edit.replacement
    if code not in CHANGEABLE and not layer and not saved_by:
        raise NotFaithfulError("an edit of a number, a handle or a name")


def _check_cut(pairs: Pairs, edit: Edit, line: int = 0) -> None:
    """Raise unless the tags that are cut are comments, the preview or custom properties."""
    pairs = [pair for pair in pairs if pair[0] != COMMENT]
    heads = [pair for pair in pairs if pair[0] in (0, 9)]
    preview = pairs[:2] == PREVIEW and pairs[-1] == SECTION_END and len(heads) == 2
    custom = all(pair[0] == 1 or (pair[0] == 9 and pair[1] in CUSTOM) for pair in pairs)
    custom = custom and pairs[:1] == heads[:1]
    if edit.replacement or line % 2 or not (preview or custom):
        raise NotFaithfulError("a cut that takes more than metadata")


def _compare_binary(
    before: BinaryGrid, after: BinaryGrid, edits: Sequence[Edit], end: int
) -> tuple[int, int]:
    """Return how many tags were compared, and how many of them were planned to differ."""
    starts = [edit.start for edit in edits]
    left = after.tags(after.begin, len(after.data))
    cuts: dict[int, Pairs] = {}
    tags = changed = 0
    for tag in before.tags(before.begin, end):
        index = bisect_right(starts, tag.after - 1) - 1
        edit = edits[index] if index >= 0 and edits[index].end >= tag.at else None
        if edit and edit.start <= tag.at and tag.after <= edit.end and not edit.replacement:
            cuts.setdefault(index, []).append((tag.code, before.raw(tag)))
            continue
        changed += _check_pair((before, tag), (after, next(left, None)), edit)
        tags += 1
    for index, pairs in cuts.items():
        _check_cut(pairs, edits[index])
    if next(left, None) is not None:
        raise NotFaithfulError("another number of tags")
    return tags, changed


def _check_pair(
    before: tuple[BinaryGrid, Tag], after: tuple[BinaryGrid, Tag | None], edit: Edit | None
) -> bool:
    """Return whether the second tag was planned to differ from the first."""
    (old, tag), (new, twin) = before, after
    if twin is None or tag.code != twin.code:
        raise NotFaithfulError("another tag")
    planned = edit is not None and tag.start <= edit.start <= edit.end <= tag.end
    if edit is not None and planned:
        _check_code(tag.code, edit)
    elif old.data[tag.start : tag.end] != new.data[twin.start : twin.end]:
        raise NotFaithfulError("a tag outside the plan differs")
    return planned
