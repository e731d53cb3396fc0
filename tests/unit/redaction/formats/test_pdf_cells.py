"""Title blocks in PDF: whom a cell names is told by the cell beside or above it."""

import pytest
from pikepdf import Array, Dictionary, Name, Stream

from redaction.formats import pdf_cells, pdf_sheet
from tests.unit.redaction.formats.pdf_papers import page_of, saved, sheet

Spot = tuple[float, float, str]

# How a line is turned: the matrix of the page, under which the same block stands otherwise.
TURNS = {
    "upright": "1 0 0 1 0 0",
    "upwards": "0 1 -1 0 200 0",
    "upside down": "-1 0 0 -1 300 200",
    "downwards": "0 -1 1 0 0 300",
}


def drawn(spots: list[Spot], turn: str = "1 0 0 1 0 0", size: int = 8) -> bytes:
    """Return a sheet on which each text stands at its spot."""
    pdf = sheet()
    shown = " ".join(f"1 0 0 1 {x} {y} Tm ({text}) Tj" for x, y, text in spots)
    page_of(pdf).Contents = Stream(pdf, f"{turn} cm BT /F1 {size} Tf {shown} ET".encode())
    return saved(pdf)


def named(data: bytes) -> dict[str, float]:
    """Return whom the only page of ``data`` names, and how surely."""
    found: dict[str, float] = {}

    def look(page: pdf_sheet.Sheet) -> None:
        for span in pdf_cells.find(page):
            found[page.text[span.start : span.end]] = span.confidence

    pdf_sheet.each(data, look)
    return found


def block(*rows: tuple[str, str]) -> list[Spot]:
    return [
        spot
        for at, (label, value) in enumerate(rows)
        for spot in ((20.0, 100.0 - 12 * at, label), (80.0, 100.0 - 12 * at, value))
    ]


SHUFFLED = [
    (80.0, 88.0, "FAZELI"),
    (20.0, 100.0, "DRAWN"),
    (200.0, 40.0, "SCALE 1:2"),
    (80.0, 100.0, "OKONKWO"),
    (20.0, 88.0, "CHECKED"),
]


@pytest.mark.parametrize("turn", TURNS)
def test_a_name_beside_its_label_is_found_however_the_block_is_turned(turn: str) -> None:
    found = named(drawn(SHUFFLED, TURNS[turn]))
    assert found["FAZELI"] >= 0.8
    assert found["OKONKWO"] >= 0.8


def test_a_name_below_its_label_is_found() -> None:
    spots = [(20.0, 100.0, "DRAWN BY"), (120.0, 100.0, "WEIGHT"), (20.0, 90.0, "FAZELI")]
    assert named(drawn(spots))["FAZELI"] >= 0.8


def test_a_label_far_away_labels_nothing() -> None:
    apart = (150.0, 100.0, "SCALE 1:2")
    spots = [(20.0, 180.0, "DRAWN BY"), apart, (20.0, 20.0, "FAZELI"), (250.0, 180.0, "OKONKWO")]
    assert not named(drawn(spots))


def test_what_is_turned_otherwise_is_another_block() -> None:
    pdf = sheet()
    page_of(pdf).Contents = Stream(
        pdf,
        b"BT /F1 8 Tf 1 0 0 1 20 100 Tm (DRAWN BY) Tj 1 0 0 1 20 20 Tm (SCALE 1:2) Tj"
        b" 0 1 -1 0 80 100 Tm (FAZELI) Tj ET",
    )
    assert not named(saved(pdf))


def test_a_lone_word_that_labels_other_things_too_only_suggests_a_name() -> None:
    assert named(drawn(block(("NAME", "FAZELI")))) == {"FAZELI": 0.78}
    assert named(drawn(block(("NAME", "FAZELI"), ("CHECKED", "OKONKWO"))))["FAZELI"] > 0.8


def test_other_cells_of_the_block_name_nobody() -> None:
    rows = [
        ("DRAWN", "APPROVED"),
        ("CHECKED", "12.5 H7"),
        ("APPROVED", "SEE NOTE 4 ON SHEET"),
        ("MATERIAL", "S355J2"),
        ("NAME", "main shaft"),
        ("DWG NO", "KR-4711"),
    ]
    assert not named(drawn(block(*rows)))


def test_chinese_cells_are_read_through_the_characters_that_the_font_maps() -> None:
    pdf = sheet()
    codes = "绘图王小明"
    lines = "".join(f"<{n + 1:04x}> <{ord(c):04x}>\n" for n, c in enumerate(codes))
    unicode = Stream(
        pdf,
        b"begincmap 1 begincodespacerange <0000> <ffff> endcodespacerange "
        b"5 beginbfchar " + lines.encode() + b"endbfchar endcmap",
    )
    below = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType2,
        BaseFont=Name.Song,
        CIDSystemInfo=Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
        DW=1000,
        FontDescriptor=Dictionary(
            Type=Name.FontDescriptor, FontName=Name.Song, Flags=4, Ascent=800, Descent=-200
        ),
    )
    page_of(pdf).Resources.Font.F2 = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type0,
        BaseFont=Name.Song,
        Encoding=Name("/Identity-H"),
        DescendantFonts=Array([below]),
        ToUnicode=unicode,
    )
    page_of(pdf).Contents = Stream(
        pdf,
        b"BT /F2 8 Tf 1 0 0 1 90 50 Tm <000300040005> Tj 1 0 0 1 20 50 Tm <00010002> Tj ET",
    )
    assert named(saved(pdf))["王小明"] >= 0.8
