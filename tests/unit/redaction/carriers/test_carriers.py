"""Carriers shared by formats: fields told by name, XMP, Exif, IPTC, colour profiles."""

import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import ImageCms

from redaction.carriers import exif, icc, iptc, naming, xmp
from redaction.carriers.jpeg_segments import coded
from redaction.errors import UnreadableError
from redaction.model import Action, Category

CANARY = "Quillfeather Brandywine"


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("Author", Category.PERSON),
        ("dc:creator", Category.PERSON),
        ("xmp:CreatorTool", Category.SOFTWARE),
        ("Producer", Category.SOFTWARE),
        ("Last_Modified_By", Category.PERSON),
        ("Company", Category.ORGANISATION),
        ("LicensorEmail", Category.EMAIL),
        ("CreatorWorkTelephone", Category.PHONE),
        ("CreatorAddress", Category.ADDRESS),
        ("GPSLatitude", Category.LOCATION),
        ("ModDate", Category.TIME),
        ("xmpMM:DocumentID", Category.IDENTIFIER),
        ("BodySerialNumber", Category.IDENTIFIER),
        ("SourceFile", Category.PATH),
        ("UserComment", Category.COMMENT),
        ("Title", Category.COMMENT),
    ],
)
def test_a_field_is_told_by_its_name(name: str, category: Category) -> None:
    assert naming.category_of(name) is category


def test_a_path_inside_a_title_is_a_finding_of_its_own() -> None:
    title, path = naming.removed("Info", "Title", r"C:\Users\brandywine\plate.dwg")
    assert (title.category, title.seed) == (Category.COMMENT, False)
    assert (path.category, path.seed) == (Category.PATH, True)


def test_an_empty_field_tells_nothing_and_a_web_page_is_not_sought() -> None:
    assert naming.removed("Info", "Author", " \x00 ") == []
    (page,) = naming.removed("XMP", "BaseURL", "https://example.com/")
    assert not page.seed


