"""IGES: people go out of start and global section, directory and parameters stay."""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from redaction import engine
from redaction.errors import (
    NotFaithfulError,
    RedactionError,
    UnreadableError,
    UnsupportedFormatError,
)
from redaction.formats import iges as handler
from redaction.model import Action, Category, Edit, Finding, FormatHandler, Plan, Profile
from redaction.report import Status
from redaction.unsupported import IgesError
from tests.effort import assert_cpu_seconds
from tests.unit.redaction.formats.iges_papers import CLEAN, PARAMETERS, PEOPLE, paper

PROFILE = Profile()


def scrubbed(data: bytes, profile: Profile = PROFILE) -> bytes:
    cleaned, report = engine.scrub(data, profile)
    assert report.status is Status.CLEAN, report.reason
    assert report.format == "iges"
    assert cleaned is not None
    assert not handler.plan(cleaned, profile).changes
    return cleaned


def findings(data: bytes, action: Action = Action.REVIEW) -> list[Finding]:
    return [found for found in handler.plan(data, PROFILE).findings if found.action is action]


def lines(data: bytes, letter: bytes) -> list[bytes]:
    return [line for line in data.splitlines() if line[72:73] == letter]


def test_the_module_keeps_the_promise_of_a_handler() -> None:
    promise: FormatHandler = handler
    assert not promise.plan(scrubbed(paper()), PROFILE).changes
    handler.warm()


def test_start_and_global_lose_every_word_and_keep_every_number() -> None:
    cleaned = scrubbed(paper())
    start = [line[:72].strip() for line in lines(cleaned, b"S")]
    text = b"".join(line[:72] for line in lines(cleaned, b"G")).replace(b" ", b"")
    assert start == [b""]
    assert text == (
        b"1H,,1H;,,,,,32,38,6,308,15,,1.0,2,2HMM,1,0.1,15H19700101.000000,"
        b"1.E-006,500.,,,11,0,13H700101.000000;"
    )


def test_directory_and_parameters_stay_to_the_byte() -> None:
    cleaned = scrubbed(paper())
    for letter in (b"D", b"P"):
        assert lines(cleaned, letter) == lines(paper(), letter)


@pytest.mark.parametrize("pad", [" ", "0"])
def test_records_are_numbered_and_counted_anew_as_they_were(pad: str) -> None:
    cleaned = scrubbed(paper(pad=pad, start=("one", "two", "three")))
    count = str(len(lines(cleaned, b"G"))).rjust(7, pad)
    assert lines(cleaned, b"T")[0].startswith(f"S{'1'.rjust(7, pad)}G{count}D".encode())
    assert lines(cleaned, b"G")[-1][73:80] == count.encode()
    assert all(len(line) == 80 for line in cleaned.splitlines())


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", ""])
def test_line_ends_stay_as_they_were(ending: str) -> None:
    cleaned = scrubbed(paper(ending=ending))
    assert cleaned.count(b"\n") == cleaned.count(b"\r\n") * (ending == "\r\n") + (
        len(cleaned.splitlines()) * (ending == "\n")
    )
    assert len(cleaned) % (80 + len(ending)) == 0


def test_other_delimiters_are_respected() -> None:
    data = paper(parameters=("110/0./1.!", "406/1/7Hx,;/!yz!"), delimiters="/!")
    cleaned = scrubbed(data)
    assert lines(cleaned, b"P") == lines(data, b"P")
    assert b"1H//1H!/////32/" in lines(cleaned, b"G")[0]


def test_what_was_removed_is_told_with_its_kind() -> None:
    told = {(found.carrier, found.category) for found in findings(paper(), Action.REMOVED)}
    assert told >= {
        ("start section", Category.COMMENT),
        ("global.author", Category.PERSON),
        ("global.organization", Category.ORGANISATION),
        ("global.file_name", Category.PATH),
        ("global.date_of_file", Category.TIME),
        ("global.native_system_id", Category.SOFTWARE),
    }


def test_blanks_before_a_count_and_a_wrong_count_do_not_hide_a_name() -> None:
    clean = b"".join(line[:72] for line in lines(scrubbed(paper()), b"G"))
    for before in (b"12HWanda Ziegler", b" 12HWanda Zieglr"):
        data = paper().replace(b"13HWanda Ziegler", before)
        assert b"".join(line[:72] for line in lines(scrubbed(data), b"G")) == clean


def test_empty_delimiters_mean_the_usual_ones() -> None:
    data = paper().replace(b"1H,,1H;,11Hbracket.prt", b",,17Hbracket.prt      ")
    assert lines(scrubbed(data), b"G")[0].startswith(b",,,,,,32,38,")


def test_comments_behind_a_parameter_record_are_blanked() -> None:
    data = paper(parameters=(*PARAMETERS, "110,0.,1.;  saved by wziegler"))
    cleaned = scrubbed(data)
    assert len(lines(cleaned, b"P")) == len(lines(data, b"P"))
    assert b"110,0.,1.;      " in cleaned
    assert b"wziegler" not in cleaned


