"""File names in headers: RFC 6266 and RFC 8187, whatever the name holds."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.transfer.disposition import attachment


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bracket.step", 'attachment; filename="bracket.step"'),
        ("two words.pdf", 'attachment; filename="two words.pdf"'),
        ('a"b.pdf', "attachment; filename=\"a_b.pdf\"; filename*=UTF-8''a%22b.pdf"),
        ("支架.stp", "attachment; filename=\"__.stp\"; filename*=UTF-8''%E6%94%AF%E6%9E%B6.stp"),
        ("50%.pdf", "attachment; filename=\"50_.pdf\"; filename*=UTF-8''50%25.pdf"),
    ],
)
def test_a_name_arrives_as_it_is(name: str, value: str) -> None:
    assert attachment(name) == value


@given(st.text(max_size=60))
@example("a\r\nSet-Cookie: x=1")
@example("\\")
@settings(max_examples=300, derandomize=True, deadline=None)
def test_no_name_leaves_its_place_in_the_header(name: str) -> None:
    value = attachment(name)
    assert re.fullmatch(
        r"attachment; filename=\"[ -~]*\"(; filename\*=UTF-8''[A-Za-z0-9!#$&+.^_`|~%-]*)?", value
    )
    assert value.count('"') == 2
    _, marker, encoded = value.partition("filename*=UTF-8''")
    if marker:
        assert unquote(encoded) == name.encode("utf-8", "replace").decode()
