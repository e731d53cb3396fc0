"""Small files of every kind that is pictured, made here; and eyes for what was drawn."""

import io
import struct
import zipfile

import ezdxf
import numpy as np
import pikepdf
from ezdxf.document import Drawing
from PIL import Image, TiffImagePlugin

from redaction.preview.model import Drawn

CUBE = np.array(
    [
        [[(x, y, z)[axis] for axis in order] for x, y, z in corners]
        for order in ((0, 1, 2), (1, 2, 0), (2, 0, 1))
        for side in (0.0, 1.0)
        for corners in (
            ((0.0, 0.0, side), (1.0, 0.0, side), (1.0, 1.0, side)),
            ((0.0, 0.0, side), (1.0, 1.0, side), (0.0, 1.0, side)),
        )
    ]
)


# A name of a vocabulary, not an address that anything calls.
MODELS = "http:/" + "/schemas.microsoft.com/3dmanufacturing"
TYPES = (
    b'<Types xmlns="http:'
    b'//schemas.openxmlformats.org/package/2006/content-types"><Default '
    b'Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/>'
    b"</Types>"
)


START = (
    b'<Relationships xmlns="http:'
    b'//schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Target="/3D/3dmodel.model" Id="r0" '
    b'Type="' + MODELS.encode() + b'/2013/01/3dmodel"/></Relationships>'
)


def pixels(drawn: Drawn, page: int = 0) -> np.ndarray:  # type: ignore[type-arg]
    return np.asarray(drawn.pages[page].convert("RGB"))


def inked(drawn: Drawn, page: int = 0) -> float:
    """Return which share of a page is not white."""
    return float((pixels(drawn, page).min(axis=2) < 250).mean())


def measured(drawn: Drawn) -> dict[str, str]:
    return {measure.name: measure.value for measure in drawn.measures}


def stl(triangles: np.ndarray = CUBE) -> bytes:  # type: ignore[type-arg]
    facets = b"".join(
        struct.pack("<12fH", 0, 0, 0, *map(float, facet.reshape(-1)), 0) for facet in triangles
    )
    return b"a cube".ljust(80) + struct.pack("<I", len(triangles)) + facets


def ascii_stl() -> bytes:
    facets = "".join(
        "facet normal 0 0 0\nouter loop\n"
        + "".join(f"vertex {x} {y} {z}\n" for x, y, z in facet)
        + "endloop\nendfacet\n"
        for facet in CUBE.tolist()
    )
    return f"solid cube\n{facets}endsolid cube\n".encode()


def obj() -> bytes:
    points = "".join(f"v {x} {y} {z}\n" for x, y, z in CUBE.reshape(-1, 3).tolist())
    faces = "".join(f"f {n} {n + 1} {n + 2}\n" for n in range(1, 37, 3))
    return f"o cube\n{points}{faces}".encode()


def ply() -> bytes:
    points = "".join(f"{x} {y} {z}\n" for x, y, z in CUBE.reshape(-1, 3).tolist())
    faces = "".join(f"3 {n} {n + 1} {n + 2}\n" for n in range(0, 36, 3))
    return (
        "ply\nformat ascii 1.0\nelement vertex 36\nproperty float x\nproperty float y\n"
        f"property float z\nelement face 12\nproperty list uchar int vertex_indices\nend_header\n"
        f"{points}{faces}"
    ).encode()


def threemf(build: str = '<item objectid="1"/>', more: str = "") -> bytes:
    points = "".join(
        f'<vertex x="{x}" y="{y}" z="{z}"/>' for x, y, z in CUBE.reshape(-1, 3).tolist()
    )
    faces = "".join(f'<triangle v1="{n}" v2="{n + 1}" v3="{n + 2}"/>' for n in range(0, 36, 3))
    model = (
        f'<model unit="millimeter" xmlns="{MODELS}/core/2015/02">'
        f'<resources><object id="1"><mesh><vertices>{points}</vertices>'
        f"<triangles>{faces}</triangles></mesh></object>{more}</resources>"
        f"<build>{build}</build></model>"
    )
    return packed(
        {"[Content_Types].xml": TYPES, "_rels/.rels": START, "3D/3dmodel.model": model.encode()}
    )


