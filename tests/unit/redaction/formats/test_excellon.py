"""Drill files: who made them and when is gone, every tool and hole stays."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redaction import engine, sniff
from redaction.errors import NotFaithfulError, RedactionError, UnreadableError
from redaction.formats import excellon as handler
from redaction.model import Action, Category, Edit, FormatHandler, Plan, Profile
from redaction.report import Status
from tests.effort import assert_cpu_seconds

PROFILE = Profile()
CANARY = "Quillfeather Brandywine"
GUID = "0a1b2c3d-0000-4000-8000-0123456789ab"
HEAD = "M48\nFMT,2\nMETRIC,TZ,000.000\n"
BODY = "T1C0.400F200S50\nT02C0.8\n%\nG90\nG05\nT1\nX1.0Y-2.0\nG00X1Y2\nM15\nT02\nX3Y4G85X5Y4\nM30\n"


def drilled(line: str = "", *, end: str = "\n") -> bytes:
    return (HEAD + line + BODY).replace("\n", end).encode()


def scrubbed(data: bytes) -> bytes:
    cleaned, report = engine.scrub(data, PROFILE)
    assert report.status is Status.CLEAN, report
    assert cleaned is not None
    assert engine.scrub(cleaned, PROFILE)[0] == cleaned
    return cleaned


def told(data: bytes) -> set[str]:
    return {found.value for found in handler.plan(data, PROFILE).findings}


@pytest.mark.parametrize("before", ["", "; holes\n", "%\n"])
def test_the_module_keeps_the_promise_of_a_handler(before: str) -> None:
    promise: FormatHandler = handler
    data = before.encode() + drilled()
    assert sniff.identify(data).name == "excellon"
    assert not promise.plan(data, PROFILE).changes
    assert scrubbed(data) == data


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("line", "left"),
    [
        (f"; DRILL file {{KiCad 8.0}} date 2024-05-06 {CANARY}\n", ";\n"),
        (f"; #@! TF.CreationDate,2024-05-06 {CANARY}\n", ";\n"),
        (f"; #@! TF.ProjectId,ü,{GUID},2\n", "; #@! TF.ProjectId,ü,{none},2\n"),
        (f";USER: {CANARY}\n", ";\n"),
        (f"T3C0.5 ; made by {CANARY}\n", "T3C0.5 ;\n"),
        (";ü ask jane.roe@example.com\n", ";ü ask [e-mail]\n"),
    ],
)
def test_who_made_it_is_gone_and_told_and_the_rest_stays(line: str, left: str, end: str) -> None:
    data = drilled(line, end=end)
    found = told(data)
    assert any(CANARY in value or value in (GUID, "jane.roe@example.com") for value in found)
    none = "00000000-0000-0000-0000-000000000000"
    assert scrubbed(data) == drilled(left.replace("{none}", none), end=end)


@pytest.mark.parametrize(
    "line",
    [
        ";FILE_FORMAT=4:4\n",
        ";TYPE=PLATED\n",
        "; FORMAT={-:-/ absolute / metric / decimal}\n",
        "; #@! TF.FileFunction,Plated,1,4,PTH\n",
        "; #@! TA.AperFunction,Plated,PTH,ViaDrill\n",
        "ICI,OFF\nATC,ON\nVER,1\n",
    ],
)
def test_what_a_machine_or_a_manufacturer_needs_stays(line: str) -> None:
    assert scrubbed(drilled(line)) == drilled(line)


def test_what_is_drilled_or_shown_as_text_stays_and_its_names_are_told() -> None:
    data = drilled("M47,call jane.roe@example.com\n")
    assert scrubbed(data) == data
    assert {f.action for f in handler.plan(data, PROFILE).findings} == {Action.REVIEW}


def test_a_name_its_owner_chose_goes_and_the_remark_stays() -> None:
    data = drilled("; SETUP J. Roe, DATUM A\n")
    cleaned, report = engine.scrub(data, Profile("x", frozenset({Category.PERSON})))
    assert cleaned == drilled("; SETUP [name], DATUM A\n")
    assert [found.action for found in report.findings] == [Action.REPLACED]


def test_a_line_no_drill_file_has_is_refused() -> None:
    with pytest.raises(UnreadableError):
        handler.plan(drilled(f"made by {CANARY}\n"), PROFILE)


@pytest.mark.parametrize(
    ("before", "after"), [(b"X1.0Y", b"X1.1Y"), (b"T02\n", b""), (b"M15", b"M15M16")]
)
def test_a_changed_hole_is_not_faithful(before: bytes, after: bytes) -> None:
    data = drilled()
    at = data.index(before)
    plan = Plan(edits=(Edit(at, at + len(before), after),))
    cleaned = handler.apply(data, plan)
    for stated in (plan, Plan()):
        with pytest.raises(NotFaithfulError):
            handler.prove(data, cleaned, stated)


@settings(max_examples=150, deadline=None)
@given(st.text("M48;T1C.X \n\r%#@!ä,F47", max_size=50))
@example(";#@! TFa,by x")
@example("M47,;by x")
@example(";;by x\r;")
def test_whatever_stands_in_a_drill_file_it_is_cleaned_or_refused(noise: str) -> None:
    data = drilled(noise + "\n")
    try:
        plan = handler.plan(data, PROFILE)
        cleaned = handler.apply(data, plan)
        handler.prove(data, cleaned, plan)
    except RedactionError:
        return
    assert not handler.plan(cleaned, PROFILE).changes


@pytest.mark.parametrize("line", [";" * 100_000, ";a\n" * 20_000, "T" * 100_000, "M48\n" * 20_000])
def test_hostile_drill_files_take_no_more_than_linear_time(line: str) -> None:
    assert_cpu_seconds(5, lambda: engine.scrub(drilled(line), PROFILE))
