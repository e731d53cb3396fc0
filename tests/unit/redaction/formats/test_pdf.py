"""PDF: who made it and how it came about goes, from every place; the sheet stays to the pixel."""

import re
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from redaction import engine
from redaction.errors import EncryptedError, NotFaithfulError, UnreadableError
from redaction.formats import pdf as handler
from redaction.model import Action, CarrierClass, Category, FormatHandler, Plan, Profile
from redaction.report import Status
from tests.unit.redaction.formats.pdf_papers import (
    CANARY,
    CARRIERS,
    annotate,
    page_of,
    saved,
    says,
    sheet,
)

PROFILE = Profile()


def scrubbed(data: bytes) -> bytes:
    return handler.apply(data, handler.plan(data, PROFILE))


def dirty(name: str) -> bytes:
    pdf = sheet()
    CARRIERS[name](pdf)
    return saved(pdf)


def test_the_module_keeps_the_promise_of_a_handler() -> None:
    promise: FormatHandler = handler
    assert promise.plan(saved(sheet()), PROFILE).tasks


@pytest.mark.parametrize("name", CARRIERS)
def test_a_person_is_gone_from_each_place_and_the_sheet_is_the_same(name: str) -> None:
    data = dirty(name)
    assert says(data), "the test hides nobody"
    plan = handler.plan(data, PROFILE)
    cleaned = handler.apply(data, plan)
    assert not says(cleaned)
    assert {proof.oracle for proof in handler.prove(data, cleaned, plan)} == {"pixels", "tokens"}


@pytest.mark.parametrize("name", CARRIERS)
def test_what_was_taken_out_is_told(name: str) -> None:
    carriers = {found.carrier for found in handler.plan(saved(sheet()), PROFILE).findings}
    told = [
        found
        for found in handler.plan(dirty(name), PROFILE).findings
        if found.action is Action.REMOVED and found.carrier not in carriers
    ]
    assert told


@pytest.mark.parametrize("name", CARRIERS)
def test_a_cleaned_file_needs_no_second_cleaning(name: str) -> None:
    cleaned = scrubbed(dirty(name))
    again = handler.plan(cleaned, PROFILE)
    assert not again.changes
    assert handler.apply(cleaned, again) is cleaned


@pytest.mark.parametrize("name", ["info", "exif", "note", "tail"])
def test_the_engine_believes_it(name: str) -> None:
    cleaned, report = engine.scrub(dirty(name), PROFILE)
    assert report.status is Status.CLEAN, report.reason
    assert cleaned is not None


def test_the_same_file_is_cleaned_to_the_same_bytes() -> None:
    assert scrubbed(dirty("info")) == scrubbed(dirty("info"))


def test_two_documents_cannot_be_joined_by_their_identifier() -> None:
    one, other = scrubbed(dirty("info")), scrubbed(dirty("note"))
    with Pdf.open(BytesIO(one)) as first, Pdf.open(BytesIO(other)) as second:
        assert first.trailer["/ID"] == second.trailer["/ID"]
        assert set(first.trailer.keys()) <= {
            *("/ID", "/Root", "/Size", "/Type", "/W", "/Index", "/Filter", "/Length"),
            "/DecodeParms",
        }


def test_no_program_signs_its_work() -> None:
    cleaned = scrubbed(dirty("info"))
    for words in (b"qpdf", b"pikepdf", b"Producer", b"ModDate"):
        assert words not in b"".join([cleaned, *_streams(cleaned)])


def test_earlier_revisions_are_gone() -> None:
    data = dirty("info")
    appended = data + b"\n1 0 obj\n<< >>\nendobj\n" + data[data.rindex(b"startxref") :]
    plan = handler.plan(appended, PROFILE)
    cleaned = handler.apply(appended, plan)
    assert cleaned.count(b"%%EOF") == 1
    assert "1 earlier revisions" in {found.value for found in plan.findings}


def test_bytes_after_the_end_are_gone() -> None:
    data = saved(sheet()) + b"\nfor Quillfeather"
    plan = handler.plan(data, PROFILE)
    assert b"Quillfeather" not in handler.apply(data, plan)
    assert "bytes after the end" in {found.value for found in plan.findings}


def test_an_unreachable_object_is_gone() -> None:
    data = saved(sheet())
    planted = data.replace(b"%%EOF", b"", 1).rstrip()
    # A comment is no object, and nobody refers to it.
    body, _, tail = planted.rpartition(b"xref")
    assert says(scrubbed(body + b"xref" + tail + b"\n%%EOF\n")) is False


