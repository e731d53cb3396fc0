"""AMF: who made a model is gone, every point and triangle stays where it stands."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redaction import engine, sniff
from redaction.errors import NotFaithfulError, RedactionError, UnreadableError
from redaction.formats import amf as handler
from redaction.model import Edit, FormatHandler, Plan, Profile
from redaction.report import Status
from tests.effort import assert_cpu_seconds

PROFILE = Profile()
CANARY = "Quillfeather Brandywine"
POINTS = (
    "<vertex><coordinates><x>0</x><y>1.5e1</y><z>-2</z></coordinates></vertex>\n"
    "<vertex><coordinates><x> 1 </x><y>0</y><z>0</z></coordinates></vertex>"
)
FACETS = "<triangle><v1>0</v1><v2>1</v2><v3>2</v3></triangle>\n" * 2


def model(inside: str = "", volume: str = "", held: str = "") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<amf unit="millimeter" version="1.1"{held}>
 {inside}
 <object id="0"><mesh><vertices>{POINTS}</vertices>
 <volume materialid="1">{volume}{FACETS}</volume></mesh></object>
 <material id="1"><color><r>0.5</r><g>0</g><b>1</b></color></material>
</amf>
""".encode()


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
    assert sniff.identify(model()).name == "amf"
    assert not promise.plan(model(), PROFILE).changes
    assert promise.apply(model("<!-- a -->"), Plan()) == model("<!-- a -->")


@pytest.mark.parametrize("kind", ["author", "company", "name", "description", "cad", "url", "own"])
def test_metadata_is_gone_and_told(kind: str) -> None:
    said = f'<metadata type="{kind}">{CANARY}</metadata>'
    assert CANARY in told(model(said))
    assert scrubbed(model(said)) == model()
    assert scrubbed(model(volume=said)) == model()


@pytest.mark.parametrize("inside", [f"<!-- {CANARY} -->", f"<?by {CANARY}?>", "<metadata/>"])
def test_comments_and_instructions_are_gone(inside: str) -> None:
    assert scrubbed(model(inside)) == model()


@pytest.mark.parametrize(
    ("kind", "value", "stays"),
    [
        ("slic3r.volume_type", "NegativeVolume", True),
        ("slic3r.matrix", "1 0 0 -2.5e3", True),
        ("slic3r.volume_type", CANARY, False),
        ("slic3r.source_file", "C:\\Users\\quillfeather\\a.stl", False),
    ],
)
def test_what_says_that_a_volume_is_a_hole_stays(kind: str, value: str, stays: bool) -> None:
    data = model(volume=f'<metadata type="{kind}">{value}</metadata>')
    assert (value.encode() in scrubbed(data)) == stays


def test_a_local_path_is_cut_down_to_the_file() -> None:
    data = model(held=' source="C:\\Users\\quillfeather\\a.stl"')
    assert scrubbed(data) == model(held=' source="a.stl"')


@pytest.mark.parametrize(
    "data",
    [
        model()[:-8],
        model("<metadata>"),
        model("<a></b>"),
        b"<!DOCTYPE amf [<!ENTITY a 'b'>]>" + model(),
        model().replace(b"amf", b"amg"),
    ],
)
def test_a_damaged_model_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        handler.plan(data, PROFILE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"<v3>2</v3>", b"<v3>1</v3>"),
        (b"<y>1.5e1</y>", b"<y>15</y>"),
        (b"millimeter", b"inch"),
        (b"<r>0.5</r>", b"<r>0.6</r>"),
        (FACETS.encode(), b""),
    ],
)
def test_a_changed_model_is_not_faithful(before: bytes, after: bytes) -> None:
    data = model()
    plan = handler.plan(data, PROFILE)
    with pytest.raises(NotFaithfulError):
        handler.prove(data, data.replace(before, after, 1), plan)


def test_a_plan_that_cuts_a_triangle_is_not_faithful() -> None:
    data = model()
    at = data.index(b"<triangle>")
    plan = Plan(edits=(Edit(at, data.index(b"</triangle>") + 11, b""),))
    with pytest.raises(NotFaithfulError):
        handler.prove(data, handler.apply(data, plan), plan)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.integers(0, 700))
@example("<metadata>", 100)
@example("<!--", 300)
def test_whatever_stands_in_a_model_it_is_cleaned_or_refused(noise: str, at: int) -> None:
    text = model().decode()
    data = (text[:at] + noise + text[at:]).encode("utf-8", "ignore")
    try:
        plan = handler.plan(data, PROFILE)
        cleaned = handler.apply(data, plan)
        handler.prove(data, cleaned, plan)
    except RedactionError:
        return
    assert not handler.plan(cleaned, PROFILE).changes


def test_many_triangles_take_no_more_than_linear_time() -> None:
    data = model().replace(FACETS.encode(), FACETS.encode() * 50_000)
    assert_cpu_seconds(5, lambda: handler.plan(data, PROFILE))
