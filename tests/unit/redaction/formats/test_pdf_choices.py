"""Words that are to go from a PDF: gone from its streams and strings; nothing else moves."""

import re
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from redaction import engine
from redaction.errors import NotFaithfulError
from redaction.formats import pdf as handler
from redaction.formats import pdf_choices, pdf_sheet
from redaction.model import Action, Category, Profile
from redaction.report import Report, Status
from tests.unit.redaction.formats.pdf_papers import (
    CANARY,
    CARRIERS,
    annotate,
    page_of,
    saved,
    says,
    sheet,
)
from tests.unit.redaction.formats.test_pdf import signed

PEOPLE = Profile("people", frozenset({Category.PERSON, Category.EMAIL, Category.PHONE}))
NOTES = Profile("notes", frozenset({Category.COMMENT}))
WHO = "H. Zauberfluss"
REST = "12.5 H7"


def drawn(content: str | bytes, **fonts: object) -> bytes:
    pdf = sheet()
    for name, font in fonts.items():
        page_of(pdf).Resources.Font[f"/{name}"] = font
    raw = content if isinstance(content, bytes) else content.encode("latin-1")
    page_of(pdf).Contents = Stream(pdf, raw)
    return saved(pdf)


def text(data: bytes) -> str:
    found: list[str] = []
    pdf_sheet.each(data, lambda page: found.append(page.text))
    return "\n".join(found)


def scrubbed(data: bytes, profile: Profile = PEOPLE) -> bytes:
    cleaned, report = engine.scrub(data, profile)
    assert report.status is Status.CLEAN, report.reason
    assert cleaned is not None
    return cleaned


def refused(data: bytes, profile: Profile = PEOPLE) -> str:
    _, report = engine.scrub(data, profile)
    assert report.reason is not None
    return report.reason.code


def hexed(said: str) -> str:
    return "".join(f"{ord(character):04x}" for character in said)


def simple(**more: object) -> Dictionary:
    described = Dictionary(Type=Name.FontDescriptor, FontName=Name.Foo, Flags=32)
    return Dictionary(
        Type=Name.Font,
        Subtype=Name.TrueType,
        BaseFont=Name.Foo,
        Encoding=Name.WinAnsiEncoding,
        FontDescriptor=described,
        **more,
    )


def composite(pdf: Pdf, encoding: object) -> Dictionary:
    """Return a font of two-byte codes that are the characters themselves."""
    unicode = Stream(
        pdf,
        b"begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange "
        b"1 beginbfrange <0020> <00ff> <0020> endbfrange endcmap",
    )
    below = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name.Foo,
        CIDSystemInfo=Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
        DW=600,
        W=Array([32, Array([300]), 65, 70, 700]),
        FontDescriptor=Dictionary(Type=Name.FontDescriptor, FontName=Name.Foo, Flags=4),
    )
    return Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=Name.Foo,
        Encoding=encoding,
        DescendantFonts=Array([below]),
        ToUnicode=unicode,
    )