def protected(user: str) -> bytes:
    pdf = sheet()
    CARRIERS["info"](pdf)
    out = BytesIO()
    forbidden = pikepdf.Permissions(modify_other=False, print_highres=False)
    pdf.save(out, encryption=pikepdf.Encryption(owner="owner", user=user, allow=forbidden))
    return out.getvalue()


def test_a_file_with_a_password_is_refused() -> None:
    with pytest.raises(EncryptedError):
        handler.plan(protected("open"), PROFILE)


def test_what_opens_without_a_password_is_cleaned_and_its_owner_told_what_it_forbade() -> None:
    cleaned, report = engine.scrub(protected(""), PROFILE)
    assert report.status is Status.CLEAN, report.reason
    assert cleaned is not None
    assert not says(cleaned)
    assert b"/Encrypt" not in cleaned
    (told,) = [found for found in report.findings if found.carrier == "PDF/Encrypt"]
    assert told.action is Action.REVIEW
    assert told.value.endswith("against: modify assembly, modify other, print highres")


@pytest.mark.parametrize("cut", [200, 600])
def test_half_a_file_never_looks_whole(cut: int) -> None:
    with pytest.raises(UnreadableError):
        handler.plan(saved(sheet())[:-cut], PROFILE)


@pytest.mark.parametrize(
    ("table", "damaged"),
    [
        (rb"startxref\n[0-9]+", b"startxref\n7"),
        (rb"\n[0-9]{10} 00000 n", b"\n0000000005 00000 n"),
        (rb"/Length [0-9]+", b"/Length 3"),
    ],
)
def test_damaged_tables_are_made_anew_and_that_is_told(table: bytes, damaged: bytes) -> None:
    data = dirty("info")
    assert re.search(table, data)
    cleaned, report = engine.scrub(re.sub(table, damaged, data), PROFILE)
    assert report.status is Status.CLEAN, report.reason
    assert cleaned is not None
    assert not says(cleaned)
    assert page_content(cleaned).strip() == page_content(data).strip()
    assert "damaged tables, made anew" in {found.value for found in report.findings}


def test_a_repair_by_which_two_readers_see_different_pages_is_not_believed() -> None:
    whole = saved(sheet())
    data = re.sub(rb"startxref\n[0-9]+", b"startxref\n7", whole)
    plan = handler.plan(data, PROFILE)
    with pytest.raises(NotFaithfulError):
        handler.prove(data, handler.apply(empty_sheet(), plan), plan)


def empty_sheet() -> bytes:
    pdf = sheet()
    page_of(pdf).Contents = Stream(pdf, b"")
    return saved(pdf)


def test_a_form_that_only_its_own_program_shows_is_refused() -> None:
    pdf = sheet()
    pdf.Root.NeedsRendering = True
    cleaned, report = engine.scrub(saved(pdf), PROFILE)
    assert cleaned is None
    assert report.reason is not None
    assert report.reason.code == "unsupported-format"


def test_a_document_without_pages_is_refused() -> None:
    pdf = sheet()
    del pdf.pages[0]
    with pytest.raises(UnreadableError):
        handler.plan(saved(pdf), PROFILE)


def test_a_bomb_is_refused_before_it_goes_off() -> None:
    pdf = sheet()
    page_of(pdf).Contents = Array([Stream(pdf, bytes(40_000_000)) for _ in range(2)])
    out = BytesIO()
    pdf.save(out)
    cleaned, report = engine.scrub(out.getvalue(), PROFILE)
    assert cleaned is None
    assert report.reason is not None
    assert report.reason.code == "too-large"


def test_a_changed_pixel_is_noticed() -> None:
    data = saved(sheet())
    plan = handler.plan(data, PROFILE)
    other = sheet()
    page_of(other).Contents = Stream(other, b"20 20 201 100 re S")
    with pytest.raises(NotFaithfulError):
        handler.prove(data, scrubbed(saved(other)), plan)


def test_a_lost_page_is_noticed() -> None:
    two = sheet()
    two.add_blank_page(page_size=(300, 200))
    data = saved(two)
    with pytest.raises(NotFaithfulError):
        handler.prove(data, scrubbed(saved(sheet())), handler.plan(data, PROFILE))


