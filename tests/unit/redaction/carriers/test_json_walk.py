"""JSON read with the place of every value: accepted is what the standard library accepts."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redaction.carriers.json_walk import values
from redaction.errors import UnreadableError


def test_every_value_is_told_by_the_names_that_lead_to_it() -> None:
    text = '{"a": ["x", {"b": "d\\u0041"}], "c": 1}'
    found = [(one.path, text[one.start : one.end], one.text) for one in values(text)]
    assert found[:2] == [(("a",), '"x"', "x"), (("a", "b"), '"d\\u0041"', "dA")]
    assert [path for path, _, said in found if said is None] == [("a",), ("a",), ()]


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError
    return dict(pairs)


@settings(max_examples=500, deadline=None)
@given(st.text('{}[],:"a1 ', max_size=12))
@example('{"a":1,}')
@example("[1,]")
@example('{"a":1,"a":2}')
@example('["a":1]')
@example("1 2")
def test_it_accepts_what_the_standard_library_accepts(text: str) -> None:
    try:
        json.loads(text, object_pairs_hook=_once)
    except ValueError:
        with pytest.raises(UnreadableError):
            list(values(text))
    else:
        assert list(values(text)) or text.strip()


@pytest.mark.parametrize("text", ["[" * 300, "[" * 300 + "]" * 300, '"\\q"', "9" * 5_000, "NaN"])
def test_what_would_hurt_a_reader_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        list(values(text))
