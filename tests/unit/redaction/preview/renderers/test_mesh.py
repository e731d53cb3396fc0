"""Meshes of every kind show the same cube, and are measured alike."""

import base64
import gzip
import json

import numpy as np
import pytest

from redaction.errors import RedactionError, TooComplexError, TooLargeError, UnreadableError
from redaction.preview import packing, scene
from redaction.preview.errors import NothingToDrawError
from redaction.preview.renderers import mesh, printable, solid
from tests.unit.redaction.preview import drawn as files
from tests.unit.redaction.preview.drawn import CUBE, inked, measured


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene, "SIDE_PIXELS", 200)


def gltf(**more: object) -> bytes:
    points = CUBE.reshape(-1, 3).astype("<f4").tobytes()
    document = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "accessors": [
            {
                "bufferView": 0,
                "componentType": 5126,
                "count": 36,
                "type": "VEC3",
                "min": [0, 0, 0],
                "max": [1, 1, 1],
            }
        ],
        "bufferViews": [{"buffer": 0, "byteLength": len(points)}],
        "buffers": [
            {
                "byteLength": len(points),
                "uri": "data:application/octet-stream;base64," + base64.b64encode(points).decode(),
            }
        ],
    }
    return json.dumps(document | more).encode()


@pytest.mark.parametrize("kind", ["stl", "ascii_stl", "obj", "ply"])
def test_a_cube_is_a_cube_in_every_format(kind: str) -> None:
    picture = mesh.draw(getattr(files, kind)())
    told = measured(picture)
    assert (told["triangles"], told["box"], told["area"]) == ("12", "1 × 1 × 1", "6")
    assert abs(inked(picture) - inked(mesh.draw(files.stl()))) < 0.01


def test_a_gltf_stands_upright_in_its_scene() -> None:
    # Twice as high along its own y, and shown twice as high.
    tall = mesh.draw(gltf(nodes=[{"mesh": 0, "scale": [1, 2, 1]}]))
    assert measured(tall)["box"] == "1 × 1 × 2"


def test_a_gltf_whose_buffers_lie_elsewhere_is_not_fetched() -> None:
    for uri in ("https://tracker.example/cube.bin", "/etc/passwd", "../../etc/passwd"):
        with pytest.raises(RedactionError):
            mesh.draw(gltf(buffers=[{"byteLength": 432, "uri": uri}]))


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"solid nothing\nendsolid nothing\n", RedactionError),
        (b"o nothing\nv 0 0 0\nv 1 0 0\nv 0 1 0\n", RedactionError),
        (gltf(meshes=[{"primitives": [{"attributes": {"POSITION": 9}}]}]), UnreadableError),
        (files.ply().replace(b"36\n", b"99999999\n", 1), RedactionError),
    ],
)
def test_a_mesh_without_faces_or_sense_says_so(data: bytes, error: type[RedactionError]) -> None:
    with pytest.raises(error):
        mesh.draw(data)


@pytest.mark.parametrize("kind", ["threemf", "amf"])
def test_what_is_to_be_printed_is_shown(kind: str) -> None:
    picture = printable.draw(getattr(files, kind)())
    assert measured(picture)["box"] == "1 × 1 × 1"
    assert inked(picture) > 0.5


def test_an_amf_in_a_package_is_an_amf() -> None:
    assert measured(printable.draw(files.packed({"cube.amf": files.amf()})))["triangles"] == "12"


def test_items_stand_where_they_are_built_and_components_within() -> None:
    pair = (
        '<object id="2"><components><component objectid="1"/>'
        '<component objectid="1" transform="1 0 0 0 1 0 0 0 1 4 0 0"/></components></object>'
    )
    built = '<item objectid="2" transform="2 0 0 0 1 0 0 0 1 0 0 7"/>'
    told = measured(printable.draw(files.threemf(built, pair)))
    assert (told["triangles"], told["box"]) == ("24", "10 × 1 × 1")


