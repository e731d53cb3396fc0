"""Plain text, such as the description of a part: who is named in it is replaced by tokens.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; linear in the text. Every byte
outside the replaced spans stays as it was, whatever the encoding and the line ends.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from redaction.errors import NotFaithfulError, UnreadableError
from redaction.model import Action, Edit, Finding, Plan, Profile, Proof, patched
from redaction.text import people

# Byte order marks; a mark for UTF-16 is taken off before decoding and stays in the file.
MARKS: Final = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def plan(data: bytes, profile: Profile) -> Plan:
    """Return the spans to replace, and those that their owner must look at.

    What the profile asks for is replaced however unsure the finding is.

    Raises:
        UnreadableError: the text does not decode as its byte order mark says.
    """
    text, encoding, offset = _decoded(data)
    edits: list[Edit] = []
    findings: list[Finding] = []
    position = 0
    for span in people.find(text):
        asked = profile.asks("text", span.category, text[span.start : span.end])
        replaced = asked or people.is_replaced_in_prose(span)
        findings.append(people.finding(text, span, Action.REPLACED if replaced else Action.REVIEW))
        if replaced:
            start = offset + _size(text[position : span.start], encoding)
            offset = start + _size(text[span.start : span.end], encoding)
            position = span.end
            token = people.token(span.category).encode(encoding)
            edits.append(Edit(start, offset, token))
    return Plan(tuple(findings), tuple(edits))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` with the planned spans replaced."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that every word outside the replaced spans is the same, in the same order.

    Raises:
        NotFaithfulError: something else differs.
    """
    _, encoding, _ = _decoded(original)
    if _decoded(cleaned)[1] != encoding:
        raise NotFaithfulError("another encoding")
    position = words = 0
    for piece, replacement in _pieces(original, plan.edits):
        if not cleaned.startswith(piece + replacement, position):
            raise NotFaithfulError("text outside the replaced spans differs")
        position += len(piece) + len(replacement)
        words += len(piece.split())
    if position != len(cleaned):
        raise NotFaithfulError("text was added")
    return (Proof("tokens", words, "every word outside the replaced places is the same"),)


def _pieces(data: bytes, edits: Sequence[Edit]) -> Iterator[tuple[bytes, bytes]]:
    position = 0
    for edit in edits:
        yield data[position : edit.start], edit.replacement
        position = edit.end
    yield data[position:], b""


def _size(text: str, encoding: str) -> int:
    return len(text.encode(encoding))


def _decoded(data: bytes) -> tuple[str, str, int]:
    """Return the text, its encoding, and how many bytes of mark stand before it."""
    for mark, encoding in MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding), encoding, len(mark)
            except UnicodeDecodeError as error:
                raise UnreadableError from error
    try:
        return data.decode("utf-8"), "utf-8", 0
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1", 0


def warm() -> None:
    """Load what finding people needs, so that no file is opened afterwards."""
    people.warm()
