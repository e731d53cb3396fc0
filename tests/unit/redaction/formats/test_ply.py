"""PLY: comments are gone, and every vertex and face is as it was."""

import struct

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redaction import engine
from redaction.errors import NotFaithfulError, UnreadableError
from redaction.formats import ply
from redaction.model import Category, Edit, Plan, Profile
from redaction.report import Status

VERTICES = ((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
COMMENT = "comment by jane.roe@example.com from C:\\Users\\jroe\\flange.ply"


def head(form: str, *comments: str, end: str = "\n") -> bytes:
    lines = (
        *("ply", f"format {form} 1.0", *comments, f"element vertex {len(VERTICES)}"),
        *("property float x", "property float y", "property float z", "element face 2"),
        *("property list uchar int vertex_indices", "end_header"),
    )
    return "".join(line + end for line in lines).encode()


def binary(order: str, *comments: str, trailer: bytes = b"") -> bytes:
    mark, name = ("<", "little") if order == "little" else (">", "big")
    body = b"".join(struct.pack(f"{mark}3f", *vertex) for vertex in VERTICES)
    body += struct.pack(f"{mark}B3i", 3, 0, 1, 2) + struct.pack(f"{mark}B4i", 4, 0, 1, 2, 0)
    return head(f"binary_{name}_endian", *comments) + body + trailer


def written(*comments: str, end: str = "\n", trailer: str = "") -> bytes:
    rows = [" ".join(map(str, vertex)) for vertex in VERTICES] + ["3 0 1 2", "4 0 1 2 0"]
    return head("ascii", *comments, end=end) + (end.join(rows) + end + trailer).encode()


def scrubbed(data: bytes) -> bytes:
    cleaned, report = engine.scrub(data, Profile())
    assert report.status is Status.CLEAN, report.reason
    assert report.format == "ply"
    assert cleaned is not None
    return cleaned


@pytest.mark.parametrize("order", ["little", "big"])
def test_comments_of_a_binary_file_go_and_its_body_stays(order: str) -> None:
    assert scrubbed(binary(order, COMMENT, "obj_info jane roe", "comment")) == binary(order)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_comments_of_an_ascii_file_go_and_its_body_stays(end: str) -> None:
    assert scrubbed(written(COMMENT, end=end)) == written(end=end)


def test_who_is_named_in_a_comment_is_told() -> None:
    found = {(f.category, f.value) for f in ply.plan(written(COMMENT), Profile()).findings}
    assert (Category.EMAIL, "jane.roe@example.com") in found


def test_what_follows_the_last_element_goes() -> None:
    assert scrubbed(binary("little", trailer=b"jane roe was here")) == binary("little")
    assert scrubbed(written(trailer="jane roe was here\n")) == written()


def test_a_clean_file_stays_byte_for_byte() -> None:
    for clean in (binary("big"), written(), written(trailer="\n\n")):
        assert scrubbed(clean) == clean


@pytest.mark.parametrize(
    "data",
    [
        b"ply\nformat ascii 1.0\n",
        b"ply\ncomment x\nend_header\n",
        written().replace(b"property float x", b"property jane x"),
        written().replace(b"element vertex", b"author jane roe vertex"),
        written().replace(b"element vertex 3\n", b""),
        written().replace(b"1.0 0.0 0.0", b"jane roe 0"),
        written().replace(b"vertex 3", b"vertex 999999999999999"),
        binary("little")[:-1],
        binary("little").replace(b"vertex 3", b"vertex 9"),
        binary("little").replace(b"face 2", b"face 999999999999999"),
    ],
    ids=range(10),
)
def test_a_file_that_is_cut_off_or_holds_other_words_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        ply.plan(data, Profile())


@settings(max_examples=40)
@given(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=60))
@example("")
@example("end_header")
@example("element vertex 9")
def test_any_comment_goes_and_nothing_else(words: str) -> None:
    data = binary("little", f"comment {words}")
    plan = ply.plan(data, Profile())
    assert ply.apply(data, plan) == binary("little")
    assert ply.prove(data, ply.apply(data, plan), plan)[0].compared == 5


BODY = len(head("ascii"))
DECLARED = BODY - len("end_header\n")
MORE = b"property int a\n"


@pytest.mark.parametrize("edit", [Edit(BODY, BODY + 1, b"7"), Edit(DECLARED, DECLARED, MORE)])
def test_a_change_of_body_or_declaration_is_found_out(edit: Edit) -> None:
    data, forged = written(), Plan(edits=(edit,))
    with pytest.raises(NotFaithfulError):
        ply.prove(data, ply.apply(data, forged), forged)
    with pytest.raises(NotFaithfulError):
        ply.prove(data, data + b" ", Plan())
