"""SVG: who drew it, with what and from where is gone, every line stays as it is written."""

import base64
import gzip
from io import BytesIO

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from redaction import engine, members, registry, sniff
from redaction.errors import (
    ActiveContentError,
    NotFaithfulError,
    OpaqueStreamError,
    RedactionError,
    UnreadableError,
)
from redaction.formats import svg as handler
from redaction.formats import svg_packed
from redaction.model import Action, Container, Plan, Profile
from redaction.report import Status
from tests.effort import assert_cpu_seconds

PROFILE = Profile()
CANARY = "Quillfeather Brandywine"
HOME = r"C:\Users\quillfeather\logo.png"
WEB = "http:"  # namespaces are names, nobody calls them
SPACES = (
    f'xmlns="{WEB}//www.w3.org/2000/svg" xmlns:xlink="{WEB}//www.w3.org/1999/xlink" '
    f'xmlns:inkscape="{WEB}//www.inkscape.org/namespaces/inkscape" '
    f'xmlns:sodipodi="{WEB}//sodipodi.sourceforge.net/DTD/sodipodi-0.dtd" '
    f'xmlns:dc="{WEB}//purl.org/dc/elements/1.1/" xmlns:rdf="{WEB}//www.w3.org/1999/02/22-rdf" '
    f'xmlns:h="{WEB}//www.w3.org/1999/xhtml" xmlns:i="{WEB}//ns.adobe.com/AdobeIllustrator/10.0/"'
)
LINE = '<path d="M 0,0 L 10,10" id="a1"/>'


def drawing(inside: str = "", held: str = "", before: str = "") -> bytes:
    return f"{before}<svg {SPACES} width='20mm'{held}>\n {inside}{LINE}\n</svg>\n".encode()


def scrubbed(data: bytes) -> bytes:
    cleaned, report = engine.scrub(data, PROFILE)
    assert report.status is Status.CLEAN, report
    assert cleaned is not None
    assert engine.scrub(cleaned, PROFILE)[0] == cleaned
    return cleaned


def told(data: bytes) -> set[str]:
    return {found.value for found in handler.plan(data, PROFILE).findings}


def photograph() -> bytes:
    tags = Image.Exif()
    tags[0x013B] = CANARY
    out = BytesIO()
    Image.new("RGB", (4, 4), "red").save(out, "JPEG", exif=tags)
    return out.getvalue()


def test_the_module_keeps_the_promise_of_a_container() -> None:
    promise: Container = handler
    assert isinstance(promise, Container)
    assert sniff.identify(drawing()).name == "svg"


def test_a_clean_drawing_comes_out_byte_for_byte() -> None:
    plan = handler.plan(drawing(), PROFILE)
    assert not plan.changes
    assert handler.apply(drawing(), plan) == drawing()
    assert handler.apply(drawing("<!-- a -->"), Plan()) == drawing("<!-- a -->")


METADATA = [
    f"<metadata><rdf:RDF><dc:creator><dc:title>{CANARY}</dc:title></dc:creator></rdf:RDF></metadata>",
    f"<!-- drawn by {CANARY} -->",
    f"<?by {CANARY}?>",
    f"<title>{CANARY}</title>",
    f"<desc>by {CANARY}</desc>",
    f"<i:pgf>{CANARY}</i:pgf>",
    f"<script>var by = '{CANARY}'</script>",
    f"<style>/* by {CANARY} */ path {{fill: red}}</style>",
    f'<g data-by="{CANARY}"/>',
    f'<g i:layer="{CANARY}"/>',
    f'<a href="mailto:{CANARY}"/>',
    f"<g onclick=\"alert('{CANARY}')\"/>",
    f"<a xlink:href=\"javascript:alert('{CANARY}')\"/>",
    f'<a href="data:text/html,{CANARY}"/>',
]


@pytest.mark.parametrize("inside", METADATA)
def test_what_no_viewer_draws_is_gone_and_the_line_stays(inside: str) -> None:
    cleaned = scrubbed(drawing(inside))
    assert b"Quillfeather" not in cleaned
    assert LINE.encode() in cleaned
    assert handler.plan(drawing(inside), PROFILE).findings