def test_an_instruction_that_draws_nothing_is_noticed_too() -> None:
    data = saved(sheet())
    other = sheet()
    content = page_of(other).Contents.read_bytes()
    page_of(other).Contents = Stream(other, content + b" q Q")
    with pytest.raises(NotFaithfulError):
        handler.prove(data, scrubbed(saved(other)), handler.plan(data, PROFILE))


def test_a_second_revision_in_the_result_is_noticed() -> None:
    data = saved(sheet())
    plan = handler.plan(data, PROFILE)
    cleaned = handler.apply(data, plan)
    with pytest.raises(NotFaithfulError):
        handler.prove(data, cleaned + b"%%EOF\n", plan)


def test_without_a_plan_nothing_may_differ() -> None:
    data = scrubbed(saved(sheet()))
    assert handler.apply(data, Plan()) is data
    with pytest.raises(NotFaithfulError):
        handler.prove(data, scrubbed(dirty("layer")), Plan())


def test_words_on_the_sheet_stay_and_are_shown_with_page_and_box() -> None:
    pdf = sheet()
    page_of(pdf).Contents = Stream(pdf, b"BT /F1 12 Tf 40 40 Td (Mail: jane.roe@example.com) Tj ET")
    data = saved(pdf)
    plan = handler.plan(data, PROFILE)
    (found,) = [f for f in plan.findings if f.category is Category.EMAIL and "page 1" in f.where]
    assert found.value == "jane.roe@example.com"
    assert found.action is Action.REVIEW
    assert found.carrier_class is CarrierClass.CONTENT
    assert " at 68," in found.where
    assert found.where.endswith("pt")
    assert b"jane.roe@example.com" in page_content(handler.apply(data, plan))


def page_content(data: bytes) -> bytes:
    with Pdf.open(BytesIO(data)) as pdf:
        return pdf.pages[0].obj.Contents.read_bytes()


def test_a_removed_name_that_the_sheet_repeats_is_shown_and_not_hidden() -> None:
    pdf = sheet()
    pdf.docinfo["/Author"] = CANARY
    page_of(pdf).Contents = Stream(pdf, f"BT /F1 12 Tf 40 40 Td ({CANARY}) Tj ET".encode())
    cleaned, report = engine.scrub(saved(pdf), PROFILE)
    assert report.status is Status.CLEAN, report.reason
    assert cleaned is not None
    assert (CANARY, Action.REVIEW) in {(f.value, f.action) for f in report.findings}


def test_a_removed_name_that_a_hidden_place_repeats_is_not_excused() -> None:
    pdf = sheet()
    pdf.docinfo["/Author"] = CANARY
    pdf.Root["/ACME_Owner"] = f"made for {CANARY}"
    cleaned, report = engine.scrub(saved(pdf), PROFILE)
    assert cleaned is None
    assert report.reason is not None
    assert report.reason.code == "residue"


def signed(rect: list[int], flags: int = 0, drawn: str = "tel. of the office") -> bytes:
    pdf = sheet()
    CARRIERS["signature"](pdf)
    look = Stream(pdf, f"BT /F1 9 Tf ({drawn}) Tj [(tel. +49 30) ( 901820)] TJ ET".encode())
    look.Subtype, look.BBox, look.Resources = (
        Name.Form,
        Array([0, 0, 10, 10]),
        page_of(pdf).Resources,
    )
    widget = pdf.Root.AcroForm.Fields[0]
    widget.update(Dictionary(Type=Name.Annot, Subtype=Name.Widget, Rect=rect, F=flags))
    widget.AP = Dictionary(N=pdf.make_indirect(look))
    page_of(pdf).Annots = Array([widget])
    return saved(pdf)


def test_what_a_visible_signature_draws_stays_and_is_shown_to_its_owner() -> None:
    cleaned, report = engine.scrub(signed([0, 0, 10, 10]), PROFILE)
    assert report.status is Status.CLEAN
    assert cleaned is not None
    document = pikepdf.open(BytesIO(cleaned))
    field = document.Root.AcroForm.Fields[0]
    assert "/V" not in field
    assert b"tel. of the office" in field.AP.N.read_bytes()
    reviewed = {(f.carrier, f.value) for f in report.findings if f.action is Action.REVIEW}
    assert ("PDF/Sig.picture", "what a visible signature draws stays") in reviewed
    assert ("PDF/Sig.picture", "+49 30901820") in reviewed


