"""What its owner chose is gone, all other words stay, and the proof holds: in every format that
has words of its own.

A format that cannot take a choice out refuses the file; none keeps it silently.
"""

from collections.abc import Callable, Mapping
from io import BytesIO
from zipfile import ZipFile

import pytest
from pikepdf import Stream
from pypdfium2 import PdfDocument

from redaction import engine
from redaction.formats.dwg_streams import Drawing
from redaction.formats.dwg_strings import strings
from redaction.model import Action, Category, Profile
from redaction.report import Report, ReportedFinding, Status
from tests.unit.redaction.formats import (
    dwg_coded_drawings,
    dwg_drawings,
    dxf_drawings,
    iges_papers,
    packages,
    pdf_papers,
    step_papers,
)

CHOSEN = "Wilhelmina Zauberfluss"
OTHER = "Peregrin Tuckborough"
SUPPLIER = Profile()
NOTE = "ISO 4762 M8x20 10.9 +0.1 -0.05 P-N 4711-0815"
FIRST = f"Drawn by: {CHOSEN}"
SECOND = f"Checked by: {OTHER}"


def _step() -> bytes:
    items = (FIRST, SECOND, NOTE, f"see {FIRST} again")
    return step_papers.paper(
        "".join(
            f"#{number}=DESCRIPTIVE_REPRESENTATION_ITEM('note','{said}');\n"
            for number, said in enumerate(items, 90)
        )
    )


def _iges() -> bytes:
    texts = [
        f"212,1,{len(said)},1.,1.,1,1.57,0.,0,0,0.,0.,0.,{iges_papers.hollerith(said)};"
        for said in (FIRST, SECOND, NOTE)
    ]
    return iges_papers.paper(parameters=texts)


def _dxf(form: Callable[..., bytes] = dxf_drawings.text) -> bytes:
    said = (FIRST, SECOND, NOTE, FIRST)
    return form(
        dxf_drawings.drawing(
            entities=[
                tag
                for number, words in enumerate(said, 0x50)
                for tag in ((0, "TEXT"), (5, f"{number:X}"), (8, "0"), (1, words))
            ]
        )
    )


def _split_dxf() -> bytes:
    spelt = FIRST.replace("Wilhelmina", "\\LWilhel\\lmina")
    return dxf_drawings.text(
        dxf_drawings.drawing(
            entities=[
                *((0, "MTEXT"), (5, "50"), (8, "0"), (1, spelt)),
                *((0, "TEXT"), (5, "51"), (8, "0"), (1, SECOND)),
                *((0, "TEXT"), (5, "52"), (8, "0"), (1, NOTE)),
            ]
        )
    )


def _dwg(version: bytes) -> bytes:
    said = (FIRST, SECOND, NOTE, FIRST)
    bodies = [dwg_drawings.saying(version, 1, [words]) for words in said]
    if version == b"AC1021":
        return dwg_coded_drawings.coded(bodies)
    form = dwg_drawings.plain if version < b"AC1018" else dwg_drawings.container
    return form(version, bodies)


def _svg() -> bytes:
    given, family = CHOSEN.split()
    return (
        '<svg width="9" height="9"><path d="M0 0L9 9"/>'
        f"<text>Drawn by: <tspan>{given}</tspan> <tspan>{family}</tspan></text>"
        f"<text>{SECOND}</text><text>{NOTE}</text></svg>"
    ).encode()


def _docx() -> bytes:
    given, family = CHOSEN.split()
    runs = (("Drawn by: ", given, f" {family}"), (SECOND,), (NOTE,))
    body = "".join(
        "<w:p>" + "".join(f"<w:r><w:t>{said}</w:t></w:r>" for said in run) + "</w:p>"
        for run in runs
    )
    return packages.docx(
        body=f'<w:document xmlns:w="urn:w"><w:body>{body}</w:body></w:document>',
        rels=packages.relations(),
    )


def _xlsx() -> bytes:
    cells = "".join(
        f'<row><c t="inlineStr"><is><t>{said}</t></is></c></row>' for said in (FIRST, SECOND, NOTE)
    )
    sheet = f'<worksheet xmlns:r="urn:r"><sheetData>{cells}</sheetData></worksheet>'
    return packages.xlsx({"xl/worksheets/sheet1.xml": sheet})