@pytest.mark.parametrize(
    "held",
    [
        f' inkscape:export-filename="{HOME}"',
        f' sodipodi:docname="{HOME}"',
        f' sodipodi:docbase="{HOME}"',
        f' content="&lt;mxfile host=&quot;{CANARY}&quot;/>"',
        ' xml:base="file:///home/quillfeather/"',
        f" onload=\"by('{CANARY}')\"",
    ],
)
def test_fields_of_the_whole_drawing_are_gone(held: str) -> None:
    cleaned = scrubbed(drawing(held=held))
    assert b"uillfeather" not in cleaned
    assert cleaned == drawing()


def test_layers_of_an_editor_stay() -> None:
    layer = '<g inkscape:groupmode="layer" inkscape:label="cut"/>'
    assert scrubbed(drawing(layer)) == drawing(layer)


def test_titles_of_parts_stay() -> None:
    assert scrubbed(drawing("<g><title>M6</title></g>")) == drawing("<g><title>M6</title></g>")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f'<image href="{HOME}"/>', '<image href="logo.png"/>'),
        ('<image xlink:href="file:///home/quill/logo.png"/>', '<image xlink:href="logo.png"/>'),
        ('<image href="https://example.org/a/logo.png"/>', '<image href="logo.png"/>'),
        ('<use href="//example.org/a.svg#b"/>', '<use href="a.svg#b"/>'),
        ('<a href="https://example.org/shop"/>', '<a href="https://example.org/shop"/>'),
        ('<image href="parts/logo.png"/>', '<image href="parts/logo.png"/>'),
        ('<use href="#a1"/>', '<use href="#a1"/>'),
        (
            '<g style="fill:url(https://example.org/x/a.svg#p)"/>',
            '<g style="fill:url(a.svg#p)"/>',
        ),
        ('<g fill="url(#p)"/>', '<g fill="url(#p)"/>'),
        (
            '<style>@import "https://example.org/a/b.css";</style>',
            "<style>@import &quot;b.css&quot;;</style>",
        ),
        ("<style><![CDATA[/*x*/g{}]]></style>", "<style><![CDATA[g{}]]></style>"),
    ],
)
def test_a_viewer_fetches_nothing_but_files_beside_the_drawing(before: str, after: str) -> None:
    assert scrubbed(drawing(before)) == drawing(after)


@pytest.mark.parametrize("broken", [False, True])
def test_a_picture_is_cleaned_by_its_own_handler(broken: bool) -> None:
    packed = base64.b64encode(photograph()).decode()
    packed = (
        "&#10;".join(packed[at : at + 76] for at in range(0, len(packed), 76)) if broken else packed
    )
    data = drawing(f'<image xlink:href="data:image/jpeg;base64,{packed}"/>')
    cleaned = scrubbed(data)
    picture = base64.b64decode(cleaned.split(b"base64,")[1].split(b'"')[0])
    assert b"Quillfeather" not in picture
    assert Image.open(BytesIO(picture)).size == (4, 4)
    whole = members.handler_of("svg", registry.load)
    assert CANARY in {found.value for found in whole.plan(data, PROFILE).findings}


def test_a_drawing_in_a_drawing_is_cleaned_too() -> None:
    packed = base64.b64encode(drawing(f"<!-- {CANARY} -->")).decode()
    cleaned = scrubbed(drawing(f'<image href="data:image/svg+xml;base64,{packed}"/>'))
    assert base64.b64decode(cleaned.split(b"base64,")[1].split(b'"')[0]) == drawing()


