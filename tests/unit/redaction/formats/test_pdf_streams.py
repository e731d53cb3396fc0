"""Streams and lesser places of a PDF: pictures, profiles, packed data, media, files elsewhere."""

import base64
import zlib
from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image

from redaction import engine
from redaction.errors import NotFaithfulError, TooLargeError, UnreadableError
from redaction.formats import pdf as handler
from redaction.formats import pdf_history
from redaction.formats.pdf_streams import Budget
from redaction.model import Action, Category, Profile
from tests.unit.redaction.formats.pdf_papers import (
    CANARY,
    annotate,
    jpeg,
    page_of,
    saved,
    says,
    sheet,
)

PROFILE = Profile()


def scrubbed(data: bytes) -> bytes:
    plan = handler.plan(data, PROFILE)
    cleaned = handler.apply(data, plan)
    assert handler.prove(data, cleaned, plan)
    assert not handler.plan(cleaned, PROFILE).changes
    return cleaned


def picture_of(pdf: Pdf) -> Stream:
    picture = page_of(pdf).Resources.XObject.Im
    assert isinstance(picture, Stream)
    return picture


def box(kind: bytes, body: bytes) -> bytes:
    return (len(body) + 8).to_bytes(4, "big") + kind + body


def jpeg2000(raw: bool = False) -> bytes:
    out = BytesIO()
    picture = Image.linear_gradient("L").resize((16, 16)).convert("RGB")
    picture.save(out, "JPEG2000", no_jp2=raw, comment=CANARY)
    return out.getvalue()


@pytest.mark.parametrize("raw", [False, True])
def test_a_jpeg_2000_picture_keeps_its_tiles_and_loses_its_words(raw: bool) -> None:
    data = jpeg2000(raw)
    if not raw:
        data += box(b"xml ", f"<x:xmpmeta><dc:creator>{CANARY}</dc:creator>".encode())
        data += box(b"uuid", bytes(16) + CANARY.encode())
        data += (1).to_bytes(4, "big") + b"uuid" + (24).to_bytes(8, "big") + b"Brandywi"
    pdf = sheet()
    picture_of(pdf).write(data, filter=Name.JPXDecode)
    assert says(saved(pdf))
    assert not says(scrubbed(saved(pdf)))


@pytest.mark.parametrize("cut", [30, 100])
def test_a_damaged_jpeg_2000_picture_is_refused(cut: int) -> None:
    pdf = sheet()
    picture_of(pdf).write(jpeg2000()[:cut], filter=Name.JPXDecode)
    with pytest.raises(UnreadableError):
        handler.plan(saved(pdf), PROFILE)


WRAPPINGS: dict[str, Callable[[bytes], bytes]] = {
    "/ASCII85Decode": lambda data: base64.a85encode(data) + b"~>",
    "/ASCIIHexDecode": lambda data: data.hex().encode() + b">",
    "/FlateDecode": zlib.compress,
}


@pytest.mark.parametrize("outer", WRAPPINGS)
def test_a_picture_is_taken_out_of_what_it_is_wrapped_in(outer: str) -> None:
    pdf = sheet()
    filters = Array([Name(outer), Name.DCTDecode])
    parameters = Array([pikepdf.Dictionary(), Dictionary(ColorTransform=1)])
    picture_of(pdf).write(WRAPPINGS[outer](jpeg(CANARY)), filter=filters, decode_parms=parameters)
    cleaned = scrubbed(saved(pdf))
    with Pdf.open(BytesIO(cleaned)) as after:
        picture = after.pages[0].obj.Resources.XObject.Im
        assert picture.Filter == Name.DCTDecode
        assert picture.DecodeParms.ColorTransform == 1
        assert b"Quillfeather" not in picture.read_raw_bytes()


@pytest.mark.parametrize(
    ("outer", "data"),
    [("/LZWDecode", b"\x80"), ("/ASCIIHexDecode", b"xyz>"), ("/ASCII85Decode", b"\xff~>")],
)
def test_a_picture_that_cannot_be_taken_out_is_refused(outer: str, data: bytes) -> None:
    pdf = sheet()
    picture_of(pdf).write(data, filter=Array([Name(outer), Name.DCTDecode]))
    with pytest.raises(UnreadableError):
        handler.plan(saved(pdf), PROFILE)


def test_a_damaged_jpeg_passes_only_without_metadata() -> None:
    for body, refused in ((b"\xff\xd8 nothing", False), (b"\xff\xd8 Exif\x00\x00", True)):
        pdf = sheet()
        picture_of(pdf).write(body, filter=Name.DCTDecode)
        if refused:
            with pytest.raises(UnreadableError):
                handler.plan(saved(pdf), PROFILE)
        else:
            scrubbed(saved(pdf))


