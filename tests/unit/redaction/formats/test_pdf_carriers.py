"""Every place of ISO 32000-2 that tells of people, one by one: empty afterwards, and told.

The places are written out here and not read from the code's tables: a row that is lost there is
noticed here.
"""

from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from redaction.formats import pdf as handler
from redaction.model import Action, Category, Profile
from tests.unit.redaction.formats.pdf_papers import (
    CANARY,
    XMP,
    annotate,
    jpeg,
    page_of,
    saved,
    says,
    sheet,
)

PROFILE = Profile()


def cleaned(pdf: Pdf) -> bytes:
    """Return the cleaned file, after it was seen that somebody was in it and is gone and told."""
    data = saved(pdf)
    assert says(data), "the test hides nobody"
    plan = handler.plan(data, PROFILE)
    after = handler.apply(data, plan)
    assert not says(after)
    assert len(handler.prove(data, after, plan)) == 2
    assert not handler.plan(after, PROFILE).changes
    nobody = handler.plan(saved(sheet()), PROFILE).findings
    assert {f.carrier for f in plan.findings if f.action is Action.REMOVED} - {
        f.carrier for f in nobody
    }
    return after


@pytest.mark.parametrize(
    "key",
    [
        *(
            "PieceInfo",
            "LastModified",
            "SpiderInfo",
            "Thumb",
            "OPI",
            "Legal",
            "Perms",
            "DSS",
            "XFA",
        ),
        *("JS", "JavaScript", "OnInstantiate", "AA", "AF", "RF", "EmbeddedFiles", "Collection"),
        *("CreatorInfo", "User", "DPM", "SearchIndex", "AlternatePresentations", "Metadata"),
    ],
)
@pytest.mark.parametrize("host", ["catalog", "page", "picture"])
def test_private_keys_are_gone_wherever_they_hang(key: str, host: str) -> None:
    pdf = sheet()
    hosts = {
        "catalog": pdf.Root,
        "page": page_of(pdf),
        "picture": page_of(pdf).Resources.XObject.Im,
    }
    hosts[host][f"/{key}"] = Dictionary(ACME=Dictionary(Who=CANARY))
    cleaned(pdf)


@pytest.mark.parametrize(
    "key",
    [
        *("Author", "Producer", "Creator", "CreationDate", "ModDate", "SourceModified", "Company"),
        *("Manager", "LastSavedBy", "Keywords"),
    ],
)
def test_copies_of_the_information_are_gone_from_the_tree(key: str) -> None:
    pdf = sheet()
    page_of(pdf)["/ACME"] = Dictionary({f"/{key}": CANARY})
    page_of(pdf).Resources.XObject.Im[f"/{key}"] = String(CANARY)
    cleaned(pdf)


@pytest.mark.parametrize(
    "key", ["Author", "Title", "Subject", "Keywords", "Company", "PTEX.Fullbanner"]
)
def test_the_information_is_gone_with_every_key(key: str) -> None:
    pdf = sheet()
    pdf.docinfo[f"/{key}"] = CANARY
    cleaned(pdf)


def _hosts(pdf: Pdf) -> dict[str, pikepdf.Object]:
    resources = page_of(pdf).Resources
    profile = Stream(pdf, b"no profile", N=3, Alternate=Name.DeviceRGB)
    resources.ColorSpace = Dictionary(CS=Array([Name.ICCBased, profile]))
    form = Stream(pdf, b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 1, 1])
    resources.XObject.Fm = form
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="walls"))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(Order=Array([layer])))
    element = Dictionary(Type=Name.StructElem, S=Name.Figure)
    pdf.Root.StructTreeRoot = Dictionary(Type=Name.StructTreeRoot, K=element)
    model = Stream(pdf, b"U3D\x00 model", Type=Name("/3D"), Subtype=Name.U3D)
    view = annotate(pdf, Subtype=Name("/3D"))
    view["/3DD"] = model
    file = Stream(pdf, b"glyphs", Length1=6)
    resources.Font.F1.FontDescriptor = Dictionary(
        Type=Name.FontDescriptor, FontName=Name.Helvetica, Flags=32, FontFile=file
    )
    return {
        "catalog": pdf.Root,
        "page": page_of(pdf),
        "picture": resources.XObject.Im,
        "form": form,
        "font": resources.Font.F1,
        "font file": file,
        "colour profile": profile,
        "layer": layer,
        "element": pdf.Root.StructTreeRoot.K,
        "3D model": model,
        "annotation": view,
    }


