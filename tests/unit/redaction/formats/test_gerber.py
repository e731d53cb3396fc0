"""Gerber artwork: who made it and when is gone, every command and coordinate stays."""

import hashlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redaction import engine, sniff
from redaction.errors import ActiveContentError, NotFaithfulError, RedactionError, UnreadableError
from redaction.formats import gerber as handler
from redaction.model import Action, Category, Edit, FormatHandler, Plan, Profile
from redaction.report import Status
from tests.effort import assert_cpu_seconds

PROFILE = Profile()
CANARY = "Quillfeather Brandywine"
GUID = "0a1b2c3d-0000-4000-8000-0123456789ab"
HEAD = "%FSLAX46Y46*%\n%MOMM*%\n"
MACRO = "%AMRound*\n0 corners*\n1,1,$1+$1,$2,$3*\n$4=$1x2*%\n"
BODY = "%ADD10C,0.5*%\n%TO.N,GND*%\nG01*\nD10*\nX1000Y-20D02*\nX30Y40D01*\n%TD*%\n"


def artwork(line: str = "", *, end: str = "\n") -> bytes:
    return (HEAD + line + MACRO + BODY + "M02*\n").replace("\n", end).encode()


def scrubbed(data: bytes) -> bytes:
    cleaned, report = engine.scrub(data, PROFILE)
    assert report.status is Status.CLEAN, report
    assert cleaned is not None
    assert engine.scrub(cleaned, PROFILE)[0] == cleaned
    return cleaned


def told(data: bytes) -> set[str]:
    return {found.value for found in handler.plan(data, PROFILE).findings}


def test_the_module_keeps_the_promise_of_a_handler() -> None:
    promise: FormatHandler = handler
    assert sniff.identify(artwork()).name == "gerber"
    assert not promise.plan(artwork(), PROFILE).changes
    assert scrubbed(artwork()) == artwork()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("line", "left"),
    [
        (f"%TF.GenerationSoftware,{CANARY},Layout,8.0*%\n", ""),
        (f"%TF.CreationDate,2024-05-06 {CANARY}*%\n", ""),
        (f"%TFAuthor,{CANARY}*%\n", ""),
        (f"%TAdrawn_by,{CANARY}*%\n", ""),
        ("%TF.ProjectId,bracket," + GUID + ",2*%\n", "%TF.ProjectId,bracket,{none},2*%\n"),
        (f"G04 Created by {CANARY}*\n", "G04 *\n"),
        (f"G04 User: {CANARY} Date: 2024-05-06*\n", "G04 *\n"),
        (f"N10G04 USER: {CANARY}*\n", "N10G04 *\n"),
        (f"G04 #@! TF.CreationDate,2024-05-06 {CANARY}*\n", "G04 *\n"),
        (
            f"G04 #@! TF.ProjectId,ü,{GUID},2*\n",
            "G04 #@! TF.ProjectId,ü,{none},2*\n",
        ),
        (f"%LNC:/{CANARY}/top.gbr*%\n", "%LN*%\n"),
        (f"%AMa*\n0 Author: {CANARY}*\n1,1,$1*%\n", "%AMa*\n0 *\n1,1,$1*%\n"),
        (
            f"%TF.CreationDate,2024 {CANARY}*TF.FileFunction,Profile,NP*%\n",
            "%TF.FileFunction,Profile,NP*%\n",
        ),
    ],
)
def test_who_made_it_is_gone_and_told_and_the_rest_stays(line: str, left: str, end: str) -> None:
    data = artwork(line, end=end)
    assert any(CANARY in value or value == GUID for value in told(data))
    none = "00000000-0000-0000-0000-000000000000"
    assert scrubbed(data) == artwork(left.replace("{none}", none), end=end)


@pytest.mark.parametrize(
    "line",
    [
        "%TF.FileFunction,Copper,L1,Top*%\n",
        "%TF.SameCoordinates,Original*%\n",
        "%TF.Part,Single*%\n",
        "%TA.AperFunction,ComponentPad*%\n",
        "%TO.C,R1*%\n%TO.P,R1,2*%\n%TO.CMPN,RC0603*%\n",
        "G04 APERTURE LIST*\n",
        "G04 #@! TF.FileFunction,Copper,L1,Top*\n",
        "G04 Gerber Fmt 4.6, Leading zero omitted, Abs format (unit mm)*\n",
        "%LPD*%\n%LMX*%\n%LR45*%\n%LS0.5*%\n%SRX2Y1I5J0*%\n%SR*%\n%ABD12*%\n%AB*%\n",
        "%IR0*IPPOS*OFA0.0B0.0*MIA0B0*SFA1.0B1.0*ASAXBY*%\n",
        "%LNTOP*%\n%INBRACKET*%\n",
    ],
)
def test_what_a_machine_or_a_manufacturer_needs_stays(line: str) -> None:
    assert scrubbed(artwork(line)) == artwork(line)


