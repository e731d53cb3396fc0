"""The proof for DXF fails when anything but planned text and dates differs."""

import re

import pytest

from redaction.errors import NotFaithfulError
from redaction.formats import dxf as handler
from redaction.formats import dxf_fidelity
from redaction.formats.dxf_ascii import QUIET, AsciiGrid
from redaction.formats.dxf_binary import BinaryGrid
from redaction.formats.dxf_tags import CODES, HANDLES, MARKS, Kind, Tag
from redaction.model import Edit, Plan, Profile, patched
from tests.unit.redaction.formats.dxf_drawings import (
    HOME,
    PROPERTIES,
    binary,
    drawing,
    section,
    short_binary,
    text,
)

TAGS = drawing(
    header=PROPERTIES,
    objects=[(0, "IMAGEDEF"), (1, HOME + "\\a.png")],
    more=section("THUMBNAILIMAGE", (90, 2), (310, b"\x28\x00")),
)
FORMS = pytest.mark.parametrize("written", [text, binary, short_binary])


def planned(data: bytes) -> Plan:
    return handler.plan(data, Profile())


def refused(data: bytes, *more: Edit) -> None:
    """Assert that a plan with ``more`` edits, carried out faithfully, is not proved."""
    edits = tuple(sorted([*planned(data).edits, *more]))
    with pytest.raises(NotFaithfulError):
        handler.prove(data, patched(data, edits), Plan(edits=edits))


@FORMS
def test_a_planned_change_is_proved_and_counted(written) -> None:
    data = written(TAGS)
    plan = planned(data)
    (proof,) = handler.prove(data, handler.apply(data, plan), plan)
    assert proof.oracle == "tokens"
    assert proof.compared == len(TAGS) - 4 - 5
    assert "11 of" in proof.statement


@FORMS
def test_a_change_that_was_not_planned_is_no_proof(written) -> None:
    data = written(TAGS)
    plan = planned(data)
    cleaned = handler.apply(data, plan)
    for at in range(22, len(cleaned), 7):
        tampered = cleaned[:at] + bytes([cleaned[at] ^ 1]) + cleaned[at + 1 :]
        with pytest.raises(NotFaithfulError):
            handler.prove(data, tampered, plan)


@FORMS
@pytest.mark.parametrize("code", [0, 5, 8, 10, 62, 330, 100])
def test_a_plan_that_changes_a_number_a_handle_or_a_name_is_no_proof(written, code: int) -> None:
    data = written(TAGS)
    grid = AsciiGrid(data) if written is text else BinaryGrid(data)
    at = data.index(b"LINE")
    tag = next(
        tag for tag in grid.tags(grid.begin, len(data)) if tag.code == code and tag.at > at - 9
    )
    refused(data, Edit(tag.start, tag.start + 1, b"9"))


@FORMS
def test_a_plan_that_cuts_an_entity_is_no_proof(written) -> None:
    data = written(TAGS)
    grid = AsciiGrid(data) if written is text else BinaryGrid(data)
    tags = list(grid.tags(grid.begin, len(data)))
    first = next(tag for tag in tags if data[tag.start : tag.end] == b"LINE")
    last = next(tag for tag in tags if tag.at > first.at and tag.code == 0)
    refused(data, Edit(first.at, last.at, b""))
    refused(data, Edit(first.at, first.after, b""))
    # All of the drawing's end is no tail.
    at = next(tag.at for tag in tags if data[tag.start : tag.end].strip() == b"OBJECTS")
    edits = (Edit(at, len(data), b""),)
    with pytest.raises(NotFaithfulError):
        handler.prove(data, patched(data, edits), Plan(edits=edits))


def test_a_plan_that_adds_a_line_is_no_proof() -> None:
    data = text(TAGS)
    at = data.index(b"ANSI_1252")
    refused(data, Edit(at, at + 1, b"b\r\n"))
    refused(data, Edit(at, at, b"\r\n  0\r\nCIRCLE"))


def test_a_plan_that_cuts_half_a_tag_is_no_proof() -> None:
    data = text([(999, "x"), *TAGS])
    end = data.index(b"x\r\n")
    edits = (Edit(0, end, b""),)
    with pytest.raises(NotFaithfulError):
        handler.prove(data, patched(data, edits), Plan(edits=edits))


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_long_drawings_are_compared_piece_by_piece(monkeypatch, end: str) -> None:
    tags = [(999, "comment"), *TAGS]
    data = text(tags, end=end)
    plan = planned(data)
    cleaned = handler.apply(data, plan)
    whole = handler.prove(data, cleaned, plan)
    for size in (1, 5, 17, 64, 301):
        monkeypatch.setattr(dxf_fidelity, "BLOCK_BYTES", size)
        assert handler.prove(data, cleaned, plan) == whole


def test_the_patterns_of_both_grids_agree_on_which_codes_are_quiet() -> None:
    quiet = {code for code in range(1072) if re.fullmatch(QUIET, b"%d" % code)}
    numbers = {code for kind, codes in CODES.items() if kind is not Kind.CHUNK for code in codes}
    assert quiet == numbers | HANDLES | MARKS


@FORMS
def test_both_grids_pass_over_nothing_that_tells(written) -> None:
    data = written(TAGS)
    grid = AsciiGrid(data) if written is text else BinaryGrid(data)
    every: list[Tag] = list(grid.tags(grid.begin, len(data)))
    telling = list(grid.telling())
    assert telling == [tag for tag in every if tag in set(telling)]
    missed = {grid.raw(tag) for tag in every if tag not in set(telling) and tag.code != 0}
    assert not any(b"quillfeather" in value or b"Brandywine" in value for value in missed)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_a_drawing_may_end_without_a_line_end(end: str) -> None:
    data = text([(999, "comment"), *TAGS], end=end)
    plan = planned(data)
    ended = handler.prove(data, handler.apply(data, plan), plan)
    bare = data.rstrip(b"\r\n")
    assert handler.prove(bare, handler.apply(bare, plan), plan) == ended
