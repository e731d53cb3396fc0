"""Parasolid models (x_t, and x_b with a text header): the header forgets who and where.

Room: redaction/formats. Runs only inside the sandbox worker. Pure; linear in the file. Only values
in the first part of the header are overwritten, letter for letter; the schema and the whole body
stay. Source: Parasolid XT Format Reference, "File header"; docs/reference/formats/parasolid.md.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from redaction.carriers.changes import Changes, says_nothing
from redaction.errors import NotFaithfulError, UnreadableError
from redaction.formats import kernel_text
from redaction.model import Category, Plan, Profile, Proof, patched
from redaction.text import people

# A header is some hundred bytes; what has none within this is not read at all.
MAX_HEADER_BYTES: Final = 64 * 1024
PARTS: Final = (b"**PART1;", b"**PART2;", b"**PART3;", b"**END_OF_HEADER")
LINE_ENDS: Final = b"\r\n"
# What a reader goes by; all other keys only tell of the writer.
KEPT: Final = frozenset({b"FORMAT", b"GUISE"})
KEYS: Final = {
    b"MC": Category.SOFTWARE,
    b"MC_MODEL": Category.SOFTWARE,
    b"MC_ID": Category.HOST,
    b"OS": Category.SOFTWARE,
    b"OS_RELEASE": Category.SOFTWARE,
    b"FRU": Category.SOFTWARE,
    b"APPL": Category.SOFTWARE,
    b"SITE": Category.ORGANISATION,
    b"USER": Category.PERSON,
    b"KEY": Category.PATH,
    b"FILE": Category.PATH,
    b"DATE": Category.TIME,
}
KEY: Final = re.compile(rb"\s*+([A-Za-z_0-9]++)\s*+=")


@dataclass(frozen=True, slots=True)
class Value:
    """A value of the header and where each of its bytes stands; lines break inside it."""

    key: bytes
    text: bytes
    places: tuple[int, ...]


def plan(data: bytes, profile: Profile) -> Plan:  # noqa: ARG001 - words of the body are only reported
    """Return the header values to overwrite, and whom the body names.

    Raises:
        UnreadableError: no header, or one that does not end.
    """
    changes = Changes()
    parts = _parts(data)
    for value in _values(data, *parts[:2]):
        category = KEYS.get(value.key, Category.COMMENT)
        instead = kernel_text.filled(value.text, date=category is Category.TIME)
        said = value.text.decode("latin-1")
        if value.key in KEPT or value.text == instead or says_nothing(said):
            continue
        changes.edits += kernel_text.overwritten(value.places, instead)
        changes.tell(f"PART1.{value.key.decode()}", category, said, "header")
    start = parts[2] + len(PARTS[2])
    private = [at for at in range(start, parts[3]) if not data[at : at + 1].isspace()]
    words = bytes(data[at] for at in private)
    if words.strip(kernel_text.FILLER):
        changes.edits += kernel_text.overwritten(private, kernel_text.filled(words))
        changes.tell("PART3", Category.COMMENT, words.decode("latin-1"), "header")
    kernel_text.reviewed(data[parts[3] :], changes)
    return Plan(tuple(changes.findings), tuple(changes.edits))


def apply(data: bytes, plan: Plan) -> bytes:
    """Return ``data`` with the planned header values overwritten."""
    return patched(data, plan.edits)


def prove(original: bytes, cleaned: bytes, plan: Plan) -> Sequence[Proof]:
    """Prove that the schema and the whole body are the same, and the header has the same keys.

    Raises:
        NotFaithfulError: something else differs.
    """
    before, after = _parts(original), _parts(cleaned)
    if original[before[1] : before[2]] != cleaned[after[1] : after[2]]:
        raise NotFaithfulError("the schema differs")
    keys = [
        [value.key for value in _values(data, *parts[:2])]
        for data, parts in ((original, before), (cleaned, after))
    ]
    if keys[0] != keys[1]:
        raise NotFaithfulError("a key of the header differs")
    return (kernel_text.proof(original, cleaned, plan, (before[3], after[3])),)


def _parts(data: bytes) -> list[int]:
    """Return where the parts of the header and its end begin."""
    found: list[int] = []
    for mark in PARTS:
        at = data.find(mark, found[-1] if found else 0, MAX_HEADER_BYTES)
        if at < 0:
            raise UnreadableError("no header, or one without an end")
        found.append(at)
    return found


def _values(data: bytes, start: int, end: int) -> Iterator[Value]:
    # Lines break after eighty columns, in keys and values alike.
    places = [at for at in range(start + len(PARTS[0]), end) if data[at] not in LINE_ENDS]
    text = bytes(data[at] for at in places)
    position = 0
    while (stop := text.find(b";", position)) >= 0:
        key = KEY.match(text, position, stop)
        if key is not None:
            inside = slice(key.end(), stop)
            yield Value(key[1].upper(), text[inside], tuple(places[inside]))
        position = stop + 1


def warm() -> None:
    """Load what would otherwise be read from disk at first use."""
    people.warm()