def amf(more: str = "") -> bytes:
    points = "".join(
        f"<vertex><coordinates><x>{x}</x><y>{y}</y><z>{z}</z></coordinates></vertex>"
        for x, y, z in CUBE.reshape(-1, 3).tolist()
    )
    faces = "".join(
        f"<triangle><v1>{n}</v1><v2>{n + 1}</v2><v3>{n + 2}</v3></triangle>"
        for n in range(0, 36, 3)
    )
    return (
        f'<amf unit="millimeter">{more}<object id="1"><mesh><vertices>{points}</vertices>'
        f"<volume>{faces}</volume></mesh></object></amf>"
    ).encode()


def packed(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def dxf(document: Drawing) -> bytes:
    out = io.StringIO()
    document.write(out)
    return out.getvalue().encode()


def plate() -> Drawing:
    document = ezdxf.new("R2010", setup=True)
    model = document.modelspace()
    model.add_lwpolyline([(0, 0), (200, 0), (200, 100), (0, 100)], close=True)
    model.add_circle((100, 50), 30)
    return document


def pdf(pages: int = 1, size: tuple[float, float] = (300, 200)) -> bytes:
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page(page_size=size)
        stream = document.make_stream(b"0 0 1 rg 20 20 100 50 re f")
        document.pages[-1].Contents = stream
    out = io.BytesIO()
    document.save(out, deterministic_id=True)
    return out.getvalue()


def photograph(kind: str = "JPEG", turned: int = 1, size: tuple[int, int] = (80, 40)) -> bytes:
    """Return a picture whose left half is red; ``turned`` as EXIF tells it."""
    picture = Image.new("RGB", size, (20, 20, 200))
    picture.paste((220, 20, 20), (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x0112] = turned
    out = io.BytesIO()
    picture.save(out, kind, exif=exif)
    return out.getvalue()


def pages_of_tiff(count: int) -> bytes:
    first, *others = (Image.new("L", (30, 20), 10 * number) for number in range(count))
    out = io.BytesIO()
    first.save(out, "TIFF", save_all=True, append_images=others, tiffinfo=_no_tags())
    return out.getvalue()


def _no_tags() -> TiffImagePlugin.ImageFileDirectory_v2:
    return TiffImagePlugin.ImageFileDirectory_v2()


def svg(inside: str, more: str = 'viewBox="0 0 200 100"') -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {more}>{inside}</svg>'.encode()


def step(author: str = "Wilhelmina Zauberfluss") -> bytes:
    """Return a plate with a hole, modelled by OpenCascade, of 80 × 50 × 20."""
    from OCP.BRepAlgoAPI import BRepAlgoAPI_Cut
    from OCP.BRepPrimAPI import BRepPrimAPI_MakeBox, BRepPrimAPI_MakeCylinder
    from OCP.gp import gp_Ax2, gp_Dir, gp_Pnt
    from OCP.STEPControl import (
        STEPControl_StepModelType,
        STEPControl_Writer,
    )

    axis = gp_Ax2(gp_Pnt(40, 25, -1), gp_Dir(0, 0, 1))
    hole = BRepPrimAPI_MakeCylinder(axis, 10, 30).Shape()
    shape = BRepAlgoAPI_Cut(BRepPrimAPI_MakeBox(80, 50, 20).Shape(), hole).Shape()
    writer, out = STEPControl_Writer(), io.BytesIO()
    writer.Transfer(shape, STEPControl_StepModelType.STEPControl_AsIs)
    writer.WriteStream(out)
    return out.getvalue().replace(b"'Author'", f"'{author}'".encode())
