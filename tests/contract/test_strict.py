"""Under the strict profile nobody is left and parts, layers and sheets are numbers, or the file is
refused with its reason, in every format. What was cleaned once is left as it is.
"""

import json
import socket
from collections.abc import Callable
from getpass import getuser
from io import BytesIO

import pikepdf
import pytest

from config.loading import load_profile
from redaction import engine, registry, sniff
from redaction.model import Category, Profile
from redaction.registry import Naming
from redaction.report import Status
from tests.fuzz.seeds import MADE
from tests.unit.redaction.formats import dxf_drawings, step_papers, test_gltf

STRICT = load_profile("strict")
NAMES = Profile("names", frozenset({Category.NAME}))
REASONS = {"cannot-redact-content", "member-refused", "residue", "unsupported-dwg", "unreadable"}


@pytest.mark.parametrize("name", [known.name for known in registry.FORMATS if known.name in MADE])
def test_every_format_is_clean_twice_or_refused_with_a_reason(name: str) -> None:
    for data in MADE[name]()[:3]:
        cleaned, report = engine.scrub(data, STRICT)
        if cleaned is None:
            assert report.status is Status.REFUSED
            assert report.reason is not None
            assert report.reason.code in REASONS
            continue
        assert report.identical
        assert engine.scrub(cleaned, STRICT)[0] == cleaned
        for trace in (socket.gethostname(), f"/{getuser()}/", "drawbridge"):
            assert trace.encode() not in cleaned or trace.encode() in data


@pytest.mark.parametrize(
    "name",
    [one.name for one in registry.FORMATS if one.naming is Naming.KEPT and one.name in MADE],
)
def test_a_format_that_keeps_its_names_is_refused(name: str) -> None:
    for data in MADE[name]():
        if sniff.identify(data).name != name:
            continue
        for report in (engine.scrub(data, NAMES)[1], engine.inspect(data, NAMES)):
            assert report.reason is not None
            assert report.reason.code == "cannot-redact-content"


def test_products_of_step_become_numbers_wherever_they_are_called() -> None:
    data = step_papers.paper(
        "#10=PRODUCT('wheel','wheel','steel',(#5));\n"
        "#11=NEXT_ASSEMBLY_USAGE_OCCURRENCE('1','wheel:1','wheel',#7,#7,$);\n"
        "#12=DESCRIPTIVE_REPRESENTATION_ITEM('size','M6 x 12');\n"
        "#13=PRODUCT_DEFINITION('wheel','',#10,#10);\n"
        "#14=REPRESENTATION('wheel house',(#1),#3);\n"
    )
    cleaned, report = engine.scrub(data, NAMES)
    assert cleaned is not None, report.reason
    assert b"PRODUCT('part 1','part 2',''" in cleaned
    assert b"PRODUCT('part 3','part 3','part 4'" in cleaned
    assert b"OCCURRENCE('part 5','part 6','part 3'" in cleaned
    assert b"DEFINITION('part 3'" in cleaned
    for stays in (b"'M6 x 12'", b"'wheel house'", b"(0.E0,-1.5,2.)"):
        assert stays in cleaned


@pytest.mark.parametrize("form", [dxf_drawings.text, dxf_drawings.binary])
def test_layers_and_blocks_of_dxf_become_numbers_wherever_they_are_called(
    form: Callable[..., bytes],
) -> None:
    layer: list[dxf_drawings.Tag] = [
        (0, "LAYER"),
        (5, "10"),
        (100, "AcDbLayerTableRecord"),
        (2, "Roe-Walls"),
        (70, 0),
    ]
    own: list[dxf_drawings.Tag] = [
        (0, "LAYER"),
        (5, "11"),
        (100, "AcDbLayerTableRecord"),
        (2, "0"),
        (70, 0),
    ]
    table: list[dxf_drawings.Tag] = [
        (0, "TABLE"),
        (2, "LAYER"),
        (70, 2),
        *layer,
        *own,
        (0, "ENDTAB"),
    ]
    block: list[dxf_drawings.Tag] = [
        (0, "BLOCK"),
        (5, "20"),
        (8, "0"),
        (2, "Roe-Door"),
        (10, 0.0),
        (3, "Roe-Door"),
    ]
    entities: list[dxf_drawings.Tag] = [
        *((0, "LINE"), (5, "30"), (8, "ROE-WALLS"), (10, 1.5), (20, 2.5), (11, 3.5), (21, 4.5)),
        *((0, "INSERT"), (5, "31"), (8, "0"), (2, "roe-door"), (10, 7.5), (20, 8.5)),
        *((0, "TEXT"), (5, "32"), (8, "Roe-Walls"), (1, "Roe-Walls 12 +0.1")),
    ]
    data = form(
        dxf_drawings.drawing(
            tables=table, blocks=[*block, (0, "ENDBLK"), (5, "21"), (8, "0")], entities=entities
        )
    )
    cleaned, report = engine.scrub(data, NAMES)
    assert cleaned is not None, report.reason
    low = cleaned.lower()
    assert low.count(b"roe-walls") == 1
    assert b"roe-walls 12 +0.1" in low
    assert b"roe-door" not in low
    assert (cleaned.count(b"LAYER1"), cleaned.count(b"BLOCK1")) == (3, 3)
    assert engine.scrub(cleaned, NAMES)[0] == cleaned


