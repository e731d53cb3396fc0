"""G-code: who programmed it, when and where goes; every word and every remark on the work stays.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; linear in the file. Remarks are
cut where they tell of people, times, places and programs (``redaction.carriers.remarks``); what is
shown to the operator is only told. Sources: ISO 6983-1, NIST RS274/NGC §3.3, the manuals of Marlin
(M117, checksums) and Fanuc (program names); docs/reference/formats/gcode.md.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from redaction.carriers.remark_draft import Draft, decoded
from redaction.errors import NotFaithfulError
from redaction.model import Category, Edit, Plan, Profile, Proof, patched
from redaction.text import people

# A message to the operator, a string, a remark in brackets, or one to the end of the line.
PIECE: Final = re.compile(
    rb"(?P<message>^[ \t]*+(?:N[0-9]++[ \t]*+)?M11[78]\b[^;\r\n]*+)|(?P<string>\"[^\"\r\n]*+\")"
    rb"|(?P<bracket>\([^)\r\n]*+\)?+)|(?P<tail>;[^\r\n]*+)",
    re.MULTILINE | re.IGNORECASE,
)
SHOWN: Final = re.compile(rb"\(\s*+(?:MSG|DEBUG|PRINT|LOGOPEN|LOG)\s*+,", re.IGNORECASE)
_FEATURE: Final = (
    "external|internal|inner|outer|overhang|perimeter|infill|solid|sparse|top|bottom|surface|bridge"
    "|gap|fill|skirt|brim|raft|support|material|interface|transition|wipe|prime|tower|custom|wall"
    "|skin|undefined|ironing|travel|thin|sequential|shell"
)
# Marks of layers and features: numbers, and words that name nobody.
MARK: Final = re.compile(
    r";\s?(?:(?:BEFORE_|AFTER_)?LAYER_CHANGE|WIPE_(?:START|END)|CHANGE_LAYER|FEATURE_END"
    r"|(?:LAYER(?:_COUNT|_HEIGHT)?|Z(?:_HEIGHT)?|HEIGHT|WIDTH|LINE_WIDTH|TIME(?:_ELAPSED)?"
    r"|M(?:IN|AX)[XYZ]):\s?[-0-9.]{1,20}|FLAVOR:(?:Marlin|RepRap|Griffin|UltiGCode|BFB|Repetier)"
    rf"|(?:TYPE|FEATURE):\s?(?:(?:{_FEATURE})[ -]?){{1,4}})\s*+",
    re.IGNORECASE,
)
# A picture in base64, line by line.
PICTURE: Final = re.compile(r";\s*thumbnail\w*\s+(?P<edge>begin|end)\b", re.IGNORECASE)
PICTURE_LINE: Final = re.compile(r";\s*[A-Za-z0-9+/]*={0,2}\s*")
CHECKSUM: Final = re.compile(rb"(?P<sum>(?<=\*)[0-9]{1,3})[ \t]*+(?=;|\r|\n|\Z)")
# Commands that set up a machine's network.
NETWORK: Final = re.compile(rb"^[ \t]*+M(?:55[0-4]|58[789])\b[^\r\n;]*+", re.MULTILINE)


@dataclass(slots=True)
class _Reading:
    """The draft, and where remarks in brackets end and those behind semicolons begin."""

    draft: Draft
    ends: list[int] = field(default_factory=list)
    tails: list[int] = field(default_factory=list)
    _in_picture: bool = False

    def take(self, piece: re.Match[bytes], where: str) -> None:
        """Decide on one message, string or remark."""
        said = decoded(piece.group())[0]
        if piece.lastgroup == "tail":
            self.tails.append(piece.start())
        else:
            self.ends.append(piece.end())
        edge = PICTURE.match(said)
        if edge is not None:
            self._in_picture = edge["edge"].lower() == "begin"
        else:
            self._in_picture = self._in_picture and PICTURE_LINE.fullmatch(said) is not None
        if edge is not None or self._in_picture:
            self.draft.cut(piece.span())
            self.draft.changes.gone("G-code.picture", Category.PREVIEW, "picture", where)
        elif piece.lastgroup in ("message", "string") or SHOWN.match(piece.group()):
            self.draft.shown.append(said)
        elif MARK.fullmatch(said) is None:
            closed = said[0] == "(" and said[-1] == ")"
            body = (piece.start() + 1, piece.end() - closed)
            self.draft.remark(body, piece.span(), where)


def plan(data: bytes, profile: Profile) -> Plan:
    """Return what to cut out of remarks, and whom those that stay and messages name."""
    draft = Draft("G-code", data)
    draft.shown += [decoded(found.group())[0] for found in NETWORK.finditer(data)]
    reading = _Reading(draft)
    line, counted = 1, 0
    for piece in PIECE.finditer(data):
        line, counted = line + data.count(b"\n", counted, piece.start()), piece.start()
        reading.take(piece, f"line {line}")
    findings = draft.settled(profile)
    edits = sorted((*draft.changes.edits, *_checksums(reading)))
    return Plan(tuple(findings), tuple(edits))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` without the planned comments."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that every line has the same words, in the same order.

    Raises:
        NotFaithfulError: something but comments differs.
    """
    if cleaned != patched(original, plan.edits):
        raise NotFaithfulError("bytes outside the plan differ")
    count = 0
    before, after = original.splitlines(), cleaned.splitlines()
    if len(before) != len(after):
        raise NotFaithfulError("another number of lines")
    for one, other in zip(before, after, strict=True):
        if one is not other and one != other and _words(one) != _words(other):
            raise NotFaithfulError("a line has other words")
        count += 1
    return (Proof("tokens", count, "every line has the same words in the same order"),)