SHOWN = {
    "Tj": f"BT /F1 9 Tf 20 90 Td (Drawn by {WHO} {REST}) Tj (!) Tj ET",
    "TJ": f"BT /F1 9 Tf 20 90 Td [(Drawn b) 20 (y {WHO[:4]}) -15.5 ({WHO[4:]} {REST})] TJ ET",
    "quote": f"BT /F1 9 Tf 20 90 Td 11 TL (Drawn by {WHO} {REST}) ' (!) ' ET",
    "quotes": f'BT /F1 9 Tf 20 90 Td 11 TL 2 1 (Drawn by {WHO} {REST}) " (a b) Tj ET',
    "spaced": f"BT /F1 9 Tf 1.5 Tc 3 Tw 80 Tz 4 Ts 20 90 Td (Drawn by {WHO} {REST}) Tj (!) Tj ET",
    "turned": f"q 0 1 -1 0 150 0 cm BT /F1 9 Tf 20 90 Td (Drawn by {WHO} {REST}) Tj ET Q",
    "hex": f"BT /F1 9 Tf 20 90 Td <{f'Drawn by {WHO} {REST}'.encode().hex()}> Tj ET",
    "spelt": "BT /F1 9 Tf 20 90 Td "
    + " ".join(f"({letter}) Tj" for letter in f"Drawn by {WHO} {REST}")
    + " ET",
    "kept state": f"q BT /F1 30 Tf ET Q BT /F1 9 Tf 20 90 TD "
    f"(Drawn by {WHO} {REST}) Tj T* (!) Tj ET",
    "bold by two strokes": f"BT /F1 9 Tf 20 90 Td (Drawn by {WHO} {REST}) Tj ET "
    f"BT /F1 9 Tf 20.2 90 Td (Drawn by {WHO} {REST}) Tj ET",
    "Courier": f"BT /F3 9 Tf 20 90 Td (Drawn by {WHO} {REST}) Tj (!) Tj ET",
    "widths": f"BT /F4 9 Tf 20 90 Td (Drawn by {WHO} {REST}) Tj (!) Tj ET",
}
FONTS = {
    "F3": Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Courier),
    "F4": simple(FirstChar=32, LastChar=126, Widths=Array([555.7] * 95)),
}


@pytest.mark.parametrize("how", SHOWN)
def test_a_word_goes_however_it_is_shown_and_nothing_else_moves(how: str) -> None:
    data = drawn(SHOWN[how], **FONTS)
    assert WHO in text(data)
    plan = handler.plan(data, PEOPLE)
    cleaned = handler.apply(data, plan)
    assert not says(cleaned, "Zauberfluss")
    assert "Zauberfluss" not in text(cleaned)
    assert REST in text(cleaned)
    assert "Drawn by" in text(cleaned)
    proofs = handler.prove(data, cleaned, plan)
    assert [proof.oracle for proof in proofs] == ["tokens", "entities", "pixels"]
    assert not handler.plan(cleaned, PEOPLE).changes
    assert scrubbed(data) == cleaned


def test_a_word_goes_from_fonts_of_two_bytes() -> None:
    cmap = (
        b"begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange "
        b"1 begincidrange <0020> <007e> 32 endcidrange endcmap"
    )
    for embedded in (False, True):
        pdf = sheet()
        encoding = Stream(pdf, cmap, Type=Name.CMap) if embedded else Name("/Identity-H")
        page_of(pdf).Resources.Font.F2 = composite(pdf, encoding)
        shown = hexed(f"Drawn by {WHO} {REST}")
        page_of(pdf).Contents = Stream(
            pdf, f"BT /F2 9 Tf 20 90 Td <{shown}> Tj <0041> Tj ET".encode()
        )
        cleaned = scrubbed(saved(pdf))
        assert "Zauber" not in text(cleaned)
        assert REST in text(cleaned)


def test_a_word_goes_from_a_form_wherever_it_is_drawn() -> None:
    pdf = sheet()
    block = Stream(pdf, f"BT /F1 9 Tf 5 5 Td (Drawn by {WHO}) Tj ET".encode())
    block.Subtype, block.BBox, block.Matrix = (
        Name.Form,
        Array([0, 0, 150, 20]),
        Array([2, 0, 0, 2, 9, 9]),
    )
    block.Resources = Dictionary(Font=page_of(pdf).Resources.Font)
    pdf.add_blank_page(page_size=(300, 200))
    for page in pdf.pages:
        page.obj.Resources = Dictionary(XObject=Dictionary(Fm=block))
        page.obj.Contents = Stream(pdf, b"q 1 0 0 1 20 20 cm /Fm Do Q 1 0 0 1 20 120 cm /Fm Do")
    cleaned = scrubbed(saved(pdf))
    assert not says(cleaned, "Zauberfluss")
    assert text(cleaned).count("Drawn by") == 4


def test_only_what_was_chosen_goes() -> None:
    data = drawn(f"BT /F1 9 Tf 20 90 Td (Drawn by {WHO}) Tj 0 -20 Td (Checked by K. Okonkwo) Tj ET")
    _, report = engine.scrub(data, Profile())
    (line,) = [found for found in report.findings if found.value == WHO]
    cleaned = scrubbed(data, Profile(redact_findings=frozenset({line.id})))
    assert "Zauberfluss" not in text(cleaned)
    assert "K. Okonkwo" in text(cleaned)