def test_an_address_in_an_attribute_that_stays_is_shown() -> None:
    data = artwork("%TF.Part,Other,ask jane.roe\\u0040example.com*%\n")
    assert scrubbed(data) == data
    (found,) = handler.plan(data, PROFILE).findings
    assert (found.value, found.action) == ("jane.roe@example.com", Action.REVIEW)


def test_a_name_its_owner_chose_goes_and_the_remark_stays() -> None:
    data = artwork("G04 SETUP J. Roe, DATUM A*\n")
    cleaned, report = engine.scrub(data, Profile("x", frozenset({Category.PERSON})))
    assert cleaned == artwork("G04 SETUP [name], DATUM A*\n")
    assert [found.action for found in report.findings] == [Action.REPLACED]


def test_a_checksum_is_reckoned_anew() -> None:
    line = f"G04 Created by {CANARY}*\n%TF.CreationDate,2024*%\n"
    sealed = artwork(line).removesuffix(b"M02*\n") + b"%TF.MD5," + b"0" * 32 + b"*%\nM02*\n"
    cleaned = scrubbed(sealed)
    body = artwork("G04 *\n").removesuffix(b"M02*\n")
    value = hashlib.md5(body.replace(b"\n", b""), usedforsecurity=False).hexdigest()
    assert cleaned == body + b"%TF.MD5," + value.encode() + b"*%\nM02*\n"


def test_what_stands_behind_the_end_is_gone() -> None:
    assert scrubbed(artwork() + f"{CANARY}*\n".encode()) == artwork()


@pytest.mark.parametrize(
    "line",
    [
        f"{CANARY}*\n",
        f"%XX{CANARY}*%\n",
        f"%AMa*\n{CANARY}*%\n",
        "%TF.Part,Single%\n",
        "%ADD10*X*%\n",
        "%FSLAX",
    ],
)
def test_a_command_no_gerber_file_has_is_refused(line: str) -> None:
    with pytest.raises(UnreadableError):
        handler.plan(artwork(line), PROFILE)


def test_a_file_that_reads_in_another_one_is_refused() -> None:
    with pytest.raises(ActiveContentError):
        handler.plan(artwork("%IFother.gbr*%\n"), PROFILE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"X1000Y", b"X1001Y"),
        (b"%TO.N,GND*%", b""),
        (b"G01*", b""),
        (b"%MOMM*%", b"%MOIN*%"),
        (b"1,1,$1+$1", b"1,1,$1+$2"),
        (b"M02*", b"M02*X1D01*"),
    ],
)
def test_a_changed_command_is_not_faithful(before: bytes, after: bytes) -> None:
    data = artwork()
    at = data.index(before)
    plan = Plan(edits=(Edit(at, at + len(before), after),))
    cleaned = handler.apply(data, plan)
    with pytest.raises(NotFaithfulError):
        handler.prove(data, cleaned, Plan())
    if not cleaned.endswith(b"X1D01*\n"):
        with pytest.raises(NotFaithfulError):
            handler.prove(data, cleaned, plan)


@settings(max_examples=150, deadline=None)
@given(st.text("G04*%TF.a,X1 \n\r#@!ä0AM", max_size=50))
@example("G04 #@! TFa,by x*")
@example("%TFa,by x*%%TF.MD5,*%")
@example("%AM0*0*0 by x*%")
@example(" %TF.CreationDate,1*% ")
@example("G04 100% by x*")
def test_whatever_stands_in_artwork_it_is_cleaned_or_refused(noise: str) -> None:
    data = artwork(noise)
    try:
        plan = handler.plan(data, PROFILE)
        cleaned = handler.apply(data, plan)
        handler.prove(data, cleaned, plan)
    except RedactionError:
        return
    assert not handler.plan(cleaned, PROFILE).changes


@pytest.mark.parametrize(
    "line",
    ["%" * 99_999, "*" * 30_000, "G04 a*" * 20_000, "%TF.MD5,*%" * 300, "%AMa*" + "0*" * 20_000],
)
def test_hostile_artwork_takes_no_more_than_linear_time(line: str) -> None:
    assert_cpu_seconds(5, lambda: engine.scrub(artwork(line), PROFILE))


@pytest.mark.parametrize("source", ["(kicad_pcb (version 1))", "(kicad_sch (version 1))"])
def test_the_design_of_a_board_itself_is_refused(source: str) -> None:
    cleaned, report = engine.scrub(source.encode(), PROFILE)
    assert cleaned is None
    assert report.reason is not None
    assert report.reason.code == "unsupported-board"
