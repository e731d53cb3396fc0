"""Drill files of circuit boards (Excellon): who made them and when goes, every hole stays.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; linear in the file. Remarks are
cut where they tell (``redaction.carriers.remarks``); text drilled or shown to the operator is only
told. Sources: Excellon Automation, "CNC-7 programmer's manual" (M48, M47, M97, M98); Ucamco, "The
XNC Format Specification" 2021.11, §4.6 (attributes in comments).
"""

import re
from collections.abc import Sequence
from typing import Final

from redaction.carriers import board_attributes
from redaction.carriers.remark_draft import Draft, Place, decoded
from redaction.errors import NotFaithfulError, UnreadableError
from redaction.model import Plan, Profile, Proof, patched
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


def plan(data: bytes, profile: Profile) -> Plan:
    """Return the remarks to cut, and whom those that stay and the board's own words name.

    Raises:
        UnreadableError: no drill file has such a line.
    """
    draft = Draft("Excellon", data)
    number, counted = 1, 0
    for line in LINE.finditer(data):
        number, counted = number + data.count(b"\n", counted, line.start()), line.start()
        parts = PARTS.fullmatch(line.group())
        code = parts["code"] if parts is not None else b""
        if parts is not None and parts["remark"]:
            _remark(draft, (line.start() + parts.start("remark"), line.end()), f"line {number}")
        if SHOWN.match(code) or KNOWN.fullmatch(code) is None:
            draft.shown.append(decoded(code)[0])
            if SHOWN.match(code) is None and CODE.fullmatch(code) is None:
                raise UnreadableError("a line no drill file has")
    return Plan(tuple(draft.settled(profile)), tuple(draft.changes.edits))


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


def _remark(draft: Draft, body: Place, where: str) -> None:
    """Cut what tells in a remark, which may hold an attribute."""
    said, encoding = decoded(draft.data[slice(*body)])
    inside = board_attributes.COMMENTED.match(said)
    if inside is None:
        draft.remark(body, body, where)
        return
    told = board_attributes.read(said[inside.end() :], draft.known)
    if told is None:
        draft.shown.append(board_attributes.shown(said[inside.end() :]))
        return
    draft.changes.tell(f"Excellon.{told.name.lstrip('.')}", told.category, told.said, where)
    start, end = (
        body[0] + len(said[: inside.end() + place].encode(encoding))
        for place in (told.start, told.end)
    )
    draft.cut(body if told.whole else (start, end), told.instead.encode())


def _said(data: bytes) -> list[bytes]:
    """Return every command, line by line."""
    lines = data.replace(b"\r", b"\n").split(b"\n")
    return [said for line in lines if (said := line.split(b";", 1)[0].strip())]


def warm() -> None:
    """Load what finding people needs, so that no file is opened afterwards."""
    people.warm()
