"""The oracle for IGES: the directory and every parameter are the same, and every global number.

Room: redaction/formats. Pure. Takes both files apart line by line, by itself: what
strings say may differ in the parameter section, and what follows its end; nothing in the directory.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest
from typing import Final

from redaction.errors import NotFaithfulError
from redaction.formats.iges_records import CONTENT_COLUMNS, records
from redaction.model import Edit, Proof, patched

STRING: Final = re.compile(rb"([0-9]++)H")
NUMBER: Final = re.compile(rb"[-+0-9.DEde]++")
COUNTS: Final = re.compile(rb"S([ 0-9]{7})G([ 0-9]{7})D([ 0-9]{7})P([ 0-9]{7}) *+\Z")
POINTER: Final = slice(64, 72)
HEAD: Final = re.compile(
    rb"(?:1H(?P<parameter>.))?+\s*+.\s*+(?:1H(?P<record>.))?+", re.DOTALL | re.IGNORECASE
)
Lines = dict[int, list[bytes]]


def proofs(original: bytes, cleaned: bytes, edits: Sequence[Edit]) -> Sequence[Proof]:
    """Prove what the module says.

    Raises:
        NotFaithfulError: something else differs.
    """
    if cleaned != patched(original, edits):
        raise NotFaithfulError("bytes outside the plan differ")
    before, after = _sections(original), _sections(cleaned)
    if before[ord("D")] != after[ord("D")]:
        raise NotFaithfulError("the directory differs")
    delimiters = _delimiters(before[ord("G")])
    pairs: Iterator[tuple[list[bytes], list[bytes]]] = zip_longest(
        _entities(before[ord("P")]), _entities(after[ord("P")]), fillvalue=[]
    )
    for one, other in pairs:
        columns = [line[POINTER.start :] for line in one]
        if columns != [line[POINTER.start :] for line in other]:
            raise NotFaithfulError("a parameter record is missing or too many")
        if one != other and _masked(one, delimiters) != _masked(other, delimiters):
            raise NotFaithfulError("a parameter differs")
    if _numbers(before[ord("G")]) != _numbers(after[ord("G")]):
        raise NotFaithfulError("a global number differs")
    _check_counts(after)
    directory, parameters = len(before[ord("D")]), len(before[ord("P")])
    return (
        Proof("bytes", directory, "every directory entry of the model is the same, byte by byte"),
        Proof(
            "tokens",
            parameters,
            "every number of every parameter and of the global section is the same",
        ),
    )


def _sections(data: bytes) -> Lines:
    lines: Lines = {letter: [] for letter in b"SGDPT"}
    for record in records(data):
        lines[record.section].append(data[record.start : record.end])
    return lines


def _entities(lines: list[bytes]) -> Iterator[list[bytes]]:
    """Yield the parameter lines of each entity, told apart by where they point back to."""
    for _, group in groupby(lines, key=lambda line: line[POINTER]):
        yield list(group)


def _masked(lines: list[bytes], delimiters: tuple[bytes, bytes]) -> bytes:
    """Return an entity's parameters without what its strings say and what follows its end."""
    text = b"".join(line[: POINTER.start] for line in lines)
    rest, position = [], 0
    parameter, record = (re.escape(delimiter) for delimiter in delimiters)
    token = re.compile(
        rb"(?P<end>" + record + rb")|(?:^|(?<=[\s" + parameter + rb"]))(?P<count>[0-9]++)H"
    )
    while (found := token.search(text, position)) is not None:
        rest.append(text[position : found.end()])
        if found["end"]:
            return b"".join(rest)
        position = found.end() + int(found["count"])
    return b"".join((*rest, text[position:]))


def _delimiters(lines: list[bytes]) -> tuple[bytes, bytes]:
    head = b"".join(line[:CONTENT_COLUMNS] for line in lines[:2]).lstrip()
    found = HEAD.match(head)
    return (found["parameter"] or b",", found["record"] or b";") if found else (b",", b";")


def _numbers(lines: list[bytes]) -> list[bytes]:
    """Return the numbers of the global section that are not inside strings."""
    text = b"".join(line[:CONTENT_COLUMNS] for line in lines)
    rest, position = [], 0
    while (found := STRING.search(text, position)) is not None:
        rest.append(text[position : found.start()])
        position = found.end() + int(found[1])
    rest.append(text[position:])
    return NUMBER.findall(b" ".join(rest))


def _check_counts(after: Lines) -> None:
    counted = COUNTS.match(after[ord("T")][0][:CONTENT_COLUMNS])
    expected = [len(after[letter]) for letter in b"SGDP"]
    if counted is None or [_count(columns) for columns in counted.groups()] != expected:
        raise NotFaithfulError("the terminate record counts otherwise")


def _count(columns: bytes) -> int | None:
    """Return the number in ``columns``; None where there is none, or more than one."""
    digits = columns.strip()
    return int(digits) if digits.isdigit() else None