@pytest.mark.parametrize("host", _hosts(sheet()))
def test_xmp_is_gone_from_every_kind_of_object(host: str) -> None:
    pdf = sheet()
    _hosts(pdf)[host].Metadata = Stream(pdf, XMP.encode(), Type=Name.Metadata, Subtype=Name.XML)
    cleaned(pdf)


@pytest.mark.parametrize("key", ["T", "M", "CreationDate", "NM", "Subj"])
def test_who_wrote_a_note_and_when_is_gone(key: str) -> None:
    pdf = sheet()
    annotate(pdf, Subtype=Name.Square, **{key: CANARY})
    cleaned(pdf)


@pytest.mark.parametrize("key", ["M", "CreationDate", "NM"])
def test_when_a_field_was_changed_is_gone(key: str) -> None:
    pdf = sheet()
    field = annotate(pdf, Subtype=Name.Widget, FT=Name.Tx, **{key: CANARY})
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]))
    cleaned(pdf)


SIGNER = {
    "Name": Category.PERSON,
    "M": Category.TIME,
    "Location": Category.LOCATION,
    "ContactInfo": Category.PERSON,
    "Reason": Category.COMMENT,
    "Cert": Category.COMMENT,
}


@pytest.mark.parametrize("key", SIGNER)
@pytest.mark.parametrize("under", ["V", "DV", "Lock", "SV"])
def test_who_signed_is_gone(key: str, under: str) -> None:
    pdf = sheet()
    value = Dictionary(Type=Name.Sig, Contents=b"\x30\x00", ByteRange=[0, 1, 2, 3])
    value[f"/{key}"] = String(CANARY)
    field = pdf.make_indirect(Dictionary(FT=Name.Sig, T="Signature1"))
    field[f"/{under}"] = value
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]))
    told = {(f.value, f.category) for f in handler.plan(saved(pdf), PROFILE).findings}
    assert (CANARY, SIGNER[key]) in told
    cleaned(pdf)


def test_who_stamped_the_time_is_gone() -> None:
    pdf = sheet()
    pdf.Root["/ACME"] = Dictionary(V=Dictionary(Type=Name.DocTimeStamp, Name=CANARY))
    cleaned(pdf)


ACTIONS = {
    "Launch": Dictionary(S=Name.Launch, F=f"C:\\{CANARY}.exe"),
    "GoToR": Dictionary(S=Name.GoToR, F=f"C:\\{CANARY}.pdf", D=Array([0, Name.Fit])),
    "GoToE": Dictionary(S=Name.GoToE, T=Dictionary(R=Name.C, N=CANARY)),
    "SubmitForm": Dictionary(S=Name.SubmitForm, F=Dictionary(FS=Name.URL, F=f"http://{CANARY}")),
    "ImportData": Dictionary(S=Name.ImportData, F=f"{CANARY}.fdf"),
    "JavaScript": Dictionary(S=Name.JavaScript, JS=f"app.alert('{CANARY}')"),
    "Rendition": Dictionary(S=Name.Rendition, JS=f"'{CANARY}'"),
    "RichMediaExecute": Dictionary(S=Name.RichMediaExecute, CMD=Dictionary(C=CANARY)),
    "Movie": Dictionary(S=Name.Movie, T=CANARY),
    "mail": Dictionary(S=Name.URI, URI=f"mailto:{CANARY.replace(' ', '')}"),
    "file": Dictionary(S=Name.URI, URI=f"file:///{CANARY}/a.pdf"),
    "share": Dictionary(S=Name.URI, URI=f"\\\\{CANARY}"),
    "smb": Dictionary(S=Name.URI, URI=f"smb://{CANARY.split()[0]}/a"),
    "tel": Dictionary(S=Name.URI, URI=f"tel:{CANARY}"),
    "sms": Dictionary(S=Name.URI, URI=f"sms:{CANARY}"),
    "ftp": Dictionary(S=Name.URI, URI=f"ftp://{CANARY}"),
    "callto": Dictionary(S=Name.URI, URI=f"callto:{CANARY}"),
    "sip": Dictionary(S=Name.URI, URI=f"SIP:{CANARY}"),
}