def test_a_visible_signature_that_draws_its_signer_is_refused_with_what_to_send() -> None:
    _, report = engine.scrub(signed([0, 0, 10, 10], drawn=f"by {CANARY}"), PROFILE)
    assert report.reason is not None
    assert report.reason.code == "visible-signature"


@pytest.mark.parametrize(("rect", "flags"), [([5, 5, 5, 5], 0), ([0, 0, 10, 10], 2)])
def test_what_a_signature_draws_where_no_reader_looks_is_gone(rect: list[int], flags: int) -> None:
    cleaned, report = engine.scrub(signed(rect, flags), PROFILE)
    assert report.status is Status.CLEAN
    assert cleaned is not None
    document = pikepdf.open(BytesIO(cleaned))
    assert "/AP" not in document.Root.AcroForm.Fields[0]


def test_field_values_and_notes_stay_and_are_shown() -> None:
    pdf = sheet()
    field = annotate(pdf, Subtype=Name.Widget, FT=Name.Tx, T="name", V="Brandywine")
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]))
    annotate(pdf, Subtype=Name.Square, Contents="ask Brandywine")
    data = saved(pdf)
    plan = handler.plan(data, PROFILE)
    shown = {f.value for f in plan.findings if f.action is Action.REVIEW}
    assert {"Brandywine", "ask Brandywine"} <= shown
    assert says(handler.apply(data, plan), "Brandywine")


def test_a_link_inside_the_document_and_to_the_web_stays() -> None:
    pdf = sheet()
    annotate(pdf, Subtype=Name.Link, A=Dictionary(S=Name.URI, URI="https://example.com/plate"))
    annotate(pdf, Subtype=Name.Link, A=Dictionary(S=Name.GoTo, D=Array([page_of(pdf), Name.Fit])))
    cleaned = scrubbed(saved(pdf))
    with Pdf.open(BytesIO(cleaned)) as after:
        kinds = [str(one.A.S) for one in after.pages[0].obj.Annots]
    assert kinds == ["/URI", "/GoTo"]


def test_a_file_pinned_to_the_sheet_leaves_only_its_pin() -> None:
    with Pdf.open(BytesIO(scrubbed(dirty("pinned_file")))) as after:
        (pin,) = list(after.pages[0].obj.Annots)
        assert pin.Subtype == Name.Stamp
        assert "/AP" in pin
        assert "/FS" not in pin


def test_a_3d_model_stays_without_its_script_and_is_shown() -> None:
    pdf = sheet()
    model = Stream(pdf, b"PRC model", Type=Name("/3D"), Subtype=Name.PRC)
    model.OnInstantiate = Stream(pdf, b"script by Quillfeather")
    annotate(pdf, Subtype=Name("/3D"), **{"3DD": pdf.make_indirect(model)})
    data = saved(pdf)
    plan = handler.plan(data, PROFILE)
    cleaned = handler.apply(data, plan)
    assert b"PRC model" in b"".join(_streams(cleaned))
    assert not says(cleaned)
    assert "PDF/3D" in {f.carrier for f in plan.findings if f.action is Action.REVIEW}


def test_a_font_called_like_metadata_is_still_a_font() -> None:
    pdf = sheet()
    fonts = page_of(pdf).Resources.Font
    fonts["/Metadata"] = fonts.F1
    page_of(pdf).Contents = Stream(pdf, b"BT /Metadata 12 Tf 40 40 Td (PLATE) Tj ET")
    data = saved(pdf)
    plan = handler.plan(data, PROFILE)
    cleaned = handler.apply(data, plan)
    handler.prove(data, cleaned, plan)
    with Pdf.open(BytesIO(cleaned)) as after:
        assert "/Metadata" in after.pages[0].obj.Resources.Font


def test_bookmarks_with_a_path_are_shown() -> None:
    pdf = sheet()
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(r"C:\Users\brandywine\plate.dwg", 0))
    plan = handler.plan(saved(pdf), PROFILE)
    assert Category.PATH in {f.category for f in plan.findings if f.action is Action.REVIEW}


def _streams(data: bytes) -> list[bytes]:
    with Pdf.open(BytesIO(data)) as pdf:
        return [
            held.read_bytes()
            for held in pdf.objects
            if isinstance(held, Stream) and held.get("/Filter") != Name.DCTDecode
        ]