PACKET = f"""<?xpacket begin='﻿'?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF>
<rdf:Description rdf:about='urn:x' xmlns:dc='d' xmp:CreatorTool="ACME &amp; Sons"
 xmpMM:DocumentID='xmp.did:42424242'/><rdf:Description>
<dc:creator><rdf:Seq><rdf:li>{CANARY}</rdf:li></rdf:Seq></dc:creator>
<tiff:Artist>Jane</tiff:Artist></rdf:Description></rdf:RDF></x:xmpmeta>"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-16"])
def test_xmp_is_read_in_every_encoding(encoding: str) -> None:
    said = set(xmp.properties(PACKET.encode(encoding)))
    assert ("dc:creator", CANARY) in said
    assert ("xmp:CreatorTool", "ACME & Sons") in said
    assert ("xmpMM:DocumentID", "xmp.did:42424242") in said
    assert ("tiff:Artist", "Jane") in said


def test_broken_xmp_is_told_as_far_as_it_goes() -> None:
    packet = PACKET.encode()
    assert CANARY in {found.value for found in xmp.findings(packet[: packet.index(b"<tiff")])}
    assert xmp.findings(b"")[0].category is Category.HISTORY


@given(st.binary(max_size=300))
@example(b"<a:b " * 50)
@example(b"</a:b>")
@example(b'<a:b c:d="' + b"x" * 250)
def test_hostile_xmp_never_crashes(packet: bytes) -> None:
    assert xmp.findings(packet)


def test_a_hundred_thousand_tags_cost_a_moment() -> None:
    for token in (b"<a:b>", b"<a:b c:d='e'", b"<", b"</a:b>", b'"', b"a:b=''"):
        assert xmp.findings(token * (100_000 // len(token)))


def test_a_minimal_exif_block_says_one_thing() -> None:
    tags = exif.minimal(6)
    assert len(tags) == 26
    assert len(exif.findings(tags)) == 1


@given(st.binary(max_size=200))
@example(b"MM\x00\x2a\x00\x00\x00\x08\xff\xff")
@example(b"II\x2a\x00\x08\x00\x00\x00\x01\x00\x69\x87\x04\x00\x01\x00\x00\x00\x08\x00\x00\x00")
def test_hostile_exif_never_crashes(tiff: bytes) -> None:
    assert exif.findings(tiff)


def test_image_resources_name_the_photographer() -> None:
    body = b"8BIM\x04\x04\x00\x00" + b"\x1c\x02\x50\x00\x17" + CANARY.encode() + b"\x1c\x02\x7a\x7f"
    assert CANARY in {found.value for found in iptc.findings(body)}
    latin = b"\x1c\x02\x5a\x00\x06Z\xfcrich"
    assert "Zürich" in {found.value for found in iptc.findings(latin)}


def described(words: str) -> bytes:
    """Return a profile whose description is ``words``, in the old and the new way."""
    old = b"desc" + bytes(4) + struct.pack(">I", len(words) + 1) + words.encode() + bytes(79)
    text = words.encode("utf-16-be")
    new = b"mluc" + bytes(4) + struct.pack(">II", 1, 12) + b"enUS"
    new += struct.pack(">II", len(text), 28) + text
    colours = b"XYZ " + bytes(4) + b"\x00\x01\x02\x03" * 3
    display = b"mmod" + bytes(4) + b"SN-4711-"
    table, body = b"", b""
    start = 128 + 4 + 4 * 12
    for tag, data in ((b"desc", old), (b"dscm", new), (b"rXYZ", colours), (b"mmod", display)):
        table += tag + struct.pack(">II", start + len(body), len(data))
        body += data
    header = bytes(36) + b"acsp" + bytes(44) + b"\xaa" * 16 + bytes(28)
    return header + struct.pack(">I", 4) + table + body


@pytest.mark.parametrize(
    "words",
    ["Jane's MacBook", r"C:\Users\brandywine\x.icc", "jane@example.com", "Monitor von Jana"],
)
def test_telling_words_in_a_profile_are_blanked_and_colours_are_not(words: str) -> None:
    profile = described(words)
    blanked, findings = icc.cleaned(profile)
    assert len(blanked) == len(profile)
    assert words.encode() not in blanked
    assert words.encode("utf-16-be") not in blanked
    assert blanked[84:100] == bytes(16)
    colours = profile.index(b"XYZ ", 180)
    assert blanked[colours : colours + 20] == profile[colours : colours + 20]
    assert {found.action for found in findings} == {Action.REMOVED, Action.KEPT}
    again, rest = icc.cleaned(blanked)
    assert again == blanked
    assert {found.action for found in rest} == {Action.KEPT}


@pytest.mark.parametrize(
    "words", ["sRGB IEC61966-2.1", "Display P3", "Coated FOGRA39", "Color LCD"]
)
def test_a_profile_that_names_nobody_stays_byte_for_byte(words: str) -> None:
    assert icc.cleaned(described(words))[0] == described(words)
    built_in = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert icc.cleaned(built_in) == (built_in, [])


@given(st.binary(max_size=300))
@example(described("Jane's MacBook")[:190])
@example(bytes(36) + b"acsp" + bytes(88) + b"\xff" * 40)
def test_hostile_profiles_keep_their_length(profile: bytes) -> None:
    assert len(icc.cleaned(profile)[0]) == len(profile)


def test_a_stream_without_its_end_is_forgiven_only_where_asked() -> None:
    data = b"\xff\xd8\xff\xda\x00\x02coded"
    assert list(coded(data, strict=False)) == [b"\xff\xda\x00\x02coded"]
    with pytest.raises(UnreadableError):
        list(coded(data))
    with pytest.raises(UnreadableError):
        list(coded(b"\xff\xd8", strict=False))
    with pytest.raises(UnreadableError):
        list(coded(b"\xff\xd8\xff\x02\x00\x02"))