@pytest.mark.parametrize("kind", ACTIONS)
def test_a_link_out_of_the_document_is_gone(kind: str) -> None:
    pdf = sheet()
    annotate(pdf, Subtype=Name.Link, A=ACTIONS[kind])
    cleaned(pdf)


@pytest.mark.parametrize("key", ["A", "PA", "OpenAction"])
def test_actions_are_sought_under_every_key_and_down_the_chain(key: str) -> None:
    for chained in (False, True):
        pdf = sheet()
        action = ACTIONS["Launch"]
        if chained:
            action = Dictionary(S=Name.Named, N=Name.NextPage, Next=Array([action]))
        host = pdf.Root if key == "OpenAction" else annotate(pdf, Subtype=Name.Link)
        host[f"/{key}"] = action
        cleaned(pdf)


@pytest.mark.parametrize("key", ["F", "UF", "DOS", "Unix", "Mac", "Desc", "CI", "ID"])
def test_where_a_file_lay_is_gone(key: str) -> None:
    pdf = sheet()
    spec = Dictionary(Type=Name.Filespec)
    spec[f"/{key}"] = String(CANARY)
    page_of(pdf)["/ACME"] = spec
    cleaned(pdf)


@pytest.mark.parametrize("key", ["F", "FFilter", "FDecodeParms"])
def test_data_in_another_file_is_not_referred_to(key: str) -> None:
    pdf = sheet()
    form = Stream(pdf, b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 1, 1])
    form.F = "a.bin"
    form[f"/{key}"] = String(CANARY)
    page_of(pdf).Resources.XObject.Fx = form
    cleaned(pdf)


@pytest.mark.parametrize("key", ["ID", "PZ"])
def test_marks_of_web_capture_on_pages_are_gone(key: str) -> None:
    pdf = sheet()
    page_of(pdf)[f"/{key}"] = String(CANARY)
    cleaned(pdf)


def test_properties_of_drawn_things_lose_people_and_keep_the_part() -> None:
    pdf = sheet()
    named = {"Designer, owner": CANARY, "Material": "S355J2", "Checked by": CANARY}
    several = Array([Dictionary(N=name, V=said, F=said) for name, said in named.items()])
    pdf.Root.StructTreeRoot = Dictionary(
        Type=Name.StructTreeRoot,
        K=Dictionary(S=Name.Figure, A=Dictionary(O=Name.UserProperties, P=several)),
    )
    with Pdf.open(BytesIO(cleaned(pdf))) as after:
        kept = after.Root.StructTreeRoot.K.A.P
        assert [str(one.V) for one in kept] == ["", "S355J2", ""]


@pytest.mark.parametrize("kind", [b"uuid", b"xml ", b"url ", b"jp2i", b"ACME"])
def test_boxes_of_metadata_in_jpeg_2000_are_gone(kind: bytes) -> None:
    head = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
    stream = b"\xff\x4f\xff\x51\x00\x04\x00\x00\xff\x90\x00\x0a" + bytes(8) + b"\xff\xd9"
    said = CANARY.encode()
    box = (len(said) + 8).to_bytes(4, "big") + kind + said
    code = (len(stream) + 8).to_bytes(4, "big") + b"jp2c" + stream
    pdf = sheet()
    page_of(pdf).Resources.XObject.Im.write(head + box + code, filter=Name.JPXDecode)
    page_of(pdf).Contents = Stream(pdf, b"")
    cleaned(pdf)


@pytest.mark.parametrize("packed", [False, True])
def test_a_picture_in_a_form_in_a_pattern_loses_its_exif(packed: bool) -> None:
    pdf = sheet()
    picture = Stream(pdf, jpeg(CANARY), Type=Name.XObject, Subtype=Name.Image, Width=16, Height=16)
    picture.ColorSpace, picture.BitsPerComponent = Name.DeviceRGB, 8
    picture.write(jpeg(CANARY), filter=Array([Name.DCTDecode]) if packed else Name.DCTDecode)
    form = Stream(pdf, b"/Im Do", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 1, 1])
    form.Resources = Dictionary(XObject=Dictionary(Im=picture))
    tile = Stream(pdf, b"/Fm Do", Type=Name.Pattern, PatternType=1, BBox=[0, 0, 1, 1])
    tile.Resources = Dictionary(XObject=Dictionary(Fm=form))
    page_of(pdf).Resources.Pattern = Dictionary(P1=tile)
    cleaned(pdf)
