"""OBJ: comments, commands and directories are gone, and every statement of the shape is kept."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redaction import engine
from redaction.errors import NotFaithfulError, UnreadableError
from redaction.formats import obj
from redaction.model import Action, Category, Edit, Plan, Profile
from redaction.report import Status

SHAPE = "v 0 0 0\nv 1.0 0 -.5\nv 0 1e0 nan\nvt 0 1\nvn 0 0 1\ns off\nf 1/1/1 2//1 -1\n"


def scrubbed(text: str) -> str:
    cleaned, report = engine.scrub(text.encode(), Profile())
    assert report.status is Status.CLEAN, report.reason
    assert report.format == "obj"
    assert cleaned is not None
    return cleaned.decode()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_comments_go(end: str) -> None:
    text = f"# by jane.roe@example.com\n{SHAPE}#\n  # roe\n".replace("\n", end)
    assert scrubbed(text) == f"\n{SHAPE}\n  \n".replace("\n", end)


def test_a_comment_behind_a_statement_goes_and_the_statement_stays() -> None:
    assert scrubbed(f"v 1 2 3 # measured by jane roe\n{SHAPE}") == f"v 1 2 3 \n{SHAPE}"


def test_commands_that_old_programs_ran_go() -> None:
    text = f"csh rm -rf /\ncall C:\\Users\\jroe\\more.obj a b\n{SHAPE}"
    assert scrubbed(text) == f"\n\n{SHAPE}"
    findings = obj.plan(text.encode(), Profile()).findings
    assert {found.category for found in findings} == {Category.SCRIPT}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("mtllib C:\\Users\\jroe\\flange.mtl", "mtllib flange.mtl"),
        ("mtllib /home/jroe/my parts/flange.mtl", "mtllib flange.mtl"),
        ("mtllib ./flange.mtl", "mtllib ./flange.mtl"),
        ("mtllib\tflange.mtl", "mtllib\tflange.mtl"),
        ("usemap ../jroe/steel.png", "usemap steel.png"),
    ],
)
def test_a_path_keeps_its_file_name_only(before: str, after: str) -> None:
    assert scrubbed(f"{before}\n{SHAPE}") == f"{after}\n{SHAPE}"


def test_names_stay_but_for_who_is_surely_named_in_them() -> None:
    text = f"o Flange\ng lid jane.roe@example.com\nusemtl steel\n{SHAPE}"
    assert scrubbed(text) == f"o Flange\ng lid [e-mail]\nusemtl steel\n{SHAPE}"


def test_what_is_less_sure_is_for_review() -> None:
    text = f"o Drawn by: Jane Roe\n{SHAPE}"
    findings = obj.plan(text.encode(), Profile()).findings
    assert [found.action for found in findings] == [Action.REVIEW]
    assert scrubbed(text) == text


def test_a_clean_file_stays_byte_for_byte() -> None:
    text = f"{SHAPE}f 1 \\\n 2 3\ncurv2 1 2\nctech cparm 1.0\n\n"
    assert scrubbed(text) == text


@pytest.mark.parametrize("line", ["author jane roe", "v jane roe 1", "f 1 2 jane", "vtx 1 2 3"])
def test_a_statement_that_no_shape_has_is_refused(line: str) -> None:
    with pytest.raises(UnreadableError):
        obj.plan(f"{SHAPE}{line}\n".encode(), Profile())


number = st.integers(-999, 999).map(str) | st.floats(-1e6, 1e6).map("{:g}".format)
vertex = st.tuples(number, number, number).map(lambda n: "v " + " ".join(n))


comment = st.characters(codec="ascii", categories=["L", "N", "P", "Z"], exclude_characters="\\")


@settings(max_examples=40)
@given(st.lists(vertex, min_size=1, max_size=6), st.text(comment, max_size=30))
@example(["v 1 2 3"], "")
@example(["v 1 2 3"], "v 1 2 3")
def test_any_shape_is_kept_and_any_comment_goes(vertices: list[str], words: str) -> None:
    shape = "\n".join(vertices) + "\nf 1 1 1\n"
    data = f"#{words}\n{shape}".encode()
    plan = obj.plan(data, Profile())
    assert obj.apply(data, plan) == f"\n{shape}".encode()
    assert obj.prove(data, obj.apply(data, plan), plan)[0].compared == len(vertices) + 1


@pytest.mark.parametrize(
    "edit", [Edit(2, 3, b"7"), Edit(0, 8, b""), Edit(0, 0, b"v 1 1 1\n"), Edit(8, 8, b"f 1 1 1\n")]
)
def test_a_statement_that_changed_went_or_came_is_found_out(edit: Edit) -> None:
    data, forged = SHAPE.encode(), Plan(edits=(edit,))
    with pytest.raises(NotFaithfulError):
        obj.prove(data, obj.apply(data, forged), forged)
    with pytest.raises(NotFaithfulError):
        obj.prove(data, data + b" ", Plan())
    more = Plan(edits=(Edit(len(data), len(data), b"f 1 1 1\n"),))
    with pytest.raises(NotFaithfulError):
        obj.prove(data, data + b"f 1 1 1\n", more)