def test_dimensions_tolerances_part_numbers_and_standards_stay() -> None:
    rows = [
        "12.5 H7",
        "ISO 2768-mK",
        "KR-4711-02 REV C",
        "R5 TYP",
        "4x M6",
        "EN 10025-2 S355J2",
        "Ra 3.2",
    ]
    shown = " ".join(f"({row}) Tj 0 -12 Td" for row in rows)
    strict = Profile("strict", frozenset(Category))
    cleaned = scrubbed(drawn(f"BT /F1 9 Tf 20 180 Td {shown} (Drawn by {WHO}) Tj ET"), strict)
    assert all(row in text(cleaned) for row in rows)
    assert "Zauberfluss" not in text(cleaned)


def test_parts_of_a_name_go_too_and_words_of_everybody_are_only_told() -> None:
    content = "BT /F1 9 Tf 20 90 Td (Drawn by Marvin Field) Tj 0 -20 Td (field 4, Marvin) Tj ET"
    _, report = engine.scrub(drawn(content), PEOPLE)
    cleaned = scrubbed(drawn(content))
    assert "Marvin" not in text(cleaned)
    assert "field 4" in text(cleaned)
    assert ("Field", Action.KEPT) in {(found.value, found.action) for found in report.findings}


def test_what_was_read_in_a_scan_is_refused_for_its_picture_says_it_too() -> None:
    scan = f"q 300 0 0 200 0 0 cm /Im Do Q BT 3 Tr /F1 9 Tf 20 90 Td (Drawn by {WHO}) Tj ET"
    assert refused(drawn(scan)) == "cannot-redact-content"
    pdf = sheet()
    page_of(pdf).Contents = Stream(pdf, scan.partition("Q ")[2].encode())
    del page_of(pdf).Resources.XObject
    assert "Zauberfluss" not in text(scrubbed(saved(pdf)))


def test_a_font_whose_widths_nobody_knows_is_refused() -> None:
    data = drawn(f"BT /F5 9 Tf 20 90 Td (Drawn by {WHO}) Tj ET", F5=simple())
    assert refused(data) == "cannot-redact-content"


def test_a_second_wording_does_not_keep_the_word() -> None:
    content = (
        f"/Span <</ActualText (by {WHO})>> BDC BT /F1 9 Tf 20 90 Td (Drawn by {WHO}) Tj ET EMC"
    )
    cleaned = scrubbed(drawn(content))
    assert not says(cleaned, "Zauberfluss")


def test_a_note_loses_the_word_in_what_it_says_and_in_what_it_draws() -> None:
    pdf = sheet()
    note = annotate(
        pdf, Subtype=Name.FreeText, Contents=f"ask {WHO}, tel. +49 30 901820", RC="<p/>"
    )
    look = f"BT /F1 3 Tf 1 5 Td (ask {WHO}) Tj 0 -4 Td (bore 12.5 H7) Tj ET 0 0 9 9 re S"
    note.AP.N = Stream(pdf, look.encode(), Subtype=Name.Form, BBox=Array([0, 0, 60, 10]))
    note.AP.N.Resources = page_of(pdf).Resources
    cleaned = scrubbed(saved(pdf))
    assert not says(cleaned, "Zauberfluss 901820")
    document = pikepdf.open(BytesIO(cleaned))
    after = page_of(document).Annots[0]
    assert str(after.Contents) == "ask [name], tel. [phone]"
    assert b"bore 12.5 H7" in after.AP.N.read_bytes()
    assert b"0 0 9 9 re" in after.AP.N.read_bytes()