def _checksums(reading: _Reading) -> Iterator[Edit]:
    """Yield new checksums for the lines in which a remark was cut before the checksum."""
    data, edits = reading.draft.data, reading.draft.changes.edits
    at = 0
    while at < len(edits):
        begin = data.rfind(b"\n", 0, edits[at].start) + 1
        end = data.find(b"\n", edits[at].start)
        end = end if end >= 0 else len(data)
        upto = bisect_left(edits, Edit(end, end, b""), at)
        # What stands behind a semicolon is a remark of its own, whatever it looks like.
        tail = bisect_left(reading.tails, begin)
        stop = (
            reading.tails[tail] if tail < len(reading.tails) and reading.tails[tail] < end else end
        )
        inner = [edit for edit in edits[at:upto] if edit.start < stop]
        last = bisect_left(reading.ends, stop + 1) - 1
        if inner and last >= 0:
            found = CHECKSUM.search(data, reading.ends[last], stop)
            if found is not None:
                shifted = [Edit(e.start - begin, e.end - begin, e.replacement) for e in inner]
                value = 0
                for byte in patched(data[begin : found.start() - 1], shifted):
                    value ^= byte
                yield Edit(found.start(), found.end("sum"), str(value).encode())
        at = upto


def _words(line: bytes) -> list[bytes]:
    """Return the words of a line without remarks, found sign by sign; checksums count as one."""
    words = bytearray()
    depth, quoted = 0, False
    message = re.match(rb"\s*(?:N\d+\s*)?M11[78]\b", line, re.IGNORECASE) is not None
    shown = False
    for at, sign in enumerate(line):
        if sign == 0x22 and not depth:
            quoted = not quoted
        elif sign == 0x3B and not depth and not quoted:
            break
        elif sign == 0x28 and not depth and not quoted and not message:
            depth, shown = 1, SHOWN.match(line, at) is not None
        if not depth or shown:
            words.append(sign)
        if sign == 0x29 and depth:
            depth, shown = 0, False
    return re.sub(rb"\*[0-9]+\s*$", b"*", bytes(words)).split()


def warm() -> None:
    """Load what finding people needs, so that no file is opened afterwards."""
    people.warm()
