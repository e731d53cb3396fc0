"""Gerber job files: who made a board and when is gone, its stack-up stays."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redaction import engine, sniff
from redaction.errors import NotFaithfulError, RedactionError, UnreadableError
from redaction.formats import board_job as handler
from redaction.model import Action, Edit, FormatHandler, Plan, Profile
from redaction.report import Status

PROFILE = Profile()
CANARY = "Quillfeather Brandywine"
GUID = "0a1b2c3d-0000-4000-8000-0123456789ab"
NO_GUID = "00000000-0000-0000-0000-000000000000"


def job(
    program: str = "", made: str = "1970-01-01T00:00:00Z", guid: str = NO_GUID, path: str = "ü.gbr"
) -> bytes:
    document = {
        "Header": {
            "GenerationSoftware": {"Vendor": program, "Application": "", "Version": ""},
            "CreationDate": made,
        },
        "GeneralSpecs": {
            "ProjectId": {"Name": "bracket", "GUID": guid, "Revision": "2"},
            "Size": {"X": 10.5, "Y": 2},
        },
        "FilesAttributes": [{"Path": path, "FileFunction": "Copper,L1,Top"}],
    }
    return json.dumps(document, indent=1, ensure_ascii=False).encode()


def test_the_module_keeps_the_promise_of_a_handler() -> None:
    promise: FormatHandler = handler
    assert sniff.identify(job()).name == "gbrjob"
    assert not promise.plan(job(), PROFILE).changes
    assert sniff.identify(b'{"Header": {"CreationDate": "2024"}}').name == "text"


def test_who_made_it_is_gone_and_told_and_the_rest_stays() -> None:
    data = job(CANARY, "2024-05-06", GUID, f"C:\\Users\\{CANARY}\\ü.gbr")
    cleaned, report = engine.scrub(data, PROFILE)
    assert report.status is Status.CLEAN, report
    assert cleaned == job()
    assert engine.scrub(cleaned, PROFILE)[0] == cleaned
    assert {CANARY, "2024-05-06", GUID} <= {found.value for found in report.findings}


def test_who_is_named_in_what_stays_is_shown() -> None:
    data = job(path="ask jane.roe@example.com first, top.gbr")
    assert engine.scrub(data, PROFILE)[0] == data
    assert {f.action for f in handler.plan(data, PROFILE).findings} == {Action.REVIEW}


@pytest.mark.parametrize(
    ("before", "after"), [(b"10.5", b"10.6"), (b"bracket", b"Bracket"), (b'"Y": 2', b'"Z": 2')]
)
def test_a_changed_value_is_not_faithful(before: bytes, after: bytes) -> None:
    data = job()
    at = data.index(before)
    plan = Plan(edits=(Edit(at, at + len(before), after),))
    cleaned = handler.apply(data, plan)
    for stated in (plan, Plan()):
        with pytest.raises(NotFaithfulError):
            handler.prove(data, cleaned, stated)


@pytest.mark.parametrize("data", [job() + b"}", job()[:-1], b'{"a": 1, "a": 2}', b"\xff"])
def test_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        handler.plan(data, PROFILE)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 300), st.text('{}[]":,\\u0 aé', max_size=6))
@example(40, '"')
def test_whatever_stands_in_a_job_it_is_cleaned_or_refused(at: int, noise: str) -> None:
    text = job(CANARY).decode()
    data = (text[:at] + noise + text[at:]).encode()
    try:
        plan = handler.plan(data, PROFILE)
        cleaned = handler.apply(data, plan)
        handler.prove(data, cleaned, plan)
    except RedactionError:
        return
    assert not handler.plan(cleaned, PROFILE).changes
