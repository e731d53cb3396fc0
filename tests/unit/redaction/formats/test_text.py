"""Plain text: who is named is replaced by tokens, every other byte stays."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from redaction import engine
from redaction.errors import NotFaithfulError, UnreadableError
from redaction.formats import text as handler
from redaction.model import Action, Category, FormatHandler, Plan, Profile
from redaction.report import Status

PROFILE = Profile()
WORDS = "Bracket, 3 mm 304SS – ask jane.roe@example.com\r\nTel: +49 711 1234567\r\nM6×1 ⌀5 H7\r\n"
CLEAN = "Bracket, 3 mm 304SS – ask [e-mail]\r\nTel: [phone]\r\nM6×1 ⌀5 H7\r\n"


def scrubbed(data: bytes) -> bytes:
    plan = handler.plan(data, PROFILE)
    cleaned = handler.apply(data, plan)
    assert handler.prove(data, cleaned, plan)
    return cleaned


def test_the_module_keeps_the_promise_of_a_handler() -> None:
    promise: FormatHandler = handler
    assert not promise.plan(b"Plate 120 x 80", PROFILE).changes


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (b"\xef\xbb\xbf", "utf-8"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    ],
)
def test_tokens_replace_people_in_every_encoding(mark: bytes, encoding: str) -> None:
    cleaned = scrubbed(mark + WORDS.encode(encoding))
    assert cleaned == mark + CLEAN.encode(encoding)
    assert not handler.plan(cleaned, PROFILE).changes


def test_bytes_that_are_no_unicode_stay_as_they_are() -> None:
    data = b"Gew\xe4hr \xb0C jane.roe@example.com \xb1 0,1"
    assert scrubbed(data) == b"Gew\xe4hr \xb0C [e-mail] \xb1 0,1"


def test_characters_outside_the_first_plane_do_not_shift_the_cut() -> None:
    data = b"\xff\xfe" + "🔩🔩 jane.roe@example.com 🔩".encode("utf-16-le")
    assert scrubbed(data)[2:].decode("utf-16-le") == "🔩🔩 [e-mail] 🔩"


def test_a_name_that_a_label_announces_goes() -> None:
    plan = handler.plan(b"Drawn by: Wojciech Zielinski\n", PROFILE)
    assert handler.apply(b"Drawn by: Wojciech Zielinski\n", plan) == b"Drawn by: [name]\n"
    assert [(f.category, f.action, f.where) for f in plan.findings] == [
        (Category.PERSON, Action.REPLACED, "line 1")
    ]


def test_what_is_unsure_stays_and_is_shown() -> None:
    plan = handler.plan(b"Ask Desmond about the lever\n", PROFILE)
    assert not plan.changes
    assert [(f.category, f.action, f.where) for f in plan.findings] == [
        (Category.PERSON, Action.REVIEW, "line 1")
    ]


def test_a_profile_may_ask_for_what_is_unsure() -> None:
    data = b"248-555-0172 first"
    assert not handler.plan(data, PROFILE).changes
    strict = Profile("strict", frozenset({Category.PHONE}))
    assert handler.apply(data, handler.plan(data, strict)) == b"[phone] first"


def test_broken_utf16_is_refused() -> None:
    with pytest.raises(UnreadableError):
        handler.plan(b"\xff\xfe\x00", PROFILE)


def test_a_changed_word_is_noticed() -> None:
    data = WORDS.encode()
    plan = handler.plan(data, PROFILE)
    cleaned = handler.apply(data, plan)
    for worse in (cleaned.replace(b"304SS", b"316SS"), cleaned + b"\n", cleaned[:-2]):
        with pytest.raises(NotFaithfulError):
            handler.prove(data, worse, plan)


def test_another_encoding_is_noticed() -> None:
    data = b"\xff\xfe" + WORDS.encode("utf-16-le")
    with pytest.raises(NotFaithfulError):
        handler.prove(data, WORDS.encode(), Plan())


def test_the_engine_believes_it() -> None:
    cleaned, report = engine.scrub(WORDS.encode(), PROFILE)
    assert report.status is Status.CLEAN, report.reason
    assert cleaned == CLEAN.encode()


@given(st.text(max_size=200))
@example("a@b.de" * 40)
@example("\\\\server\\share\\jane\\x.dwg")
@example("@" * 200)
@example("\ufeffx@y.de")
def test_a_second_look_finds_nothing_left_to_replace(words: str) -> None:
    data = words.encode("utf-8", "ignore")
    assert not handler.plan(scrubbed(data), PROFILE).changes