def test_a_note_that_is_to_go_as_a_whole_says_and_draws_no_words() -> None:
    pdf = sheet()
    note = annotate(pdf, Subtype=Name.FreeText, Contents="ask in the office")
    note.AP.N = Stream(pdf, b"BT /F1 3 Tf (ask in) Tj 0 -4 Td (the office) Tj ET 0 0 9 9 re S")
    note.AP.N.Subtype, note.AP.N.BBox = Name.Form, Array([0, -9, 60, 10])
    note.AP.N.Resources = page_of(pdf).Resources
    cleaned = scrubbed(saved(pdf), NOTES)
    document = pikepdf.open(BytesIO(cleaned))
    after = page_of(document).Annots[0]
    assert not says(cleaned, "office")
    assert str(after.Contents) == ""
    assert b"0 0 9 9 re" in after.AP.N.read_bytes()


def test_a_field_is_labelled_by_its_name_and_loses_its_value() -> None:
    pdf = sheet()
    field = annotate(pdf, Subtype=Name.Widget, FT=Name.Tx, T="Drawn by", V="Fazeli")
    field.AP.N = Stream(pdf, b"/Tx BMC BT /F1 3 Tf 1 1 Td (Fazeli) Tj ET EMC")
    field.AP.N.Subtype, field.AP.N.BBox = Name.Form, Array([0, 0, 20, 20])
    field.AP.N.Resources = page_of(pdf).Resources
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]))
    cleaned = scrubbed(saved(pdf))
    assert not says(cleaned, "Fazeli")
    document = pikepdf.open(BytesIO(cleaned))
    assert str(page_of(document).Annots[0].V) == "[name]"


def test_bookmarks_layers_choices_and_alternative_texts_lose_the_word() -> None:
    pdf = sheet()
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(f"Sheet, drawn by {WHO}", 0))
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=f"checked by {WHO}"))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(Order=Array([layer])))
    pdf.Root.StructTreeRoot = Dictionary(
        Type=Name.StructTreeRoot, K=Dictionary(S=Name.Figure, Alt=f"photo by {WHO}")
    )
    choice = annotate(pdf, Subtype=Name.Widget, FT=Name.Ch, T="who", V="a")
    choice.Opt = Array([String("a"), Array([String("b"), String("b")]), String(f"by {WHO}")])
    pdf.Root.AcroForm = Dictionary(Fields=Array([choice]))
    cleaned = scrubbed(saved(pdf))
    assert not says(cleaned, "Zauberfluss")


def test_the_picture_of_a_signature_goes_with_the_name_it_draws() -> None:
    data = signed([0, 0, 10, 10], drawn=f"by {CANARY}")
    assert refused(data, Profile()) == "visible-signature"
    cleaned = scrubbed(data)
    assert not says(cleaned)
    document = pikepdf.open(BytesIO(cleaned))
    assert "/AP" not in document.Root.AcroForm.Fields[0]


def test_a_signer_whom_only_glyphs_draw_is_told_and_stays_to_the_pixel() -> None:
    pdf = pikepdf.open(BytesIO(signed([0, 0, 60, 20])))
    look = pdf.Root.AcroForm.Fields[0].AP.N
    look.BBox = Array([0, 0, 60, 20])
    look.Resources = Dictionary(
        Font=Dictionary(F2=pdf.make_indirect(composite(pdf, Name("/Identity-H"))))
    )
    look.write(f"BT /F2 3 Tf 2 5 Td <{hexed(CANARY)}> Tj ET".encode())
    data = saved(pdf)
    _, report = engine.scrub(data, Profile())
    assert report.status is Status.CLEAN, report.reason
    told = {(found.carrier, found.value, found.action) for found in report.findings}
    assert ("PDF/Sig.picture", CANARY, Action.REVIEW) in told
    document = pikepdf.open(BytesIO(scrubbed(data)))
    assert "/AP" not in document.Root.AcroForm.Fields[0]


@pytest.mark.parametrize("broken", [{"BBox": Array([1, 2])}, {"BBox": Name.No}, {"Matrix": 7}])
def test_what_an_annotation_draws_without_a_frame_is_not_read(broken: dict[str, object]) -> None:
    pdf = sheet()
    note = annotate(pdf, Subtype=Name.Square)
    for key, value in broken.items():
        note.AP.N[f"/{key}"] = value
    scrubbed(saved(pdf))