@pytest.mark.parametrize(
    ("inside", "error"),
    [
        ('<image href="data:image/svg+xml,%3Csvg/%3E"/>', OpaqueStreamError),
        ('<image href="data:image/png;base64,A"/>', UnreadableError),
        ("<foreignObject><h:iframe/></foreignObject>", ActiveContentError),
        ('<g style="width: expression(alert(1))"/>', ActiveContentError),
        ("<style>g{-moz-binding:url(a)}</style>", ActiveContentError),
        ("<g>", UnreadableError),
        ("<q:g/>", UnreadableError),
        ("&who;", UnreadableError),
    ],
)
def test_what_can_neither_stay_nor_go_is_refused(inside: str, error: type[RedactionError]) -> None:
    with pytest.raises(error):
        _whole(drawing(inside))


def _whole(data: bytes) -> None:
    plan = handler.plan(data, PROFILE)
    handler.members(data)
    handler.prove(data, handler.apply(data, plan), plan)


def test_words_of_a_web_page_stay() -> None:
    inside = "<foreignObject><h:div><h:b>M6</h:b></h:div></foreignObject>"
    assert scrubbed(drawing(inside)) == drawing(inside)


TYPE = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/a.dtd"'


def test_a_document_type_of_the_standard_goes() -> None:
    declared = '<?xml version="1.0"?>\n'
    assert scrubbed(drawing(before=declared + TYPE + ">")) == drawing(before=declared)


def test_the_names_illustrator_writes_are_spelled_out() -> None:
    spelled = f'xlink="{WEB}//www.w3.org/1999/xlink"'.encode()
    data = drawing(before=TYPE + ' [\n<!ENTITY who "http://www.w3.org/1999/xlink">\n]>')
    data = data.replace(spelled, b'xlink="&who;"')
    assert scrubbed(data) == drawing()


@pytest.mark.parametrize(
    "subset",
    [
        '<!ENTITY a SYSTEM "file:///etc/passwd">',
        '<!ENTITY % a "b">',
        '<!ENTITY a "b"><!ENTITY c "&a;&a;">',
        "<!ELEMENT svg ANY>",
        '<!ENTITY a "<b/>">',
        "".join(f'<!ENTITY a{n} "b">' for n in range(70)),
    ],
)
def test_any_other_document_type_is_refused(subset: str) -> None:
    cleaned, report = engine.scrub(drawing(before=f"<!DOCTYPE svg [{subset}]>"), PROFILE)
    assert cleaned is None
    assert report.status is Status.REFUSED


def test_whoever_is_named_on_the_drawing_is_shown_and_stays() -> None:
    inside = "<text>Drawn: J. Quillfeather</text>"
    data = drawing(f"<metadata><dc:creator>Jo Quillfeather</dc:creator></metadata>{inside}")
    assert inside.encode() in scrubbed(data)
    kept = {f.value for f in handler.plan(data, PROFILE).findings if f.action is Action.REVIEW}
    assert "Quillfeather" in kept


def test_a_removed_name_in_a_label_is_shown_and_stays() -> None:
    data = drawing(f'<metadata><dc:creator>{CANARY}</dc:creator></metadata><g id="Brandywine_2"/>')
    assert b"Brandywine_2" in scrubbed(data)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"L 10,10", b"L 10,11"),
        (b"20mm", b"20in"),
        (b"<path", b"<line"),
        (LINE.encode(), b""),
        (b"</svg>", b"<g/></svg>"),
    ],
)
def test_a_changed_drawing_is_not_faithful(before: bytes, after: bytes) -> None:
    data = drawing("<!-- a -->")
    plan = handler.plan(data, PROFILE)
    cleaned = handler.apply(data, plan)
    with pytest.raises(NotFaithfulError):
        handler.prove(data, cleaned.replace(before, after), plan)


def test_changed_words_are_not_faithful() -> None:
    data = drawing("<text>M6</text><style>g{}</style>")
    plan = handler.plan(data, PROFILE)
    for before, after in ((b"M6", b"M8"), (b"g{}", b"p{}")):
        with pytest.raises(NotFaithfulError):
            handler.prove(data, data.replace(before, after), plan)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "iso-8859-1"])
