"""Parasolid: the header forgets who and where, the schema and the body stay."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redaction import engine
from redaction.errors import NotFaithfulError, RedactionError, UnreadableError
from redaction.formats import kernel_parasolid as handler
from redaction.model import Action, Category, Edit, FormatHandler, Plan, Profile
from redaction.report import Status

PROFILE = Profile()
ALPHABET = "**ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" + "*" * 26 + "\n"
SECOND = "**PARASOLID !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~0123456789" + "*" * 26 + "\n"
END = "**END_OF_HEADER" + "*" * 65 + "\n"
BODY = "T51 : TRANSMIT FILE created by modeller version 3301255\n13 1 0 0 5.5 -.25 12 CZiegler\n"
PART1 = (
    "MC=AMD64;MC_ID=host-17.ziegler.example;OS=Windows_NT;SITE=Ziegler Guss KG;USER=wziegl\n"
    "er;FORMAT=text;GUISE=transmit;KEY=bracket;FI\nLE=/home/wziegler/bracket.x_t;"
    "DATE=20-dec-1996;\n"
)


def paper(part1: str = PART1, part3: str = "", body: str = BODY) -> bytes:
    schema = "**PART2;\nSCH=SCH_3301255_33103;USFLD_SIZE=0;\n"
    head = f"{ALPHABET}{SECOND}**PART1;\n{part1}{schema}**PART3;\n{part3}{END}"
    return (head + body).encode("latin-1")


def scrubbed(data: bytes) -> bytes:
    cleaned, report = engine.scrub(data, PROFILE)
    assert report.status is Status.CLEAN, report.reason
    assert report.format == "parasolid"
    assert cleaned is not None
    assert len(cleaned) == len(data)
    assert not handler.plan(cleaned, PROFILE).changes
    return cleaned


def test_the_module_keeps_the_promise_of_a_handler() -> None:
    promise: FormatHandler = handler
    assert not promise.plan(paper(""), PROFILE).changes
    handler.warm()


def test_values_are_overwritten_letter_for_letter_across_line_breaks() -> None:
    expected = (
        "MC=xxxxx;MC_ID=" + "x" * 23 + ";OS=xxxxxxxxxx;SITE=" + "x" * 15 + ";USER=xxxxxx\nxx;"
        "FORMAT=text;GUISE=transmit;KEY=xxxxxxx;FI\nLE=" + "x" * 26 + ";DATE=01-jan-1970;\n"
    )
    assert scrubbed(paper()) == paper(expected)


def test_the_long_date_keeps_its_shape_and_other_dates_do_not() -> None:
    assert b"DATE=Thu Jan 01 00:00:00 1970;" in scrubbed(paper("DATE=Fri Jun 30 11:11:02 2023;\n"))
    assert b"DATE=xxxxxxxx;" in scrubbed(paper("DATE=30.06.23;\n"))


def test_line_ends_and_a_binary_body_stay() -> None:
    data = paper(body="PS\x00\x00\x00\x013:\xff\xfe" + BODY).replace(b";\n", b";\r\n")
    cleaned = scrubbed(data)
    assert cleaned[data.index(b"**PART2") :] == data[data.index(b"**PART2") :]


def test_private_words_of_an_application_are_overwritten() -> None:
    cleaned = scrubbed(paper(part3="saved by\nwziegler;\n"))
    assert b"**PART3;\nxxxxx xx\nxxxxxxxxx\n**END" in cleaned


def test_what_is_removed_and_what_the_body_repeats_is_told() -> None:
    plan = handler.plan(paper(body=BODY + "21 Cjane.ro\ne@example.com"), PROFILE)
    told = {(found.carrier, found.category) for found in plan.findings}
    assert told >= {("PART1.USER", Category.PERSON), ("PART1.MC_ID", Category.HOST)}
    asked = {found.value for found in plan.findings if found.action is Action.REVIEW}
    assert "Cjane.roe@example.com" in asked


@pytest.mark.parametrize("missing", [b"**PART1;", b"**PART2;", b"**PART3;", b"**END_OF_HEADER"])
def test_a_header_without_one_of_its_parts_is_refused(missing: bytes) -> None:
    with pytest.raises(UnreadableError):
        handler.plan(paper().replace(missing, b""), PROFILE)


@pytest.mark.parametrize(
    ("before", "after"),
    [(b"5.5", b"5.6"), (b"SCH_33", b"SCH_34"), (b"SITE=", b"SITE*"), (b"5.5 ", b"")],
)
def test_a_plan_that_goes_astray_is_noticed(before: bytes, after: bytes) -> None:
    data = scrubbed(paper())
    at = data.index(before)
    planned = Plan(edits=(Edit(at, at + len(before), after),))
    with pytest.raises(NotFaithfulError):
        handler.prove(data, handler.apply(data, planned), planned)
    with pytest.raises(NotFaithfulError):
        handler.prove(data, data.replace(before, after), Plan())


@given(st.binary(max_size=200), st.integers(0, 700))
def test_no_file_raises_anything_but_a_refusal(junk: bytes, at: int) -> None:
    data = paper()
    data = data[:at] + junk + data[at + len(junk) :]
    with suppress(RedactionError):
        plan = handler.plan(data, PROFILE)
        handler.prove(data, handler.apply(data, plan), plan)