def test_the_author_goes_from_the_page_too_where_people_are_to_go() -> None:
    pdf = sheet()
    CARRIERS["info"](pdf)
    page_of(pdf).Contents = Stream(
        pdf, f"BT /F1 9 Tf 20 90 Td ({CANARY.split()[1]} 7) Tj ET".encode()
    )
    cleaned = scrubbed(saved(pdf))
    assert not says(cleaned)
    assert "7" in text(cleaned)


def taken(content: str) -> tuple[bytes, bytes]:
    data = drawn(content)
    return data, handler.apply(data, handler.plan(data, PEOPLE))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"12.5", b"12.6"),  # a character became another one
        (b"Td", b"Td 0.5 0 Td"),  # everything moved
        (b"S\n", b"f\n"),  # a line is drawn otherwise
        (b"]", b"(H. Zauberfluss) ]"),  # the word is back
        (b"0 0 m", b"0.01 0 m"),  # no dot differs
    ],
)
def test_any_other_change_of_the_page_is_noticed(old: bytes, new: bytes) -> None:
    data, cleaned = taken(
        f"BT /F1 9 Tf 20 90 Td (Drawn by {WHO} {REST}) Tj ET 40 40 m 90 40 l S 0 0 m 0 0 l n"
    )
    pdf = pikepdf.open(BytesIO(cleaned))
    content = page_of(pdf).Contents.read_bytes()
    assert old in content
    page_of(pdf).Contents = Stream(pdf, content.replace(old, new, 1))
    tampered = handler.apply(saved(pdf), handler.plan(saved(pdf), Profile()))
    with pytest.raises(NotFaithfulError):
        handler.prove(data, tampered, handler.plan(data, PEOPLE))


def test_a_character_that_moves_without_a_dot_of_ink_is_noticed() -> None:
    pdf = sheet()
    del page_of(pdf).Resources.XObject
    content = f"BT 3 Tr /F1 9 Tf 20 90 Td (Drawn by {WHO} {REST}) Tj ET"
    page_of(pdf).Contents = Stream(pdf, content.encode())
    data = saved(pdf)
    plan = handler.plan(data, PEOPLE)
    cleaned = handler.apply(data, plan)
    after = pikepdf.open(BytesIO(cleaned))
    cut = page_of(after).Contents.read_bytes()
    page_of(after).Contents = Stream(after, re.sub(rb"-[0-9.]+", b"-7", cut))
    tampered = handler.apply(saved(after), handler.plan(saved(after), Profile()))
    assert tampered != cleaned
    with pytest.raises(NotFaithfulError, match="a character moved"):
        handler.prove(data, tampered, plan)


def test_a_note_that_is_moved_or_lost_is_noticed() -> None:
    pdf = sheet()
    annotate(pdf, Subtype=Name.Square, Contents=f"ask {WHO}")
    data = saved(pdf)
    plan = handler.plan(data, PEOPLE)
    cleaned = handler.apply(data, plan)
    for change in ("lost", "moved"):
        after = pikepdf.open(BytesIO(cleaned))
        if change == "lost":
            page_of(after).Annots = Array()
        else:
            page_of(after).Annots[0].Rect = Array([11, 150, 31, 170])
        tampered = handler.apply(saved(after), handler.plan(saved(after), Profile()))
        with pytest.raises(NotFaithfulError):
            handler.prove(data, tampered, plan)


def test_what_is_still_there_after_all_rounds_refuses_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pdf_choices, "_is_marked", lambda glyph, marked: False)
    assert refused(drawn(SHOWN["Tj"])) == "cannot-redact-content"


def test_the_report_says_what_was_taken_out_and_where() -> None:
    report = engine.scrub(drawn(SHOWN["Tj"]), PEOPLE)[1]
    assert _lines(report) == [("PDF/page text", WHO, Action.REPLACED, "name.labelled")]


def _lines(report: Report) -> list[tuple[str, str, Action, str]]:
    return [
        (found.carrier, found.value, found.action, found.rule)
        for found in report.findings
        if found.category is Category.PERSON and found.carrier == "PDF/page text"
    ]
