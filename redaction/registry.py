"""The table of formats. To teach the gateway a new one, add a row here.

Room: redaction. This table is data: reading it imports no parser, so the gateway may
list formats while only the sandbox worker ever loads one. How a file is recognised is
redaction.sniff; the handler is loaded by name.
"""

from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import Final, cast

from redaction.errors import UnknownFormatError
from redaction.model import FormatHandler


class Naming(StrEnum):
    """What becomes of the names of parts and layers when a profile asks for them to go.

    ``NONE``: files of the format call nothing by a name, or the handler reports those it meets
    for review, which refuses the file. ``KEPT``: such files are refused by their format alone.
    """

    NONE = "none"
    RENAMED = "renamed"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Format:
    """A format by name, the module that handles it, and what to call and send it as."""

    name: str
    module: str
    suffix: str
    media_type: str
    naming: Naming = Naming.KEPT


_OOXML: Final = "application/vnd.openxmlformats-officedocument"

PARASOLID: Final = "model/vnd.parasolid.transmit.text"
FORMATS: Final = (
    Format("step", "redaction.formats.step", ".step", "model/step", Naming.RENAMED),
    Format("stpz", "redaction.formats.step_packed", ".stpz", "application/gzip", Naming.RENAMED),
    Format("iges", "redaction.formats.iges", ".igs", "model/iges"),
    Format(
        "parasolid",
        "redaction.formats.kernel_parasolid",
        ".x_t",
        "model/vnd.parasolid.transmit.text",
    ),
    Format("sat", "redaction.formats.kernel_sat", ".sat", "application/octet-stream"),
    Format("dxf", "redaction.formats.dxf", ".dxf", "image/vnd.dxf", Naming.RENAMED),
    Format("dwg", "redaction.formats.dwg", ".dwg", "image/vnd.dwg"),
    Format("pdf", "redaction.formats.pdf", ".pdf", "application/pdf", Naming.RENAMED),
    Format("jpeg", "redaction.formats.jpeg", ".jpg", "image/jpeg", Naming.NONE),
    Format("png", "redaction.formats.png", ".png", "image/png", Naming.NONE),
    Format("tiff", "redaction.formats.tiff", ".tif", "image/tiff", Naming.NONE),
    Format("webp", "redaction.formats.webp", ".webp", "image/webp", Naming.NONE),
    Format("heif", "redaction.formats.heif", ".heic", "image/heif", Naming.NONE),
    Format("svg", "redaction.formats.svg", ".svg", "image/svg+xml", Naming.NONE),
    Format("svgz", "redaction.formats.svg_packed", ".svgz", "image/svg+xml", Naming.NONE),
    Format("stl", "redaction.formats.stl", ".stl", "model/stl", Naming.NONE),
    Format("obj", "redaction.formats.obj", ".obj", "model/obj", Naming.RENAMED),
    Format("ply", "redaction.formats.ply", ".ply", "application/ply", Naming.NONE),
    Format("3mf", "redaction.formats.threemf", ".3mf", "model/3mf"),
    Format("amf", "redaction.formats.amf", ".amf", "application/x-amf"),
    Format("gltf", "redaction.formats.gltf", ".glb", "model/gltf-binary", Naming.RENAMED),
    Format("gif", "redaction.formats.gif", ".gif", "image/gif", Naming.NONE),
    Format("bmp", "redaction.formats.bmp", ".bmp", "image/bmp", Naming.NONE),
    Format("emf", "redaction.formats.metafile_emf", ".emf", "image/emf", Naming.NONE),
    Format("wmf", "redaction.formats.metafile_wmf", ".wmf", "image/wmf", Naming.NONE),
    Format("zip", "redaction.formats.zip", ".zip", "application/zip", Naming.NONE),
    Format("tar", "redaction.formats.tar", ".tar", "application/x-tar", Naming.NONE),
    Format("tgz", "redaction.formats.tar", ".tar.gz", "application/gzip", Naming.NONE),
    Format("tbz", "redaction.formats.tar", ".tar.bz2", "application/x-bzip2", Naming.NONE),
    Format("txz", "redaction.formats.tar", ".tar.xz", "application/x-xz", Naming.NONE),
    Format("7z", "redaction.formats.tar", ".7z", "application/x-7z-compressed", Naming.NONE),
    Format(
        "docx",
        "redaction.formats.ooxml",
        ".docx",
        f"{_OOXML}.wordprocessingml.document",
        Naming.NONE,
    ),
    Format("xlsx", "redaction.formats.ooxml", ".xlsx", f"{_OOXML}.spreadsheetml.sheet"),
    Format("pptx", "redaction.formats.ooxml", ".pptx", f"{_OOXML}.presentationml.presentation"),
    Format("doc", "redaction.formats.office", ".doc", "application/msword", Naming.NONE),
    Format("xls", "redaction.formats.office", ".xls", "application/vnd.ms-excel"),
    Format("ppt", "redaction.formats.office", ".ppt", "application/vnd.ms-powerpoint"),
    Format("ole", "redaction.formats.office", ".bin", "application/octet-stream"),
    Format("odf", "redaction.formats.odf", ".odt", "application/vnd.oasis.opendocument.text"),
    Format("fcstd", "redaction.formats.fcstd", ".FCStd", "application/vnd.freecad"),
    Format("inventor", "redaction.formats.cfb", ".ipt", "application/octet-stream"),
    Format("solidworks", "redaction.formats.cfb", ".sldprt", "application/octet-stream"),
    Format("solidedge", "redaction.formats.cfb", ".par", "application/octet-stream"),
    Format("sldprt", "redaction.formats.solidworks", ".sldprt", "application/octet-stream"),
    Format("f3d", "redaction.formats.fusion", ".f3d", "application/octet-stream"),
    Format("3dm", "redaction.formats.rhino", ".3dm", "model/vnd.3dm"),
    Format("gcode", "redaction.formats.gcode", ".gcode", "text/x-gcode", Naming.NONE),
    Format("gerber", "redaction.formats.gerber", ".gbr", "application/vnd.gerber"),
    Format("gbrjob", "redaction.formats.board_job", ".gbrjob", "application/json"),
    Format(
        "excellon", "redaction.formats.excellon", ".drl", "application/octet-stream", Naming.NONE
    ),
    Format("rtf", "redaction.formats.rtf", ".rtf", "application/rtf", Naming.NONE),
    Format("html", "redaction.formats.html", ".html", "text/html", Naming.NONE),
    Format("xml", "redaction.formats.markup", ".xml", "application/xml", Naming.NONE),
    Format("text", "redaction.formats.text", ".txt", "text/plain", Naming.NONE),
)

BY_NAME: Final = {known.name: known for known in FORMATS}


def load(name: str) -> FormatHandler:
    """Import the handler of the format called ``name``; only the worker calls this.

    Raises:
        UnknownFormatError: no such row.
    """
    known = BY_NAME.get(name)
    if known is None:
        raise UnknownFormatError
    return cast(FormatHandler, import_module(known.module))
