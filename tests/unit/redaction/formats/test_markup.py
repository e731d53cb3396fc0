"""XML that is no drawing: who made it and who is named in it is gone, the tree stays."""

import pytest

from redaction import engine
from redaction.errors import ActiveContentError, NotFaithfulError, RedactionError, UnreadableError
from redaction.formats import markup
from redaction.model import Category, Edit, Plan, Profile

LIST = b"""<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet href="list.xsl"?><!-- saved by Jane Roe -->
<b:list xmlns:b="urn:bom" createdBy="Wilhelmina Zauberfluss" rev="B"><?history jroe?>
 <b:author>Peregrin Tuckborough</b:author>
 <b:part nr="4711-0815" supplier="Roe Castings"><b:qty>12</b:qty>
  <b:size>M6 &lt; 12 +0.1</b:size></b:part>
 <b:note>Ask jane.roe@example.com &amp; send to C:\\Users\\jroe\\Documents\\a.stp</b:note>
 <b:note><![CDATA[call +49 89 5550 1234 <now>]]></b:note>
</b:list>
"""
NOBODY = (b"Jane", b"jane.roe", b"Zauberfluss", b"Tuckborough", b"jroe", b"5550")
DATA = (
    b'nr="4711-0815" supplier="Roe Castings"',
    b"<b:size>M6 &lt; 12 +0.1</b:size>",
    b'rev="B"',
    b"Ask [e-mail] &amp; send to [path]",
    b"<![CDATA[call [phone] <now>]]>",
    b'<?xml-stylesheet href="list.xsl"?>',
)


def test_people_are_gone_and_the_list_stays() -> None:
    cleaned, report = engine.scrub(LIST, Profile())
    assert cleaned is not None, report.reason
    assert (report.format, report.identical) == ("xml", True)
    assert not [word for word in NOBODY if word in cleaned]
    assert not [word for word in DATA if word not in cleaned]
    assert engine.scrub(cleaned, Profile())[0] == cleaned


def test_what_tells_of_nobody_is_left_to_the_byte() -> None:
    plain = b"<?xml version='1.0'?>\r\n<a b='M8x20'  >\t<author/><c>DIN 912</c></a >\r\n"
    assert engine.scrub(plain, Profile())[0] == plain


def test_a_word_goes_on_request() -> None:
    data = b"<?xml version='1.0'?><a><n>Checked by: Acme Tooling GmbH, Jane Roe</n></a>"
    report = engine.inspect(data, Profile())
    assert report.findings
    asked = Profile(redact_content=frozenset({Category.PERSON, Category.ORGANISATION}))
    cleaned, _ = engine.scrub(data, asked)
    assert cleaned is not None
    assert b"Jane Roe" not in cleaned


@pytest.mark.parametrize(
    ("inside", "error"),
    [
        ("<!DOCTYPE a [<!ENTITY x 'Jane Roe'>]><a>&x;</a>", UnreadableError),
        ("<a><script>go()</script></a>", ActiveContentError),
        ("<a><b></a>", UnreadableError),
        ("<a b='1' b='2'/>", UnreadableError),
        ("<a/><a/>", UnreadableError),
    ],
)
def test_what_cannot_be_trusted_is_refused(inside: str, error: type[RedactionError]) -> None:
    data = f"<?xml version='1.0'?>{inside}".encode()
    with pytest.raises(error):
        markup.prove(data, data, markup.plan(data, Profile()))
    assert engine.scrub(data, Profile())[0] is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<b:qty>12</b:qty>", b"<b:qty>13</b:qty>"),
        (b"<b:qty>12</b:qty>", b""),
        (b'rev="B"', b'rev="B" own="x"'),
        (b"<b:qty>", b"<b:qtz>"),
    ],
)
def test_another_list_is_not_faithful(old: bytes, new: bytes) -> None:
    plan = markup.plan(LIST, Profile())
    cleaned = markup.apply(LIST, plan)
    with pytest.raises((NotFaithfulError, UnreadableError)):
        markup.prove(LIST, cleaned.replace(old, new), plan)


@pytest.mark.parametrize(("old", "new"), [(b"b:size", b"b:sizf"), (b'rev="B"', b'rev="B" a="1"')])
def test_even_planned_edits_may_not_touch_the_tree(old: bytes, new: bytes) -> None:
    edits = []
    at = LIST.find(old)
    while at >= 0:
        edits.append(Edit(at, at + len(old), new))
        at = LIST.find(old, at + len(old))
    plan = Plan((), tuple(edits))
    with pytest.raises(NotFaithfulError):
        markup.prove(LIST, markup.apply(LIST, plan), plan)