def test_other_encodings_stay_what_they_are(encoding: str) -> None:
    name = "utf-8" if "utf" in encoding else encoding
    head = f'<?xml version="1.0" encoding="{name}"?>'
    data = drawing("<!-- a --><text>Größe Ø6</text>", before=head).decode().encode(encoding)
    cleaned = scrubbed(data)
    assert cleaned == drawing("<text>Größe Ø6</text>", before=head).decode().encode(encoding)


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=80), st.integers(0, 900))
@example("<metadata>", 700)
@example('" onload="', 640)
@example("<![CDATA[", 720)
@example("<style>/*", 720)
def test_whatever_stands_in_a_drawing_it_is_cleaned_or_refused(noise: str, at: int) -> None:
    text = drawing().decode()
    data = (text[:at] + noise + text[at:]).encode("utf-8", "ignore")
    try:
        plan = handler.plan(data, PROFILE)
        cleaned = handler.apply(data, plan)
        handler.prove(data, cleaned, plan)
    except RedactionError:
        return
    assert not handler.plan(cleaned, PROFILE).changes


@pytest.mark.parametrize(
    "inside",
    [
        "<g>" * 900 + "</g>" * 900,
        "<style>" + "/*" * 100_000 + "</style>",
        '<g style="' + "url(" * 50_000 + '"/>',
        "<g " + " ".join(f'a{n}="b"' for n in range(900)) + "/>",
        "<!--" + "-" * 200_000 + " -->",
        '<image href="data:image/png;base64,' + "&#10;" * 50_000 + '"/>',
    ],
)
def test_hostile_drawings_take_no_more_than_linear_time(inside: str) -> None:
    assert_cpu_seconds(5, lambda: engine.scrub(drawing(inside), PROFILE))


def test_entities_in_either_quotes_are_spelled_out_and_those_of_the_language_stay() -> None:
    before = "<!DOCTYPE svg [ <!ENTITY a 'M6'> <!ENTITY b \"x\"> ]>"
    cleaned = scrubbed(drawing("<text>&a; &amp; &b;</text>", before=before))
    assert cleaned == drawing("<text>M6 &amp; x</text>")


@pytest.mark.parametrize("inside", ["&c;", "<!ENTITY c 'd'>"])
def test_an_entity_that_nobody_declared_is_refused(inside: str) -> None:
    data = drawing(f"<text>{inside}</text>", before="<!DOCTYPE svg [<!ENTITY a 'b'>]>")
    with pytest.raises(UnreadableError):
        handler.plan(data, PROFILE)


def packed(data: bytes) -> bytes:
    out = BytesIO()
    with gzip.GzipFile("jroe-bracket.svg", "wb", fileobj=out, mtime=1_700_000_000) as file:
        file.write(data)
    return out.getvalue()


def test_a_packed_drawing_is_cleaned_and_its_packing_tells_nothing() -> None:
    data = packed(drawing("<!-- by Jane Roe --><path d='M0 0L9 9'/>"))
    cleaned, report = engine.scrub(data, PROFILE)
    assert cleaned is not None, report.reason
    assert report.format == "svgz"
    assert b"jroe" not in cleaned
    assert b"Jane" not in gzip.decompress(cleaned)
    assert b"M0 0L9 9" in gzip.decompress(cleaned)
    assert engine.scrub(cleaned, PROFILE)[0] == cleaned


def test_a_packed_drawing_that_changes_is_not_faithful() -> None:
    data = gzip.compress(drawing("<path d='M0 0L9 9'/>"), mtime=1)
    plan = svg_packed.plan(data, PROFILE)
    tampered = gzip.compress(drawing("<path d='M0 0L9 8'/>"), mtime=1)
    assert svg_packed.prove(data, svg_packed.apply(data, plan), plan)
    with pytest.raises(NotFaithfulError):
        svg_packed.prove(data, tampered, plan)


def test_a_clean_drawing_in_a_telling_packing_is_packed_anew() -> None:
    cleaned, report = engine.scrub(packed(drawing(LINE)), PROFILE)
    assert cleaned is not None, report.reason
    assert b"jroe" not in cleaned
    assert gzip.decompress(cleaned) == drawing(LINE)