def test_a_jpeg_without_its_end_is_forgiven_as_readers_do() -> None:
    pdf = sheet()
    picture_of(pdf).write(jpeg(CANARY)[:-2], filter=Name.DCTDecode)
    assert not says(scrubbed(saved(pdf)))


@pytest.mark.parametrize("packed", [False, True])
def test_the_owner_of_a_display_goes_from_a_profile_and_its_colours_stay(packed: bool) -> None:
    from tests.unit.redaction.carriers.test_carriers import described

    pdf = sheet()
    profile = Stream(pdf, b"", N=3, Alternate=Name.DeviceRGB)
    data = described("Quillfeather's MacBook")
    if packed:
        profile.write(zlib.compress(data), filter=Name.FlateDecode)
    else:
        profile.write(data)
    picture_of(pdf).ColorSpace = Array([Name.ICCBased, profile])
    assert says(saved(pdf))
    assert not says(scrubbed(saved(pdf)))


def test_one_filter_in_a_list_and_fax_data_need_no_second_cleaning() -> None:
    pdf = sheet()
    page_of(pdf).Contents.write(
        zlib.compress(b"20 20 200 100 re S"),
        filter=Array([Name.FlateDecode]),
        decode_parms=Array([Dictionary(Predictor=1)]),
    )
    fax = Stream(pdf, b"", Type=Name.XObject, Subtype=Name.Image, Width=8, Height=1)
    fax.write(
        b"\x00\x10\x01",
        filter=Array([Name.CCITTFaxDecode]),
        decode_parms=Array([pikepdf.Dictionary()]),
    )
    page_of(pdf).Resources.XObject.Fax = fax
    scrubbed(saved(pdf))


def test_damaged_packed_data_does_not_stop_the_cleaning() -> None:
    pdf = sheet()
    form = Stream(pdf, b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 1, 1])
    form.write(b"x\x9cdamage", filter=Name.FlateDecode)
    page_of(pdf).Resources.XObject.Fm = form
    pdf.docinfo["/Author"] = CANARY
    assert not says(scrubbed(saved(pdf)))


def test_a_budget_runs_dry() -> None:
    budget = Budget(1)
    budget.spend(64 * 1024 * 1024)
    with pytest.raises(TooLargeError):
        budget.spend(1)


def test_media_leave_only_what_they_draw() -> None:
    pdf = sheet()
    sound = Stream(pdf, CANARY.encode(), R=8000)
    movie = Dictionary(F=Dictionary(Type=Name.Filespec, F=f"C:\\{CANARY}.avi"))
    asset = Stream(pdf, CANARY.encode())
    spec = Dictionary(Type=Name.Filespec, F="a.swf", EF=Dictionary(F=asset))
    rich = Dictionary(Assets=Dictionary(Names=Array([pikepdf.String("a"), spec])))
    annotate(pdf, Subtype=Name.Sound, Sound=pdf.make_indirect(sound))
    annotate(pdf, Subtype=Name.Movie, Movie=movie)
    annotate(pdf, Subtype=Name.RichMedia, RichMediaContent=rich)
    cleaned = scrubbed(saved(pdf))
    assert not says(cleaned)
    with Pdf.open(BytesIO(cleaned)) as after:
        assert {str(one.Subtype) for one in after.pages[0].obj.Annots} == {"/Stamp"}


def test_a_3d_model_among_rich_media_stays() -> None:
    pdf = sheet()
    model = Stream(pdf, b"U3D\x00 model", Params=Dictionary(ModDate="D:2020"))
    path = f"C:\\Users\\{CANARY.split()[0]}\\a.u3d"
    spec = pdf.make_indirect(Dictionary(Type=Name.Filespec, F=path, EF=Dictionary(F=model)))
    rich = Dictionary(
        Assets=Dictionary(Names=Array([pikepdf.String("a.u3d"), spec])),
        Configurations=Array([Dictionary(Subtype=Name("/3D"))]),
    )
    annotate(pdf, Subtype=Name.RichMedia, RichMediaContent=rich)
    cleaned = scrubbed(saved(pdf))
    assert not says(cleaned)
    with Pdf.open(BytesIO(cleaned)) as after:
        (kept,) = list(after.pages[0].obj.Annots)
        file = kept.RichMediaContent.Assets.Names[1].EF.F
        assert file.read_bytes().startswith(b"U3D")
        assert "/Params" not in file


def test_files_elsewhere_and_their_paths_are_gone() -> None:
    pdf = sheet()
    form = Stream(pdf, b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 1, 1])
    form.Ref = Dictionary(F=f"C:\\{CANARY}.pdf", Page=0)
    page_of(pdf).Resources.XObject.Fm = form
    elsewhere = Stream(pdf, b"", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 1, 1])
    elsewhere.F = f"/srv/{CANARY}/form.bin"
    page_of(pdf).Resources.XObject.Fx = elsewhere
    pdf.Root.URI = Dictionary(Base=f"file:///{CANARY}/")
    page_of(pdf).ID = CANARY
    assert not says(scrubbed(saved(pdf)))