def _odt() -> bytes:
    given, family = CHOSEN.split()
    spelt = f"Drawn by: {given}<text:span> {family}</text:span>"
    said = "".join(f"<text:p>{words}</text:p>" for words in (spelt, SECOND, NOTE))
    return packages.odt(
        {"content.xml": f'<o:text xmlns:o="urn:o" xmlns:text="urn:t">{said}</o:text>'}
    )


def _pdf() -> bytes:
    pdf = pdf_papers.sheet()
    said = "".join(
        f"BT /F1 9 Tf 20 {y} Td ({words}) Tj ET "
        for y, words in ((190, FIRST), (160, SECOND), (130, NOTE))
    )
    contents = pdf_papers.page_of(pdf).Contents
    pdf_papers.page_of(pdf).Contents = Stream(pdf, contents.read_bytes() + b" " + said.encode())
    return pdf_papers.saved(pdf)


def _obj() -> bytes:
    names = "".join(f"o {said}\nv 0 0 {n}\n" for n, said in enumerate((FIRST, SECOND, NOTE)))
    return f"{names}f 1 2 3\n".encode()


def _zip() -> bytes:
    return packages.zipped({"a.step": _step(), "b.svg": _svg(), "note.txt": "Ten pieces\n"})


TAKEN: Mapping[str, Callable[[], bytes]] = {
    "step": _step,
    "iges": _iges,
    "dxf": _dxf,
    "binary dxf": lambda: _dxf(dxf_drawings.binary),
    "dxf with codes inside a name": _split_dxf,
    "dwg 2000": lambda: _dwg(b"AC1015"),
    "dwg 2004": lambda: _dwg(b"AC1018"),
    "dwg 2007": lambda: _dwg(b"AC1021"),
    "dwg 2018": lambda: _dwg(b"AC1032"),
    "svg": _svg,
    "docx": _docx,
    "xlsx": _xlsx,
    "odt": _odt,
    "obj": _obj,
    "pdf": _pdf,
    "zip": _zip,
}


def _layer() -> bytes:
    return dxf_drawings.text(
        dxf_drawings.drawing(tables=[(0, "LAYER"), (5, "10"), (2, FIRST), (70, 0)])
    )


def _three() -> bytes:
    core = "http:" + "//schemas.microsoft.com/3dmanufacturing/core/2015/02"
    return packages.zipped(
        {
            "[Content_Types].xml": '<Types><Default Extension="model" ContentType="application/'
            'vnd.ms-package.3dmanufacturing-3dmodel+xml"/></Types>',
            "_rels/.rels": packages.relations(("3dmodel", "3D/m.model", False)),
            "3D/m.model": f'<model xmlns="{core}"><resources><object id="1" name="{FIRST}"><mesh>'
            '<vertices><vertex x="0" y="0" z="0"/></vertices><triangles/></mesh></object>'
            '</resources><build><item objectid="1"/></build></model>',
        }
    )


REFUSED: Mapping[str, Callable[[], bytes]] = {"a layer's name": _layer, "3mf": _three}


def _report(data: bytes, profile: Profile = SUPPLIER) -> Report:
    return engine.inspect(data, profile)


def _found(report: Report, value: str) -> list[ReportedFinding]:
    return [found for found in report.findings if found.value == value]


def _spoken(data: bytes) -> str:
    """Return everything a file says, unpacked, without the marks between runs."""
    if data.startswith(b"AC10"):
        drawing = Drawing(data)
        said = strings(drawing.objects(), drawing.text)
        return "\n".join(one.raw.decode(drawing.text.codec) for one in said)
    if data.startswith(b"PK"):
        with ZipFile(BytesIO(data)) as archive:
            return "\n".join(_spoken(archive.read(name)) for name in archive.namelist())
    if data.startswith(b"%PDF"):
        with PdfDocument(data) as document:
            return str(document[0].get_textpage().get_text_range())
    text = data.decode("utf-8", "replace")
    if data[:1] == b"<":
        for mark in ("</w:t></w:r><w:r><w:t>", "<tspan>", "</tspan>", "<text:span>"):
            text = text.replace(mark, "")
    if b"S      1\n" in data[:81]:
        text = "".join(line[:64] for line in text.splitlines() if line[72:73] == "P")
    return text


