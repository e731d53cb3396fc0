"""Chosen words leave an XML part however they are cut into runs; nothing else does."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from redaction.carriers import xml_choices, xml_words
from redaction.errors import NotFaithfulError
from redaction.model import Action, CarrierClass, Category, Finding, Profile

NAME = "Jane Roe"
VALUES = {NAME: "[name]"}


def taken(text: str) -> str:
    return xml_choices.taken(f"<r>{text}</r>", VALUES)[3:-4]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<p>by Jane Roe</p>", "<p>by [name]</p>"),
        ("<p>by <t>Jane</t><t> Roe</t>!</p>", "<p>by <t>[name]</t><t></t>!</p>"),
        ("<p>Ja<b>ne R</b>oe, Jane Roe</p>", "<p>[name]<b></b>, [name]</p>"),
        ("<p>a &amp; Jane Roe &lt;b&gt;</p>", "<p>a &amp; [name] &lt;b&gt;</p>"),
        ("<p><![CDATA[<Jane Roe>]]></p>", "<p><![CDATA[<[name]>]]></p>"),
        ('<i title="Jane Roe &amp; co"/>', '<i title="[name] &amp; co"/>'),
        ('<i name="Jane Roe"/>', '<i name="Jane Roe"/>'),
        ("<p>Jane</p><p>Roe</p>", "<p>Jane</p><p>Roe</p>"),
        ("<p>Mary-Jane Roewood</p>", "<p>Mary-Jane Roewood</p>"),
        ("<p>xJane Roe</p>", "<p>xJane Roe</p>"),
    ],
)
def test_words_go_wherever_a_reader_sees_them_whole(before: str, after: str) -> None:
    assert taken(before) == after


def test_words_of_chinese_need_no_blank_round_them() -> None:
    values = {"王小明": "[name]"}
    assert xml_choices.taken("<p>设计王小明校对</p>", values) == "<p>设计[name]校对</p>"


@given(st.lists(st.sampled_from(["Jane", " ", "Roe", "<b>", "</b>", "x", "Jane Roe"]), max_size=12))
@example(["Jane", "<b>", " ", "Roe", "</b>", "Jane Roe"])
def test_the_second_reader_agrees_whatever_is_cut(pieces: list[str]) -> None:
    depth, out = 0, []
    for piece in pieces:
        if piece == "</b>" and depth == 0:
            continue
        depth += {"<b>": 1, "</b>": -1}.get(piece, 0)
        out.append(piece)
    text = "<r>" + "".join(out) + "</b>" * depth + "</r>"
    after = xml_choices.taken(text, VALUES)
    xml_choices.prove(text.encode(), after.encode(), VALUES)
    assert xml_choices.taken(after, VALUES) == after


@pytest.mark.parametrize(
    "after",
    [
        "<r><p>by [name]</p><p/></r>",
        '<r a="1"><p>by [name]</p></r>',
        "<r><p>to [name]</p></r>",
        "<r><p>by Jane Roe</p></r>",
        "<r><p>by </p></r>",
        "<r><q>by [name]</q></r>",
    ],
)
def test_whatever_else_differs_is_no_proof(after: str) -> None:
    before = b"<r><p>by Jane Roe</p></r>"
    xml_choices.prove(before, b"<r><p>by [name]</p></r>", VALUES)
    with pytest.raises(NotFaithfulError):
        xml_choices.prove(before, after.encode(), VALUES)


def test_what_parts_refer_to_each_other_by_stays_for_review() -> None:
    shown = [xml_words.words("", '<r><s name="Jane Roe"/><p>Jane Roe, John Doe</p></r>')]
    found = [
        Finding("c", Category.PERSON, Action.REVIEW, value, "", CarrierClass.CONTENT)
        for value in (NAME, "John Doe")
    ]
    told, values = xml_choices.asked("c", found, shown, Profile("x", frozenset({Category.PERSON})))
    assert [one.action for one in told] == [Action.REVIEW, Action.REPLACED]
    assert set(values) == {"John Doe"}
    assert xml_choices.of(told, "c") == values
    assert xml_choices.of(told, "another") == {}
