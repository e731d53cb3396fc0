"""Tags of a text DXF: what tells nothing is passed over, the same way with any line ends."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from redaction.formats.dxf_ascii import AsciiGrid
from redaction.formats.dxf_tags import BLAND, CODES, COMMENT, HANDLES, MARKS, SIGNS, Kind, Tag

NUMBERS = frozenset().union(*(codes for kind, codes in CODES.items() if kind is not Kind.CHUNK))
SILENT = NUMBERS | HANDLES | MARKS
VALUES = st.sampled_from(["", "0", "a b", " 1.5 ", "EOF", "C:\\x", "a@b", "SECTION"])
TAGS = st.lists(st.tuples(st.sampled_from([1, 2, 5, 8, 10, 62, 100, 310, 999, 1003, 1071]), VALUES))
ENDS = ["\n", "\r\n", "\r"]


def written(tags: list[tuple[int, str]], ends: list[str]) -> bytes:
    lines = [piece for code, value in [*tags, (0, "EOF")] for piece in (f"{code:3}", value)]
    return "".join(line + ends[number % len(ends)] for number, line in enumerate(lines)).encode()


def told(data: bytes) -> list[tuple[int, bytes]]:
    grid = AsciiGrid(data)
    return [(tag.code, grid.raw(tag)) for tag in grid.telling()]


def tells(tag: tuple[int, str]) -> bool:
    code, value = tag
    if code in BLAND:
        return any(chr(sign) in value for sign in SIGNS)
    return code not in SILENT


@pytest.mark.parametrize("ends", [["\n"], ["\r\n"], ["\r"], ["\n", "\r\n"], ["\r", "\n", "\r\n"]])
@given(TAGS)
@example([(8, "x\\y"), (10, "1.0"), (1, "Jane")])
@example([(0, "LINE"), (10, "1.0"), (0, "TEXT"), (1, "Jane"), (0, "LINE")])
def test_the_same_tags_tell_whatever_the_line_ends(
    ends: list[str], tags: list[tuple[int, str]]
) -> None:
    # An empty value behind a lone return and before a line feed would be no line of its own.
    if ends == ["\r", "\n", "\r\n"]:
        tags = [(code, value or "0") for code, value in tags]
    kept = [(code, value.strip().encode()) for code, value in tags if code and tells((code, value))]
    seen = [(code, value) for code, value in told(written(tags, ends)) if code != 0]
    assert seen == kept


def test_every_code_that_holds_text_tells() -> None:
    for code in range(1, 1072):
        tag = (code, "Jane Roe")
        data = written([tag], ["\n"])
        seen = [found for found, _ in told(data) if found != 0]
        assert seen == ([code] if tells(tag) else []), code


def test_a_tag_knows_its_place() -> None:
    data = b"  1\r\n Jane \r\n  0\r\nEOF\r\n"
    assert next(AsciiGrid(data).telling()) == Tag(1, 2, 5, 11, 13)
    assert COMMENT not in SILENT
