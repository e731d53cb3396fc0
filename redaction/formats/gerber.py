"""Gerber artwork of circuit boards: who made it, when and by what goes; every command stays.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; linear in the file. Attributes
that no step of manufacturing needs are cut with their command, remarks where they tell
(``redaction.carriers.remarks``). Source: Ucamco, "The Gerber Layer Format Specification" 2024.05.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from redaction.carriers import board_attributes
from redaction.carriers.remark_draft import Draft, Place, decoded
from redaction.errors import NotFaithfulError
from redaction.formats.gerber_syntax import Command, commands
from redaction.model import Category, Edit, Plan, Profile, Proof, patched
from redaction.text import people

# What stands before the words of a remark, of one in a macro, and of a name.
BEFORE: Final = re.compile(rb"\s*(?:(?:N[0-9]++)?G0?4 ?|0\s?|IN|LN)")
CHECKSUM: Final = re.compile(rb"\s*TF\.MD5,(?P<sum>[0-9A-Fa-f]*)\*")
LINE_END: Final = re.compile(rb"[ \t]*+(?:\r\n?|\n)")


@dataclass(slots=True)
class _Reading:
    """The draft, and the checksums that must follow it."""

    draft: Draft
    checksums: list[Command] = field(default_factory=list)

    def remark(self, command: Command, where: str) -> None:
        """Read a remark or a name; the command itself stays."""
        data = self.draft.data
        before = BEFORE.match(data, command.start, command.end)
        at = before.end() if before is not None else command.start
        said, encoding = decoded(data[at : command.end - 1])
        inside = board_attributes.COMMENTED.match(said)
        body = (at, command.end - 1)
        if inside is None:
            self.draft.remark(body, body, where)
        else:
            begin = at + len(inside[0].encode(encoding))
            self._attribute((begin, command.end - 1), body, where)

    def attribute(self, command: Command, where: str) -> None:
        """Cut an attribute that tells, with its block where it stands there alone."""
        data = self.draft.data
        if CHECKSUM.fullmatch(data, command.start, command.end):
            self.checksums.append(command)
            return
        place = (command.start, command.end)
        if command.alone:
            line_end = LINE_END.match(data, command.block[1])
            place = (command.block[0], line_end.end() if line_end else command.block[1])
        begin = command.end - len(data[command.start : command.end].lstrip())
        self._attribute((begin, command.end - 1), place, where)

    def _attribute(self, body: Place, whole: Place, where: str) -> None:
        """Cut what goes of the attribute in ``body``, or ``whole`` of it."""
        draft = self.draft
        said, encoding = decoded(draft.data[slice(*body)])
        told = board_attributes.read(said, draft.known)
        if told is None:
            draft.shown.append(board_attributes.shown(said))
            return
        carrier = f"Gerber.{told.name.lstrip('.')}"
        draft.changes.tell(carrier, told.category, told.said, where)
        start, end = (
            body[0] + len(said[:place].encode(encoding)) for place in (told.start, told.end)
        )
        draft.cut(whole if told.whole else (start, end), told.instead.encode())


def plan(data: bytes, profile: Profile) -> Plan:
    """Return the attributes and remarks to cut, and whom those that stay name.

    Raises:
        UnreadableError: no Gerber file has such a command.
        ActiveContentError: another file is read in.
    """
    draft = Draft("Gerber", data)
    reading = _Reading(draft)
    line, counted, end = 1, 0, 0
    for command in commands(data):
        end = command.block[1]
        if command.kind not in ("comment", "name", "attribute"):
            continue
        line, counted = line + data.count(b"\n", counted, command.start), command.start
        take = reading.attribute if command.kind == "attribute" else reading.remark
        take(command, f"line {line}")
    if data[end:].strip():
        draft.cut((end, len(data)), b"\n")
        draft.changes.gone("Gerber", Category.HISTORY, "behind the end of the artwork", "")
    findings = draft.settled(profile)
    edits = sorted((*draft.changes.edits, *_checksums(reading)))
    return Plan(tuple(findings), tuple(edits))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` without the planned attributes and remarks."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that every command but remarks and telling attributes is the same, in order.

    Raises:
        NotFaithfulError: something else differs.
    """
    if cleaned != patched(original, plan.edits):
        raise NotFaithfulError("bytes outside the plan differ")
    before, after = list(_said(original)), list(_said(cleaned))
    if before != after:
        raise NotFaithfulError("a command differs")
    return (Proof("tokens", len(before), "every command and coordinate is the same, in order"),)


def _checksums(reading: _Reading) -> Iterator[Edit]:
    """Yield new checksums of what stands before them (§5.6.7), where something there changes."""
    draft = reading.draft
    for command in reading.checksums:
        before = [edit for edit in draft.changes.edits if edit.end <= command.block[0]]
        if before:
            covered = patched(draft.data[: command.block[0]], before).translate(None, b"\r\n")
            value = hashlib.md5(covered, usedforsecurity=False).hexdigest()
            at = command.end - 1 - len(_sum(draft.data, command))
            yield Edit(at, command.end - 1, value.encode())


def _sum(data: bytes, command: Command) -> bytes:
    found = CHECKSUM.fullmatch(data, command.start, command.end)
    return found["sum"] if found is not None else b""


def _said(data: bytes) -> Iterator[str]:
    """Yield the commands that may not change, read piece by piece and without regard to lines."""
    pieces = data.translate(None, b"\r\n").decode("latin-1")
    at = 0
    while at < len(pieces):
        if pieces[at].isspace():
            at += 1
            continue
        extended = pieces[at] == "%"
        end = pieces.find("%" if extended else "*", at + 1)
        end = end if end >= 0 else len(pieces)
        inner = [one.strip() for one in pieces[at + extended : end].split("*")]
        macro = inner[0].startswith("AM") if extended else False
        for one in inner:
            kept = _kept(one, extended=extended, macro=macro)
            if kept:
                yield kept
        at = end + 1
        if not extended and inner[0] in ("M02", "M00", "M2", "M0"):
            return


def _kept(said: str, *, extended: bool, macro: bool) -> str | None:
    if not extended:
        remark = re.match(r"(?:N\d+)?G0?4(?!\d)", said) is not None
        return None if remark else said
    if macro and (said == "0" or said.startswith(("0 ", "0\t"))):
        return None
    return said[:2] if said[:2] in ("IN", "LN") else board_attributes.left(said)


def warm() -> None:
    """Load what finding people needs, so that no file is opened afterwards."""
    people.warm()
