"""What is cleaned, and by which proof, as a table for readers; from the table of formats.

Room: redaction. Pure. ``python -m redaction.reference README.md`` writes the table between its
marks in the file; a test fails when the file is older than the table of formats.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from redaction.registry import FORMATS

BEGIN: Final = "<!-- formats:begin -->\n"
END: Final = "<!-- formats:end -->"
PAGES: Final = "docs/reference/formats"


@dataclass(frozen=True, slots=True)
class Family:
    """Formats that are told about on one page, and what is proved of each of their files."""

    title: str
    names: tuple[str, ...]
    proof: str
    page: str


FAMILIES: Final = (
    Family("STEP, IFC, `.stpz`", ("step", "stpz"), "every token but planned strings", "step"),
    Family("IGES", ("iges",), "directory and parameters, entry by entry", "iges"),
    Family("DXF, text and binary", ("dxf",), "every tag but planned values", "dxf"),
    Family("DWG R11–R2018", ("dwg",), "every object and stream", "dwg"),
    Family("PDF", ("pdf",), "every page, drawn again", "pdf"),
    Family("SVG, `.svgz`", ("svg", "svgz"), "every element and attribute", "svg"),
    Family("JPEG", ("jpeg",), "every decoded pixel", "jpeg"),
    Family("PNG", ("png",), "every decoded pixel", "png"),
    Family("TIFF", ("tiff",), "every decoded pixel", "tiff"),
    Family("WebP", ("webp",), "every decoded pixel", "webp"),
    Family("HEIC, AVIF", ("heif",), "every coded byte of the pictures", "heif"),
    Family("STL", ("stl",), "every facet", "stl"),
    Family("OBJ", ("obj",), "every vertex and face", "obj"),
    Family("PLY", ("ply",), "every element", "ply"),
    Family("3MF", ("3mf",), "every vertex and triangle", "3mf"),
    Family("AMF", ("amf",), "every vertex and triangle", "amf"),
    Family("glTF, GLB", ("gltf",), "every number of the scene and every buffer", "gltf"),
    Family("Parasolid `.x_t`", ("parasolid",), "every byte behind the header", "parasolid"),
    Family("SAT", ("sat",), "every byte behind the header", "sat"),
    Family("FreeCAD", ("fcstd",), "every member of the archive", "fcstd"),
    Family(
        "Inventor, SOLIDWORKS, Solid Edge, Rhino",
        ("inventor", "solidworks", "sldprt", "solidedge", "3dm"),
        "every stream but planned text, overwritten in place",
        "native",
    ),
    Family("Fusion F3D", ("f3d",), "every stream but planned text, overwritten in place", "f3d"),
    Family(
        "DOCX, XLSX, PPTX, OpenDocument",
        ("docx", "xlsx", "pptx", "odf"),
        "every part but planned text",
        "office",
    ),
    Family(
        "DOC, XLS, PPT, embedded OLE objects",
        ("doc", "xls", "ppt", "ole"),
        "text, cells and slides; nothing moves",
        "legacy-office",
    ),
    Family("GIF", ("gif",), "every decoded pixel of every frame", "gif"),
    Family("BMP", ("bmp",), "every decoded pixel", "bmp"),
    Family("EMF, WMF", ("emf", "wmf"), "every record that draws", "metafiles"),
    Family("G-code", ("gcode",), "every word of every block", "gcode"),
    Family(
        "Gerber, Excellon",
        ("gerber", "gbrjob", "excellon"),
        "every command and coordinate",
        "gerber",
    ),
    Family("ZIP of any of these", ("zip",), "each member by its own proof", "zip"),
    Family(
        "7z, tar, also `.gz`, `.bz2`, `.xz`",
        ("7z", "tar", "tgz", "tbz", "txz"),
        "each member by its own proof",
        "zip",
    ),
    Family("RTF", ("rtf",), "every word, control and picture", "rtf"),
    Family("HTML", ("html",), "every element, attribute and word", "html"),
    Family("XML of other kinds", ("xml",), "every element and attribute", "xml"),
    Family("Plain text", ("text",), "every character but planned words", "text"),
)


def table() -> str:
    """Return the table in Markdown.

    Raises:
        ValueError: a format stands in no family or in two, or a family names one that is not.
    """
    named = sorted(name for family in FAMILIES for name in family.names)
    if named != sorted(known.name for known in FORMATS):
        raise ValueError("families and formats do not agree")
    rows = [f"| [{f.title}]({PAGES}/{f.page}.md) | {f.proof} |\n" for f in FAMILIES]
    return "| format | what is proved unchanged |\n|---|---|\n" + "".join(rows)


def renewed(text: str) -> str:
    """Return ``text`` with the table between its marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + table() + END + after


if __name__ == "__main__":
    document = Path(sys.argv[1])
    document.write_text(renewed(document.read_text(encoding="utf-8")), encoding="utf-8")
