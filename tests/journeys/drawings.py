"""Small real drawings with synthetic people in them, made here and nowhere else."""

import io
import struct
from pathlib import Path

import ezdxf
import pikepdf
from PIL import Image


def step(author: str, path: str = "C:\\\\Users\\\\nobody\\\\part.step", points: int = 40) -> bytes:
    """Return a STEP file whose header names ``author`` and a path on their machine."""
    data = "\n".join(
        f"#{n}=CARTESIAN_POINT('',({n}.5,{n * 2}.25,-{n}.0));" for n in range(10, 10 + points)
    )
    return (
        "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION(('a bracket'),'2;1');\n"
        f"FILE_NAME('{path}','2024-05-01T10:00:00',('{author}'),('Example Works'),"
        "'Example Modeller 1','Example CAD','');\n"
        "FILE_SCHEMA(('AUTOMOTIVE_DESIGN'));\nENDSEC;\nDATA;\n"
        f"#1=PERSON('p1','{author}','',$,$,$);\n#2=PRODUCT('BRACKET','BRACKET','',());\n{data}\n"
        "ENDSEC;\nEND-ISO-10303-21;\n"
    ).encode()


def pdf(author: str) -> bytes:
    """Return a one-page PDF whose document information names ``author``."""
    document = pikepdf.new()
    document.add_blank_page(page_size=(300, 200))
    document.pages[0].Contents = document.make_stream(b"0 0 1 RG 20 20 m 200 150 l S")
    document.docinfo["/Author"] = author
    document.docinfo["/Creator"] = "Example CAD"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def dxf(author: str) -> bytes:
    """Return a DXF R2010 drawing last saved by ``author``."""
    drawing = ezdxf.new("R2010")
    drawing.header["$LASTSAVEDBY"] = author
    drawing.modelspace().add_line((0, 0), (100, 50))
    drawing.modelspace().add_circle((50, 25), 10)
    text = io.StringIO()
    drawing.write(text)
    return text.getvalue().encode()


def stl(author: str, triangles: int = 12) -> bytes:
    """Return a binary STL whose 80-byte header names ``author``."""
    header = f"exported by {author}".encode()[:80].ljust(80, b" ")
    facet = struct.pack("<12fH", 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0)
    return header + struct.pack("<I", triangles) + facet * triangles


def jpeg(author: str) -> bytes:
    """Return a small photo whose EXIF names ``author`` and a place."""
    picture = Image.new("RGB", (64, 48), (120, 80, 40))
    exif = picture.getexif()
    exif[0x013B] = author
    exif[0x0112] = 6
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, quality=90)
    return out.getvalue()


def svg(
    drawn_by: str = "Wilhelmina Zauberfluss", checked_by: str = "Peregrin Tuckborough"
) -> bytes:
    """Return a sheet whose title block names two people and how one of them is reached."""
    return (
        '<svg viewBox="0 0 100 60"><rect width="90" height="50" fill="none" stroke="black"/>'
        f'<text y="20">Drawn by: {drawn_by}</text><text y="30">Checked by: {checked_by}</text>'
        '<text y="40">w.zauberfluss@works.example</text><text y="50">ISO 4762 M8x20</text></svg>'
    ).encode()


def creo(author: str = "Wilhelmina Zauberfluss") -> bytes:
    """Return what begins like a Creo part, which cannot be cleaned, and names ``author``."""
    return f"#UGC:2 PART 1456 1900 820 9 1 15 2500 2025078 00000bd8 by {author}\n".encode()


def write(folder: Path, name: str, data: bytes) -> Path:
    """Write ``data`` as a file of the customer's desk and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    return path