@pytest.mark.parametrize("form", TAKEN)
def test_a_chosen_finding_is_gone_and_all_other_words_stay(form: str) -> None:
    data = TAKEN[form]()
    before = _report(data)
    chosen = _found(before, CHOSEN)
    assert chosen, [found.value for found in before.findings]
    assert {found.action for found in chosen} == {Action.REVIEW}
    profile = Profile(redact_findings=frozenset(found.id for found in chosen))
    cleaned, report = engine.scrub(data, profile)
    assert report.status is Status.CLEAN, report.reason
    assert report.identical
    assert cleaned is not None
    said = _spoken(cleaned)
    assert not [part for part in CHOSEN.split() if part in said]
    assert "[name]" in said or form in ("iges", "pdf")
    assert OTHER in said
    assert NOTE in said
    # The report tells of the same findings by the same ids: one went, all others did not move.
    assert {found.id for found in _found(report, CHOSEN)} == profile.redact_findings
    assert {found.action for found in _found(report, CHOSEN)} == {Action.REPLACED}
    kept = {found.id: found.action for found in before.findings} | {
        found.id: Action.REPLACED for found in chosen
    }
    assert {found.id: found.action for found in report.findings} == kept


@pytest.mark.parametrize("form", TAKEN)
def test_a_kind_that_a_profile_names_goes_everywhere(form: str) -> None:
    cleaned, report = engine.scrub(TAKEN[form](), Profile("x", frozenset({Category.PERSON})))
    assert report.status is Status.CLEAN, report.reason
    said = _spoken(cleaned or b"")
    assert not [part for part in (CHOSEN, OTHER) if part in said]
    assert NOTE in said


@pytest.mark.parametrize("form", REFUSED)
def test_what_cannot_be_taken_out_is_never_kept_silently(form: str) -> None:
    data = REFUSED[form]()
    chosen = frozenset(found.id for found in _found(_report(data), CHOSEN))
    assert chosen
    for profile in (
        Profile(redact_findings=chosen),
        Profile("x", frozenset({Category.PERSON})),
    ):
        cleaned, report = engine.scrub(data, profile)
        assert cleaned is None
        assert report.reason is not None
        assert report.reason.code == "cannot-redact-content"
        assert CHOSEN in {found.value for found in report.findings}


def test_a_choice_that_is_not_in_the_file_is_refused() -> None:
    cleaned, report = engine.scrub(_step(), Profile(redact_findings=frozenset({"0" * 16})))
    assert cleaned is None
    assert report.reason is not None
    assert report.reason.code == "unknown-choice"


def test_the_second_choice_names_what_the_first_report_named() -> None:
    data = _svg()
    before = _report(data)
    first, second = (_found(before, name)[0].id for name in (CHOSEN, OTHER))
    between = _report(data, Profile(redact_findings=frozenset({first})))
    assert _found(between, OTHER)[0].id == second
    cleaned, report = engine.scrub(data, Profile(redact_findings=frozenset({first, second})))
    assert report.status is Status.CLEAN
    assert cleaned is not None
    assert _spoken(cleaned).count("[name]") == 2


def test_an_id_names_nobody_and_tells_two_in_one_place_apart() -> None:
    data = _docx()
    report = _report(data)
    ids = [found.id for found in report.findings]
    assert len(set(ids)) == len(ids)
    other = _report(data.replace(CHOSEN.encode(), b"Rosamunde Zauberfluss"))
    assert [found.id for found in other.findings] == ids


def test_every_finding_says_which_rule_found_it_and_why() -> None:
    document = _report(_step()).to_json(show_values=True)
    findings = document["findings"]
    assert isinstance(findings, list)
    told = {found["value"]: found for found in findings if found["action"] == "review"}
    assert told[CHOSEN]["rule"] == "name.labelled"
    assert told[CHOSEN]["why"].startswith("A label before it")
    assert 0.5 <= told[CHOSEN]["confidence"] <= 1.0
