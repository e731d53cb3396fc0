"""PLY meshes: comments in the header go, elements and the numbers of the body stay as they are.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; linear in the file. Source:
Greg Turk, "The PLY Polygon File Format" (1994).

    ply · format F 1.0 · (comment … | obj_info … | element NAME N · property …)… · end_header · body
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from redaction.carriers.naming import removed
from redaction.errors import NotFaithfulError, UnreadableError
from redaction.model import Action, Category, Edit, Finding, Plan, Profile, Proof, patched
from redaction.text import people

_NAMES: Final = {
    1: ("char", "uchar", "int8", "uint8"),
    2: ("short", "ushort", "int16", "uint16"),
    4: ("int", "uint", "int32", "uint32", "float", "float32"),
    8: ("double", "float64"),
}
TYPE_BYTES: Final = {name: size for size, names in _NAMES.items() for name in names}
LINE: Final = re.compile(rb"([^\r\n]*+)(\r\n|\r|\n)")
WORDS: Final = re.compile(rb"[ \t]*+(?:comment|obj_info)(?![^ \t])[ \t]*+")
FORMAT: Final = re.compile(rb"format[ \t]++(ascii|binary_(?:little|big)_endian)[ \t]++1\.0[ \t]*+")
ELEMENT: Final = re.compile(rb"element[ \t]++\w++[ \t]++([0-9]{1,15})[ \t]*+")
PROPERTY: Final = re.compile(
    rb"property[ \t]++(?:list[ \t]++(\w++)[ \t]++(\w++)|(\w++))[ \t]++[\w.:-]++[ \t]*+"
)
NO_NUMBERS: Final = re.compile(rb"[^-+.0-9eE\s]")
NAN: Final = re.compile(rb"(?<!\S)[-+]?(?:nan(?:\(\w{1,8}\))?|inf(?:inity)?)(?!\S)", re.IGNORECASE)
SLICE_BYTES: Final = 1024 * 1024


@dataclass(slots=True)
class Element:
    """So many rows of so many numbers; a list is a pair: bytes of its length, and of an item."""

    rows: int
    properties: list[int | tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Head:
    """What the header says: how the body is written, what is in it, and where that begins."""

    form: str = ""
    elements: list[Element] = field(default_factory=list)
    comments: list[tuple[int, int, str]] = field(default_factory=list)
    end: int = 0


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - a mesh has no words to choose from
    """Return the comments to cut, and what follows the last element.

    Raises:
        UnreadableError: no such header, a body that is shorter than it says, or words in it.
    """
    head = read(data)
    edits: list[Edit] = []
    findings: list[Finding] = []
    for start, end, text in head.comments:
        edits.append(Edit(start, end, b""))
        told = removed("PLY", "comment", text)
        findings += told or [_hidden("an empty comment")]
    end = _body_end(data, head)
    if data[end:].strip():
        edits.append(Edit(end, len(data), b""))
        findings.append(_hidden(f"{len(data) - end} bytes after the last element"))
    return Plan(tuple(findings), tuple(edits))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` without the planned places."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that the body is the same bytes and the header declares the same of it.

    Raises:
        NotFaithfulError: something else differs.
    """
    if cleaned != patched(original, plan.edits):
        raise NotFaithfulError("bytes outside the plan differ")
    before, after = read(original), read(cleaned)
    if (before.form, before.elements) != (after.form, after.elements):
        raise NotFaithfulError("other elements")
    body = memoryview(original)[before.end : _body_end(original, before)]
    if memoryview(cleaned)[after.end : after.end + len(body)] != body:
        raise NotFaithfulError("the body differs")
    rows = sum(element.rows for element in before.elements)
    return (Proof("mesh", rows, "every vertex and face is the same bytes, in the same order"),)


def read(data: bytes) -> Head:
    """Return the header of ``data``.

    Raises:
        UnreadableError: it has none, or one that says something no PLY says.
    """
    head = Head()
    for start, line, end in _lines(data):
        if line.strip() == b"end_header":
            head.end = end
            break
        if words := WORDS.match(line):
            text = line[words.end() :].decode("utf-8", "replace")
            head.comments.append((start, end, text))
        elif start > 0 or line != b"ply":
            _declare(head, line.strip())
    if not head.form or not head.end:
        raise UnreadableError("no header")
    return head


def _lines(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    position = 0
    while match := LINE.match(data, position):
        yield match.start(), match[1], match.end()
        position = match.end()


def _declare(head: Head, line: bytes) -> None:
    if found := FORMAT.fullmatch(line):
        head.form = found[1].decode()
    elif found := ELEMENT.fullmatch(line):
        head.elements.append(Element(int(found[1])))
    elif (found := PROPERTY.fullmatch(line)) and head.elements:
        sizes = [TYPE_BYTES.get(kind.decode(), 0) for kind in found.groups() if kind]
        if 0 in sizes:
            raise UnreadableError("a type nobody knows")
        head.elements[-1].properties.append(sizes[0] if len(sizes) == 1 else (sizes[0], sizes[1]))
    else:
        raise UnreadableError("a line no header has")


def _body_end(data: bytes, head: Head) -> int:
    """Return where the last element ends.

    Raises:
        UnreadableError: the file ends before, or an ASCII body holds words.
    """
    if head.form == "ascii":
        return _rows_end(data, head)
    order = "little" if "little" in head.form else "big"
    position = head.end
    for element in head.elements:
        position = _element_end(data, element, position, order == "little")
        if position > len(data):
            raise UnreadableError("cut off")
    return position


def _element_end(data: bytes, element: Element, position: int, little: bool) -> int:
    plain = [size for size in element.properties if isinstance(size, int)]
    if len(plain) == len(element.properties):
        return position + element.rows * sum(plain)
    order: Final = "little" if little else "big"
    for _ in range(element.rows):
        for size in element.properties:
            if isinstance(size, int):
                position += size
            else:
                items = int.from_bytes(data[position : position + size[0]], order)
                position += size[0] + items * size[1]
        if position > len(data):
            raise UnreadableError("cut off")
    return position


def _rows_end(data: bytes, head: Head) -> int:
    left = sum(element.rows for element in head.elements)
    position = head.end
    while left > 0:
        stop = data.find(b"\n", min(len(data), position + SLICE_BYTES))
        stop = len(data) if stop < 0 else stop + 1
        ended = position
        for row in data[position:stop].splitlines(keepends=True):
            ended += len(row)
            left -= bool(row.strip())
            if left == 0:
                break
        if NO_NUMBERS.search(NAN.sub(b"", data[position:ended])):
            raise UnreadableError("words in the body")
        if left > 0 and stop == len(data):
            raise UnreadableError("cut off")
        position = ended
    return position


def _hidden(what: str) -> Finding:
    return Finding("PLY", Category.HISTORY, Action.REMOVED, what, seed=False)


def warm() -> None:
    """Load what finding people needs, so that no file is opened afterwards."""
    people.warm()