def test_metadata_that_is_no_stream_or_cannot_be_read_is_gone_and_told() -> None:
    pdf = sheet()
    pdf.Root.Metadata = Dictionary(Author=CANARY)
    broken = Stream(pdf, b"", Type=Name.Metadata)
    broken.write(b"damage", filter=Name.JBIG2Decode)
    page_of(pdf).Metadata = broken
    plan = handler.plan(saved(pdf), PROFILE)
    assert {"metadata", "metadata that cannot be read"} <= {f.value for f in plan.findings}
    assert not says(scrubbed(saved(pdf)))


def test_the_window_of_an_invisible_text_is_emptied_too() -> None:
    pdf = sheet()
    text = annotate(pdf, Subtype=Name.Square, T="AutoCAD SHX Text", Contents="120 H7")
    popup = annotate(pdf, Subtype=Name.Popup, Parent=text, Contents=CANARY)
    del popup.AP
    popup.F = 2
    assert not says(scrubbed(saved(pdf)))


def test_fields_with_several_values_and_check_boxes_are_read() -> None:
    pdf = sheet()
    several = annotate(pdf, Subtype=Name.Widget, FT=Name.Ch, T="who", V=Array(["Jane", "Joe"]))
    box = annotate(pdf, Subtype=Name.Widget, FT=Name.Btn, T="yes", V=Name.Off)
    pdf.Root.AcroForm = Dictionary(Fields=Array([several, box]))
    plan = handler.plan(saved(pdf), PROFILE)
    assert {"Jane", "Joe"} <= {f.value for f in plan.findings if f.action is Action.REVIEW}
    assert "/Off" not in {f.value for f in plan.findings}


def test_an_e_mail_in_a_note_is_told_as_one() -> None:
    pdf = sheet()
    annotate(pdf, Subtype=Name.Square, Contents="ask jane@example.com")
    plan = handler.plan(saved(pdf), PROFILE)
    assert Category.EMAIL in {f.category for f in plan.findings if f.action is Action.REVIEW}


def test_the_parts_of_a_removed_path_and_address_are_sought_in_the_drawing() -> None:
    pdf = sheet()
    pdf.docinfo["/SourceFile"] = r"\\brandyserver\share\Users\quillf\plate.dwg"
    pdf.docinfo["/Email"] = "quillmail@example.com"
    page_of(pdf).Contents = Stream(
        pdf, b"BT /F1 9 Tf 20 20 Td (BRANDYSERVER quillf quillmail) Tj ET"
    )
    cleaned, report = engine.scrub(saved(pdf), PROFILE)
    assert cleaned is not None, report.reason
    shown = {f.value for f in report.findings if f.action is Action.REVIEW}
    assert {"brandyserver", "quillf", "quillmail"} <= shown


def test_words_that_only_the_instructions_hold_are_shown() -> None:
    pdf = sheet()
    pdf.docinfo["/Author"] = CANARY
    page_of(pdf).Contents = Stream(pdf, f"% by {CANARY}\n20 20 9 9 re S".encode())
    _, report = engine.scrub(saved(pdf), PROFILE)
    assert (CANARY, Action.REVIEW) in {(f.value, f.action) for f in report.findings}


@pytest.mark.parametrize(
    "tail",
    [
        b"startxref\n0\n%%EOF\n%%EOF\n",
        b"trailer << /Prev 12 >>\nstartxref\n0\n%%EOF\n",
        b"trailer << /ID [<00ff><00ff>] >>\nstartxref\n0\n%%EOF\n",
    ],
)
def test_a_written_file_with_a_past_or_a_mark_is_doubted(tail: bytes) -> None:
    with pytest.raises(NotFaithfulError):
        pdf_history.check(b"%PDF-1.7\n" + tail)


def test_an_unknown_entry_of_the_trailer_is_gone_and_told() -> None:
    pdf = sheet()
    pdf.trailer["/ACME"] = CANARY
    plan = handler.plan(saved(pdf), PROFILE)
    assert "unknown entry" in {f.value for f in plan.findings}
    assert not says(scrubbed(saved(pdf)))


def test_a_file_that_hangs_where_nobody_expects_it_is_gone() -> None:
    pdf = sheet()
    file = Stream(pdf, CANARY.encode(), Type=Name.EmbeddedFile)
    pdf.Root.ACME = Dictionary(
        Type=Name.Filespec, F=f"{CANARY}.txt", Desc=CANARY, EF=Dictionary(F=file)
    )
    plan = handler.plan(saved(pdf), PROFILE)
    assert Category.ATTACHMENT in {f.category for f in plan.findings}
    assert not says(scrubbed(saved(pdf)))
