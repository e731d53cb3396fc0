"""Drill files of circuit boards (Excellon): who made them and when goes, every hole stays.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; linear in the file. Remarks are
cut where they tell (``redaction.carriers.remarks``); text drilled or shown to the operator is only
told. Sources: Excellon Automation, "CNC-7 programmer's manual" (M48, M47, M97, M98); Ucamco, "The
XNC Format Specification" 2021.11, §4.6 (attributes in comments).
"""

import re
from collections.abc import Sequence
from typing import Final

from redaction.carriers import board_attributes, echoes, remarks, xml_words
from redaction.carriers.changes import Changes
from redaction.carriers.remarks import Remarks
from redaction.errors import NotFaithfulError, UnreadableError
from redaction.model import Edit, Plan, Profile, Proof, patched
from redaction.text import people

LINE: Final = re.compile(rb"[^\r\n]++")
# A command; what is written out or shown behind M47, M97, M98; a remark at the end of any line.
PARTS: Final = re.compile(rb"(?P<code>[^;]*+)(?:;(?P<remark>.*+))?", re.DOTALL)
CODE: Final = re.compile(rb"[-+A-Z0-9.,%/:=*#?() \t]*+")
SHOWN: Final = re.compile(rb"\s*M(?:47|9[78]),")
# Commands of a body and a header; other capitals may be somebody's words, and are looked at.
_COMMANDS: Final = rb"(?:[GMTXYRNABCFSZHIJD][-+0-9., \t]*+)++"
_HEADERS: Final = rb"INCH|METRIC|FMT|VER|ICI|ATC|DETECT|LZ|TZ|ON|OFF|FSB|TCST|OSD|OM48|R|T|[0-9.,]"
KNOWN: Final = re.compile(rb"[%%/ \t]*+(?:%b|(?:%b|,)*)[ \t]*" % (_COMMANDS, _HEADERS))


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - words on the board are only told
    """Return the remarks to cut, and whom those that stay and the board's own words name.

    Raises:
        UnreadableError: no drill file has such a line.
    """
    changes, known, shown = Changes(), Remarks(), dict[str, None]()
    number, counted = 1, 0
    for line in LINE.finditer(data):
        number, counted = number + data.count(b"\n", counted, line.start()), line.start()
        parts = PARTS.fullmatch(line.group())
        code = parts["code"] if parts is not None else b""
        if parts is not None and parts["remark"]:
            at = line.start() + parts.start("remark")
            shown[_remark(changes, known, (data, at, line.end()), f"line {number}")] = None
        if SHOWN.match(code) or KNOWN.fullmatch(code) is None:
            shown[_decoded(code)[0]] = None
            if SHOWN.match(code) is None and CODE.fullmatch(code) is None:
                raise UnreadableError("a line no drill file has")
    words = [xml_words.Words("", "\n".join(shown), "", "")]
    findings = [*changes.findings, *xml_words.named("Excellon.text", words)]
    findings += xml_words.echoes("Excellon.text", echoes.telling(changes.findings), words)
    return Plan(tuple(findings), tuple(changes.edits))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` without the planned remarks."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that every line has the same command up to its remark.

    Raises:
        NotFaithfulError: something but remarks differs.
    """
    if cleaned != patched(original, plan.edits):
        raise NotFaithfulError("bytes outside the plan differ")
    before, after = _said(original), _said(cleaned)
    if before != after:
        raise NotFaithfulError("a command differs")
    return (Proof("tokens", len(before), "every command and hole is the same, in order"),)


def _remark(changes: Changes, known: Remarks, place: tuple[bytes, int, int], where: str) -> str:
    """Cut what tells in the remark at ``place``; return what is left of it to be shown."""
    data, begin, end = place
    said, encoding = _decoded(data[begin:end])
    inside = board_attributes.COMMENTED.match(said)
    if inside is not None:
        told = board_attributes.read(said[inside.end() :], known)
        if told is None:
            return board_attributes.shown(said[inside.end() :])
        changes.tell(f"Excellon.{told.name.lstrip('.')}", told.category, told.said, where)
        at = inside.end()
        cuts = [(0, len(said)) if told.whole else (at + told.start, at + told.end)]
        left, instead = "", told.instead.encode()
    else:
        read = known.read(said)
        cuts = [(start, stop) for start, stop, _ in read.cuts]
        left, instead = read.left, b""
        for start, stop, category in read.cuts:
            changes.tell("Excellon.comment", category, remarks.value(said[start:stop]), where)
    for cut in cuts:
        start, stop = (begin + len(said[:at].encode(encoding)) for at in cut)
        changes.edits.append(Edit(start, stop, instead))
    return left


def _said(data: bytes) -> list[bytes]:
    """Return every command, line by line."""
    lines = data.replace(b"\r", b"\n").split(b"\n")
    return [said for line in lines if (said := line.split(b";", 1)[0].strip())]


def _decoded(piece: bytes) -> tuple[str, str]:
    try:
        return piece.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return piece.decode("latin-1"), "latin-1"


def warm() -> None:
    """Load what finding people needs, so that no file is opened afterwards."""
    people.warm()
