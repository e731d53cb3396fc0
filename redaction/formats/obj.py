"""Wavefront OBJ meshes: comments and commands go, paths lose their directories, numbers stay.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; linear in the file. Source:
Wavefront Technologies, "Advanced Visualizer Manual", appendix B1 (object files, version 3.0).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from redaction.carriers.naming import removed
from redaction.carriers.numbered_names import Numbered
from redaction.errors import NotFaithfulError, UnreadableError
from redaction.model import (
    Action,
    CarrierClass,
    Category,
    Edit,
    Finding,
    Plan,
    Profile,
    Proof,
    patched,
)
from redaction.text import people

# Statements of nothing but a keyword and numbers: all that makes up the shape.
_GEOMETRY: Final = rb"v|vt|vn|vp|f|fo|l|p|s|mg|deg|bmat|step|cstype|curv|curv2|surf|parm|trim"
_MORE: Final = rb"hole|scrv|sp|end|con|ctech|stech|bevel|c_interp|d_interp|lod"
_VALUE: Final = (
    rb"(?:[-+./0-9eE]++|nan|-nan|inf|-inf|on|off|u|v|rat|bmatrix|bezier|bspline|cardinal|taylor"
    rb"|cparma|cparmb|cparm|cspace|curv)"
)
_SHAPE: Final = rb"(?:%b|%b)(?:(?:[ \t]|\\\r?\n)++%b)*+[ \t]*+" % (_GEOMETRY, _MORE, _VALUE)
# One match a line that is not such a statement, and none for the millions that are.
OTHER: Final = re.compile(
    rb"(?<!\\\n)(?<!\\\r\n)^[ \t]*+(?!" + _SHAPE + rb"(?:[\r\n]|\Z))(?=[^\s])(?:\\\r?\n|[^\r\n])++",
    re.MULTILINE,
)
TRAILING_COMMENT: Final = re.compile(rb"(" + _SHAPE + rb")#")
NAME: Final = "OBJ.name"
NAMED: Final = frozenset({b"o", b"g", b"usemtl"})
FILES: Final = frozenset({b"mtllib", b"maplib", b"usemap", b"shadow_obj", b"trace_obj"})
COMMANDS: Final = frozenset({b"call", b"csh"})
DIRECTORY: Final = re.compile(rb".*[\\/]", re.DOTALL)
WORD: Final = re.compile(rb"[^\s\\]++|\\(?!\r?\n)")
HERE: Final = re.compile(rb"(?:\./)?[^\\/]*+")


def plan(data: bytes, profile: Profile) -> Plan:
    """Return the comments, commands and directories to cut, and names their owner must look at.

    Raises:
        UnreadableError: a statement that no OBJ has.
    """
    edits: list[Edit] = []
    findings: list[Finding] = []
    names = Numbered() if Category.NAME in profile.redact_content else None
    for start, end in _others(data):
        statement = data[start:end]
        keyword, _, rest = statement.partition(b" ")
        keyword, _, tabbed = keyword.partition(b"\t")
        argument = (tabbed or rest).strip()
        if statement.startswith(b"#"):
            edits.append(Edit(start, end, b""))
            findings += _told("comment", statement.strip(b"# \t"))
        elif keyword in COMMANDS:
            edits.append(Edit(start, end, b""))
            findings.append(_command(statement))
        elif keyword in FILES:
            if not HERE.fullmatch(argument):
                at = end - len(statement) + statement.rindex(argument)
                edits.append(Edit(at, at + len(argument), DIRECTORY.sub(b"", argument)))
                findings += _told("path", argument)
        elif keyword in NAMED and names is not None:
            edits += _numbered(data, start + len(keyword), end, names)
        elif keyword in NAMED:
            _name(data, (start + len(keyword), end), profile, (edits, findings))
        elif comment := TRAILING_COMMENT.match(statement):
            edits.append(Edit(start + comment.end() - 1, end, b""))
            findings += _told("comment", statement[comment.end() :])
        else:
            raise UnreadableError("a statement no OBJ has")
    findings += names.findings if names is not None else ()
    return Plan(tuple(findings), tuple(edits))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` with the planned places replaced."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that nothing but the planned places changed, and that no statement is lost.

    Raises:
        NotFaithfulError: something else differs.
    """
    if cleaned != patched(original, plan.edits):
        raise NotFaithfulError("bytes outside the plan differ")
    statements = 0
    before, after = _statements(original), _statements(cleaned)
    for one in before:
        if next(after, None) != one:
            raise NotFaithfulError("a statement differs")
        statements += 1
    if next(after, None) is not None:
        raise NotFaithfulError("a statement was added")
    return (Proof("mesh", statements, "every vertex and face is the same bytes, in order"),)


def _others(data: bytes) -> Iterator[tuple[int, int]]:
    for found in OTHER.finditer(data):
        yield found.end() - len(found.group().lstrip(b" \t")), found.end()


def _statements(data: bytes) -> Iterator[bytes]:
    """Yield every statement of the shape; a comment behind one is no part of it."""
    for line in data.replace(b"\\\r\n", b" ").replace(b"\\\n", b" ").splitlines():
        words = line.partition(b"#")[0].strip()
        keyword = words.split(None, 1)[:1]
        if keyword and keyword[0] not in NAMED | FILES | COMMANDS:
            yield words


def _name(
    data: bytes,
    place: tuple[int, int],
    profile: Profile,
    draft: tuple[list[Edit], list[Finding]],
) -> None:
    """Replace who is surely named in the name of an object, group or material."""
    start, end = place
    text = data[start:end].decode("utf-8", "surrogateescape")
    edits, findings = draft
    for span in people.find(text):
        asked = profile.asks(NAME, span.category, text[span.start : span.end])
        replaced = asked or people.is_replaced(span)
        action = Action.REPLACED if replaced else Action.REVIEW
        findings.append(people.finding(text, span, action, NAME))
        if replaced:
            at = start + len(text[: span.start].encode("utf-8", "surrogateescape"))
            size = len(text[span.start : span.end].encode("utf-8", "surrogateescape"))
            token = people.token(span.category).encode()
            edits.append(Edit(at, at + size, token))


def _numbered(data: bytes, start: int, end: int, names: Numbered) -> Iterator[Edit]:
    """Yield what makes numbers of the names of groups, or the name of an object or material."""
    for word in WORD.finditer(data, start, end):
        said = word.group().decode("utf-8", "replace")
        instead = names.of("part", said, NAME).encode("utf-8", "replace")
        if instead != word.group():
            yield Edit(word.start(), word.end(), instead)


def _told(what: str, text: bytes) -> list[Finding]:
    told = removed("OBJ", what, " ".join(text.decode("utf-8", "replace").split()))
    hidden = Finding("OBJ", Category.COMMENT, Action.REMOVED, "an empty comment", seed=False)
    return told or [hidden]


def _command(statement: bytes) -> Finding:
    return Finding(
        "OBJ.command",
        Category.SCRIPT,
        Action.REMOVED,
        statement.decode("utf-8", "replace"),
        carrier_class=CarrierClass.ACTIVE,
        seed=False,
    )


def warm() -> None:
    """Load what finding people needs, so that no file is opened afterwards."""
    people.warm()