@pytest.mark.parametrize(
    "path",
    [
        r"C:\Users\wziegler\lib\bolt.igs",
        r"C:\jobs\2024\customers\ziegler guss\drawings\released\brackets\bolt.igs",
        "/home/wziegler/lib/bolt.igs",
    ],
)
def test_a_path_in_a_string_keeps_its_file_and_its_length(path: str) -> None:
    data = paper(parameters=(*PARAMETERS, f"416,{len(path)}H{path},4Hnext;"))
    cleaned = scrubbed(data)
    text = b"".join(line[:64] for line in lines(cleaned, b"P")).rstrip()
    assert text.endswith(f"416,{len(path)}H{'bolt.igs':<{len(path)}},4Hnext;".encode())
    assert [line[64:] for line in lines(cleaned, b"P")] == [line[64:] for line in lines(data, b"P")]


def test_a_name_in_a_note_is_shown_and_stays() -> None:
    note = "Drawn by: Jane Roe, jane.roe@example.com"
    data = paper(parameters=(*PARAMETERS, f"212,1,{len(note)}H{note};"))
    assert lines(scrubbed(data), b"P") == lines(data, b"P")
    asked = {(found.category, found.value) for found in findings(data)}
    assert asked == {(Category.PERSON, "Jane Roe"), (Category.EMAIL, "jane.roe@example.com")}


def test_what_the_owner_wants_gone_becomes_blanks() -> None:
    data = paper(parameters=(*PARAMETERS, "212,1,24Hask jane.roe@example.com;"))
    cleaned = scrubbed(data, Profile("strict", frozenset({Category.EMAIL})))
    assert b"212,1,24Hask" + b" " * 21 + b";" in cleaned


def test_a_removed_name_in_a_label_is_asked_about() -> None:
    data = paper({**PEOPLE, 21: "zieglerw"}).replace(b"    PART", b"ZIEGLERW")
    assert lines(scrubbed(data), b"D") == lines(data, b"D")
    assert "zieglerw" in {found.value for found in findings(data)}


def test_what_follows_the_end_is_cut() -> None:
    assert scrubbed(paper() + b"saved by wziegler\n\x1a") == scrubbed(paper())


def test_an_empty_plan_changes_no_byte() -> None:
    assert handler.apply(paper(), Plan()) == paper()
    assert handler.prove(paper(), paper(), Plan())


def test_compressed_and_binary_files_are_refused() -> None:
    data = paper()
    for letter in (b"C", b"B"):
        packed = b" " * 72 + letter + b"      1\n" + data
        with pytest.raises(UnsupportedFormatError):
            handler.plan(packed, PROFILE)
        assert engine.scrub(packed, PROFILE)[1].reason.code == IgesError.code  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[: len(data) // 2],
        lambda data: b"".join(line + b"\n" for line in data.splitlines() if line[72:73] != b"G"),
        lambda data: b"".join(line + b"\n" for line in data.splitlines() if line[72:73] != b"T"),
        lambda data: data.replace(b"1H,,1H;", b"1H;,1H;"),
        lambda data: data.replace(b"5.5;", b"5.5 "),
        lambda data: data.replace(b"S      1G", b"X      1G"),
        lambda data: b"\n".join(reversed(data.splitlines())),
        lambda data: data.replace(b"\n", b"\nshort line\n", 3),
    ],
)
def test_damage_is_refused(damage) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UnreadableError):
        handler.plan(damage(paper()), PROFILE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"5.5;", b"5.6;"),
        (b"    PART", b"    TRAP"),
        (b"1.E-006", b"1.E-003"),
        (b"116,1.5", b"116 1.5"),
        (b"D      4P      2", b"D      4P      3"),
    ],
)
def test_a_plan_that_goes_astray_is_noticed(before: bytes, after: bytes) -> None:
    data = scrubbed(paper())
    at = data.index(before)
    planned = Plan(edits=(Edit(at, at + len(before), after),))
    with pytest.raises(NotFaithfulError):
        handler.prove(data, handler.apply(data, planned), planned)
    with pytest.raises(NotFaithfulError):
        handler.prove(data, handler.apply(data, planned), Plan())


@given(st.binary(max_size=300), st.integers(0, 900))
@example(b"99999999H", 80)
@example(b"1H", 85)
def test_no_file_raises_anything_but_a_refusal(junk: bytes, at: int) -> None:
    data = paper()
    data = data[:at] + junk + data[at + len(junk) :]
    with suppress(RedactionError):
        plan = handler.plan(data, PROFILE)
        handler.prove(data, handler.apply(data, plan), plan)


@pytest.mark.parametrize(
    "parameters",
    [
        ["110,0.,0.,0.,10.,0.,5.5;"] * 5_000,
        ["406,1," + "1Hx," * 20_000 + "1Hy;"],
        ["406,1," + "9" * 60_000 + ";"],
        ["212,1,5Habcde" + ";" * 60_000],
    ],
)
def test_no_file_takes_more_than_linear_time(parameters: list[str]) -> None:
    data = paper(parameters=parameters)

    def cleaned() -> None:
        with suppress(RedactionError):
            plan = handler.plan(data, PROFILE)
            handler.prove(data, handler.apply(data, plan), plan)

    assert_cpu_seconds(4, cleaned)


def test_a_clean_file_is_recognised() -> None:
    assert not handler.plan(paper(CLEAN, start=("",)), PROFILE).changes
