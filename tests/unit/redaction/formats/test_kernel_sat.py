"""SAT: the header forgets program and date, the body stays to the byte."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redaction import engine
from redaction.errors import NotFaithfulError, RedactionError, UnreadableError
from redaction.formats import kernel_sat as handler
from redaction.model import Action, Category, Edit, FormatHandler, Plan, Profile
from redaction.report import Status

PROFILE = Profile()
BODY = (
    "25.4 9.999e-07 1e-10 \n-0 body $1 -1 $-1 $2 $-1 $3 #\n"
    "-1 string_attrib-name_attrib-gen-attrib $-1 -1 $-1 $-1 $0 7 bracket #\nEnd-of-ACIS-data\n"
)


def paper(body: str = BODY, *, at: str = "", product: str = "Modeller of W. Ziegler") -> bytes:
    date = "Thu Jul 18 22:12:55 2024"
    strings = f"{at}{len(product)} {product} {at}8 ACIS 7.0 {at}{len(date)} {date} \n"
    return f"700 0 1 0           \n{strings}{body}".encode()


def scrubbed(data: bytes) -> bytes:
    cleaned, report = engine.scrub(data, PROFILE)
    assert report.status is Status.CLEAN, report.reason
    assert report.format == "sat"
    assert cleaned is not None
    assert not handler.plan(cleaned, PROFILE).changes
    return cleaned


def test_the_module_keeps_the_promise_of_a_handler() -> None:
    promise: FormatHandler = handler
    assert promise.plan(paper(), PROFILE).changes
    handler.warm()


@pytest.mark.parametrize("at", ["", "@"])
def test_product_and_date_are_overwritten_and_the_rest_stays(at: str) -> None:
    expected = paper(at=at, product="x" * 22)
    expected = expected.replace(b"Thu Jul 18 22:12:55 2024", b"Thu Jan 01 00:00:00 1970")
    assert scrubbed(paper(at=at)) == expected


def test_a_date_of_another_shape_is_filled() -> None:
    data = paper().replace(b"24 Thu Jul 18 22:12:55 2024", b"10 2024-07-18")
    assert b"10 xxxxxxxxxx" in scrubbed(data)


def test_a_header_from_before_there_were_strings_is_clean() -> None:
    data = b"106 1 1 0\n-0 body $1 $2 #\nEnd-of-ACIS-data\n"
    assert scrubbed(data) == data


def test_what_follows_the_end_is_cut_and_history_is_told() -> None:
    history = "Begin-of-ACIS-History-Data\n1 history_stream #\nEnd-of-ACIS-History-Section\n"
    data = paper(BODY.replace("End-of", history + "End-of"))
    assert scrubbed(data + b"saved by wziegler") == scrubbed(data)[:-1] + b"\n"
    assert Category.HISTORY in {found.category for found in handler.plan(data, PROFILE).findings}


def test_whoever_is_reached_in_the_body_is_asked_about() -> None:
    data = paper(BODY.replace("7 bracket", "20 jane.roe@example.com"))
    found = [f for f in handler.plan(data, PROFILE).findings if f.action is Action.REVIEW]
    assert [f.value for f in found] == ["jane.roe@example.com"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) - 30],
        lambda data: data.replace(b"24 Thu", b"9999 Thu"),
        lambda data: data.replace(b"8 ACIS", b"x ACIS"),
        lambda data: b"solid " + data,
    ],
)
def test_damage_is_refused(damage) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UnreadableError):
        handler.plan(damage(paper()), PROFILE)


@pytest.mark.parametrize(
    ("before", "after"), [(b"25.4", b"25.5"), (b"700 0", b"701 0"), (b"#\n-1", b"#\n")]
)
def test_a_plan_that_goes_astray_is_noticed(before: bytes, after: bytes) -> None:
    data = scrubbed(paper())
    at = data.index(before)
    planned = Plan(edits=(Edit(at, at + len(before), after),))
    with pytest.raises(NotFaithfulError):
        handler.prove(data, handler.apply(data, planned), planned)
    with pytest.raises(NotFaithfulError):
        handler.prove(data, data.replace(before, after), Plan())


@given(st.binary(max_size=100), st.integers(0, 200))
def test_no_file_raises_anything_but_a_refusal(junk: bytes, at: int) -> None:
    data = paper()
    data = data[:at] + junk + data[at + len(junk) :]
    with suppress(RedactionError):
        plan = handler.plan(data, PROFILE)
        handler.prove(data, handler.apply(data, plan), plan)