def test_a_component_in_another_file_of_the_package_is_found() -> None:
    away = files.threemf()
    model = (
        f'<model xmlns:p="{files.MODELS}/production/2015/06">'
        '<resources><object id="5"><components><component objectid="1" p:path="/3D/a.model"/>'
        '</components></object></resources><build><item objectid="5"/></build></model>'
    )
    content = printable.ZipFile(printable.BytesIO(away)).read("3D/3dmodel.model")
    content = content.replace(b'<item objectid="1"/>', b"")
    data = files.packed({"3D/a.model": content, "3D/3dmodel.model": model.encode()})
    assert measured(printable.draw(data))["triangles"] == "12"


def test_objects_that_hold_each_other_end_the_picture() -> None:
    circle = (
        '<object id="2"><components><component objectid="3"/></components></object>'
        '<object id="3"><components><component objectid="2"/></components></object>'
    )
    with pytest.raises(TooComplexError):
        printable.draw(files.threemf('<item objectid="2"/>', circle))


def test_objects_that_double_at_each_step_end_the_picture() -> None:
    doubling = "".join(
        f'<object id="{n}"><components>{f"<component objectid={chr(34)}{n - 1}{chr(34)}/>" * 8}'
        "</components></object>"
        for n in range(2, 14)
    )
    with pytest.raises(TooComplexError):
        printable.draw(files.threemf('<item objectid="13"/>', doubling))


def test_more_triangles_than_a_picture_shows_are_not_gathered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(printable, "MAX_TRIANGLES", 11)
    with pytest.raises(TooComplexError):
        printable.draw(files.amf())


def test_a_package_that_unpacks_to_too_much_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printable, "MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(TooLargeError):
        printable.draw(files.threemf())


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 no package",
        b"<amf><object",
        b'<!DOCTYPE a [<!ENTITY b "c">]><amf>&b;</amf>',
        files.amf().replace(b"<x>0.0</x>", b"<x>far</x>"),
        files.amf().replace(b"<v1>0</v1>", b"<v1>999</v1>"),
        files.threemf('<item objectid="8"/>'),
        files.threemf('<item objectid="1" transform="1 0 0"/>'),
    ],
)
def test_a_package_without_sense_is_unreadable(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        printable.draw(data)


def test_nothing_to_print_is_nothing_to_draw() -> None:
    with pytest.raises(NothingToDrawError):
        printable.draw(b"<amf/>")


def test_a_solid_is_shaded_and_measured_by_opencascade() -> None:
    picture = solid.draw(files.step())
    told = measured(picture)
    assert (told["solids"], told["faces"]) == ("1", "7")
    assert told["box"] == "80 × 50 × 20"
    volume = 80 * 50 * 20 - np.pi * 100 * 20
    assert float(told["volume"]) == pytest.approx(volume, rel=1e-4)
    assert inked(picture) > 0.3
    # The hole shows what a plate without one does not.
    assert measured(solid.draw(gzip.compress(files.step()))) == told


def test_a_changed_solid_measures_differently() -> None:
    other = files.step().replace(b",10.)", b",11.)")
    assert other != files.step()
    assert measured(solid.draw(other)) != measured(solid.draw(files.step()))


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"ISO-10303-21;\nHEADER;\nENDSEC;\nDATA;\nENDSEC;\nEND-ISO-10303-21;\n", RedactionError),
        (b"ISO-10303-21;\nHEADER;", RedactionError),
        (b"\x1f\x8b\x08\x00 not packed", UnreadableError),
    ],
)
def test_a_file_without_solids_says_so(data: bytes, error: type[RedactionError]) -> None:
    with pytest.raises(error):
        solid.draw(data)


def test_a_packed_solid_that_unpacks_to_too_much_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "MAX_UNPACKED_BYTES", 1000)
    with pytest.raises(TooLargeError):
        solid.draw(gzip.compress(files.step()))


def test_a_shape_of_too_many_parts_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solid, "MAX_PARTS", 3)
    with pytest.raises(TooComplexError):
        solid.draw(files.step())


def test_without_opencascade_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solid, "KERNEL", "no_such_kernel")
    solid.warm()
    with pytest.raises(solid.NoKernelError):
        solid.draw(files.step())