def test_a_layer_of_a_drawing_outside_cannot_be_renamed() -> None:
    entities: list[dxf_drawings.Tag] = [
        (0, "POINT"),
        (5, "30"),
        (8, "house|walls"),
        (10, 1.5),
        (20, 2.5),
    ]
    report = engine.scrub(dxf_drawings.text(dxf_drawings.drawing(entities=entities)), NAMES)[1]
    assert report.reason is not None
    assert report.reason.code == "cannot-redact-content"


def test_nodes_of_gltf_and_groups_of_obj_become_numbers() -> None:
    scene = test_gltf.model(meshes=[{"name": "Jane Roe's wheel"}], nodes=[{"name": "wheel"}])
    cleaned, report = engine.scrub(test_gltf.text(scene), NAMES)
    assert cleaned is not None, report.reason
    document = json.loads(cleaned)
    named = document["meshes"][0]["name"], document["nodes"][0]["name"]
    assert sorted(named) == ["part 1", "part 2"]
    shape = b"v 0 0 0\nv 1 0 0\nv 0 1 0\n"
    group = b"o wheel\ng wheel rim\nusemtl wheel\nf 1 2 3\n"
    cleaned, report = engine.scrub(shape + group, NAMES)
    assert cleaned == shape + b"o part1\ng part1 part2\nusemtl part1\nf 1 2 3\n", report.reason


def test_layers_of_pdf_become_numbers() -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(200, 200))
    groups = [
        pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name=pikepdf.String(name)))
        for name in ("Roe Walls", "Roe Doors")
    ]
    order = pikepdf.Array([pikepdf.String("House of Roe"), groups[0], groups[1]])
    pdf.Root.OCProperties = pikepdf.Dictionary(
        OCGs=pikepdf.Array(groups), D=pikepdf.Dictionary(Order=order)
    )
    out = BytesIO()
    pdf.save(out)
    cleaned, report = engine.scrub(out.getvalue(), NAMES)
    assert cleaned is not None, report.reason
    with pikepdf.open(BytesIO(cleaned)) as after:
        properties = after.Root.OCProperties
        assert [str(group.Name) for group in properties.OCGs] == ["layer 1", "layer 2"]
        assert str(properties.D.Order[0]) == "layer 3"
    assert engine.scrub(cleaned, NAMES)[0] == cleaned
    kept = engine.scrub(out.getvalue(), Profile())[0]
    assert kept is not None
    with pikepdf.open(BytesIO(kept)) as untouched:
        assert str(untouched.Root.OCProperties.OCGs[0].Name) == "Roe Walls"


@pytest.mark.parametrize(
    ("name", "code"),
    [("path12", ""), ("layer-1", ""), ("a1f", ""), ("Roe-Gearbox", "cannot-redact-content")],
)
def test_an_svg_is_refused_if_somebody_named_its_parts(name: str, code: str) -> None:
    data = f'<svg xmlns="http://www.w3.org/2000/svg"><path id="{name}" d="M0 0L9 9"/></svg>'
    cleaned, report = engine.scrub(data.encode(), NAMES)
    assert (report.reason.code if report.reason else "") == code
    assert (cleaned is None) == bool(code)
    assert engine.scrub(data.encode(), Profile())[0] == data.encode()
