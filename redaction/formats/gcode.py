"""G-code: what programmers and slicers wrote beside the program goes, every word of it stays.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; linear in the file. Comments are
cut but for those by which a machine or its viewer knows where a layer or a feature begins; what is
shown to the operator is only told. Sources: ISO 6983-1, NIST RS274/NGC §3.3, the manuals of Marlin
(M117, checksums) and Fanuc (program names); docs/reference/formats/gcode.md.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from redaction.carriers import echoes, xml_words
from redaction.carriers.changes import Changes
from redaction.carriers.naming import category_of
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
SETTING: Final = re.compile(
    r"[\s;(]*+(?P<key>[A-Za-z][\w -]{1,40}?)\s*+[=:]\s*+(?P<value>[^()]{2,}+)"
)
PERSONS: Final = re.compile(
    r"programm?er|operator|\buser\b|user_?name|author|designer|drawn", re.IGNORECASE
)
HOSTS: Final = re.compile(r"print_?host|host_?name|computer|machine_?name", re.IGNORECASE)
MARKS: Final = re.compile(r"api_?key|password|token|serial", re.IGNORECASE)
CHECKSUM: Final = re.compile(rb"(?P<sum>(?<=\*)[0-9]{1,3})[ \t]*+(?=;|\r|\n|\Z)")
# Commands that set up a machine's network.
NETWORK: Final = re.compile(rb"^[ \t]*+M(?:55[0-4]|58[789])\b[^\r\n;]*+", re.MULTILINE)
MAX_TOLD_CHARS: Final = 1_000


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - what an operator sees is only told
    """Return the comments to cut, and whom messages to the operator name."""
    changes, edits = Changes(), list[Edit]()
    shown: list[str] = [_text(found.group()) for found in NETWORK.finditer(data)]
    line, counted = 1, 0
    for piece in PIECE.finditer(data):
        if piece.lastgroup in ("message", "string") or SHOWN.match(piece.group()):
            shown.append(_text(piece.group()))
            continue
        said = _text(piece.group())
        if MARK.fullmatch(said):
            continue
        line, counted = line + data.count(b"\n", counted, piece.start()), piece.start()
        edits += _cut(data, piece)
        _tell(changes, said[:MAX_TOLD_CHARS], f"line {line}")
    words = [xml_words.Words("", "\n".join(shown), "", "")]
    findings = [*changes.findings, *xml_words.named("G-code.text", words)]
    findings += xml_words.echoes("G-code.text", echoes.telling(changes.findings), words)
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


def _cut(data: bytes, piece: re.Match[bytes]) -> Iterator[Edit]:
    """Yield the edit that cuts a comment; a checksum behind it follows."""
    yield Edit(piece.start(), piece.end(), b"")
    if piece.lastgroup != "bracket":
        return
    # What stands behind a semicolon is a comment of its own, whatever it looks like.
    end = data.find(b"\n", piece.end())
    end = end if end >= 0 else len(data)
    comment = data.find(b";", piece.end(), end)
    end = comment if comment >= 0 else end
    if data.find(b"(", piece.end(), end) >= 0:
        return  # the last one on the line knows what is left of it
    found = CHECKSUM.search(data, piece.end(), end)
    if found is not None:
        begin = data.rfind(b"\n", 0, piece.start()) + 1
        summed = PIECE.sub(_kept, data[begin : found.start() - 1])
        value = 0
        for byte in summed:
            value ^= byte
        yield Edit(found.start(), found.end("sum"), str(value).encode())


def _kept(piece: re.Match[bytes]) -> bytes:
    stays = piece.lastgroup in ("message", "string") or SHOWN.match(piece.group())
    return piece.group() if stays else b""


def _tell(changes: Changes, said: str, where: str) -> None:
    setting = SETTING.match(said)
    if setting is None:
        changes.tell("G-code.comment", Category.COMMENT, said.strip(";() \t"), where)
        return
    key, value = setting["key"].strip(), setting["value"].strip()
    category = _category(key)
    name = "comment" if category is Category.COMMENT else key
    told = said.strip(";() \t") if category is Category.COMMENT else value
    changes.tell(f"G-code.{name}", category, told, where)


def _category(key: str) -> Category:
    if PERSONS.search(key):
        return Category.PERSON
    if HOSTS.search(key):
        return Category.HOST
    return Category.IDENTIFIER if MARKS.search(key) else category_of(key)


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


def _text(piece: bytes) -> str:
    try:
        return piece.decode("utf-8")
    except UnicodeDecodeError:
        return piece.decode("latin-1")


def warm() -> None:
    """Load what finding people needs, so that no file is opened afterwards."""
    people.warm()
