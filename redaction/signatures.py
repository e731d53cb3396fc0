"""How formats are recognised: their first bytes, their shape, and what may not be hidden in them.

Room: redaction. Pure. Tables and small probes for ``redaction.sniff``; no parser. Sources: the
format table of ISO 10303-21 §5, the DXF reference "DXF file structure", APPNOTE 6.3.10 §4.3 (ZIP),
ISO 32000-2 §7.5.2 (PDF), the STL description in "Stereolithography Interface Specification" (1989).
"""

import math
import re
import struct
import zlib
from typing import Final

from redaction import unsupported
from redaction.errors import UnsupportedFormatError

PNG: Final = b"\x89PNG\r\n\x1a\n"
JPEG: Final = b"\xff\xd8\xff"
BINARY_DXF: Final = b"AutoCAD Binary DXF\r\n\x1a\x00"
# Releases 11 to 14, 2000, 2004, 2007, 2010, 2013 and 2018.
DWG: Final = re.compile(rb"AC10(?:09|12|14|15|18|21|24|27|32)")
PDF: Final = re.compile(rb"%PDF-[0-9]")
GZIP: Final = b"\x1f\x8b\x08"
# Enough to see what a packed file begins with, comments before it included.
PACKED_HEAD_BYTES: Final = 16 * 1024
ZIP_ENTRY: Final = b"PK\x03\x04"
ZIP_DIRECTORY: Final = b"PK\x01\x02"
ZIP_END: Final = b"PK\x05\x06"

# PDF readers look for their header in the first 1024 bytes, wherever the file begins.
PDF_HEADER_WITHIN: Final = 1024
# A ZIP is read from its end: a record of 22 bytes and a comment of at most 65,535.
ZIP_END_BYTES: Final = 22
ZIP_END_WITHIN: Final = ZIP_END_BYTES + 0xFFFF

# Formats that are recognised at an offset, and so fit behind another format's first bytes.
ELSEWHERE: Final = ((257, b"ustar"), (128, b"DICM"), (0x8001, b"CD001"), (0x8801, b"CD001"))

BLANK: Final = rb"(?:\xef\xbb\xbf)?+[\s\x00]*+"
STEP: Final = re.compile(
    BLANK + rb"(?:/\*(?:[^*]|\*(?!/))*+\*/\s*+)*+ISO-10303-21\s*+;", re.IGNORECASE
)
# A start record of 80 columns, then a line end or another record.
IGES: Final = re.compile(rb"[^\r\n]{72}S[ 0]{6}1(?:[ \t]*+[\r\n]|[^\r\n]{72}[SG][ 0]{6}[12])")
PARASOLID: Final = re.compile(rb"\*\*ABCDEFGHIJKLMNOPQRSTUVWXYZ")
# Version, records, bodies, flags; then a counted string, or an entity where there was none yet.
SAT: Final = re.compile(
    rb"[0-9]{2,6}+(?:[ \t][0-9]++){3}[ \t]*+[\r\n]++(?:@?[0-9]++ |-?[0-9]++ ?body)"
)
# TIFF and BigTIFF, in both byte orders.
TIFF: Final = re.compile(rb"II\*\x00|MM\x00\*|II\+\x00\x08\x00\x00\x00|MM\x00\+\x00\x08\x00\x00")
WEBP: Final = re.compile(rb"RIFF.{4}WEBPVP8[ LX]", re.DOTALL)
# Still pictures in boxes; films and sequences are of other brands.
_HEIF: Final = rb"(?:hei[cxms]|heif|mif[12]|avif)"
HEIF: Final = re.compile(rb".{4}ftyp" + _HEIF, re.DOTALL)
# Windows metafiles: a header record with its mark; a placeable or a plain header.
EMF: Final = re.compile(rb"\x01\x00\x00\x00.{36} EMF", re.DOTALL)
WMF: Final = re.compile(rb"\xd7\xcd\xc6\x9a|[\x01\x02]\x00\x09\x00\x00[\x01\x03]")
GIF: Final = re.compile(rb"GIF8[79]a")
# Size, reserved numbers, where the dots begin; then how long the next header is.
BMP: Final = re.compile(rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\x00\x00\x00", re.DOTALL)
RTF: Final = re.compile(rb"\{\\rtf[0-9\\ ]")
# Models and pictures that are told by how they begin.
MODELS: Final = (
    ("step", STEP),
    ("iges", IGES),
    ("parasolid", PARASOLID),
    ("sat", SAT),
    ("dwg", DWG),
    ("tiff", TIFF),
    ("webp", WEBP),
    ("heif", HEIF),
    ("emf", EMF),
    ("wmf", WMF),
    ("rtf", RTF),
    ("gif", GIF),
    ("bmp", BMP),
)
DXF: Final = re.compile(
    BLANK
    + rb"(?:999[ \t]*+(?:\r\n?|\n)[^\r\n]*+(?:\r\n?|\n)\s*+)*+"
    + rb"0[ \t]*+(?:\r\n?|\n)[ \t]*+SECTION[ \t]*+[\r\n]",
)
ASCII_STL: Final = re.compile(
    rb"\s*+solid\b[^\r\n]*+[\r\n]\s*+(?:(?:[;#!]|//)[^\r\n]*+\s*+)*+"
    rb"(?:facet\s++normal|endsolid|color)\b",
    re.IGNORECASE,
)

STL_HEADER_BYTES: Final = 84
STL_FACET: Final = struct.Struct("<12fH")
STL_PROBED_FACETS: Final = 64

# Markup that is told by its root, whatever stands before it.
_MISC: Final = rb"(?:\s++|<!--(?:[^-]|-(?!->))*+-->|<\?(?:[^?]|\?(?!>))*+\?>)*+"
_TYPE: Final = rb"(?:<!DOCTYPE[^\[>]*+(?:\[[^\]]*+\][^>]*+)?>)?"
_ROOT: Final = rb"(?:\xef\xbb\xbf)?+" + _MISC + _TYPE + _MISC + rb"<(?:[A-Za-z][\w.-]*+:)?+"
SVG: Final = re.compile(_ROOT + rb"svg[\s/>]")
PACKED: Final = (("stpz", STEP), ("svgz", SVG))
AMF: Final = re.compile(_ROOT + rb"amf[\s/>]", re.IGNORECASE)
HTML: Final = re.compile(_ROOT + rb"html[\s/>]", re.IGNORECASE)
_OTHER: Final = rb"<(?!(?:[\w.-]++:)?+(?i:x3d|svg|html|amf)[\s/>])[^\W\d]"
XML: Final = re.compile(rb"(?:\xef\xbb\xbf)?+\s*+(?=<\?xml\s)" + _MISC + _OTHER)
MARKUP: Final = (("svg", SVG), ("amf", AMF), ("html", HTML), ("xml", XML))
_Refusal = type[UnsupportedFormatError]

# A file that begins so is what the row says, whatever else it contains.
_BEGINNINGS: Final[tuple[tuple[bytes, _Refusal], ...]] = (
    (rb"AC1\.[0-9]|AC10(?!09|1[2458]|2[147]|32)[0-9]{2}", unsupported.DwgError),
    (rb"AC2\.[0-9]{2}|MC0\.0", unsupported.DwgError),
    (rb"PK(?:\x05\x06|\x07\x08)", unsupported.ArchiveError),
    (rb"\x1f\x8b|BZh[1-9]|\xfd7zXZ\x00", unsupported.ArchiveError),
    (rb"\x28\xb5\x2f\xfd|MSCF|\x04\x22\x4d\x18|LZIP", unsupported.ArchiveError),
    (rb"Rar!\x1a\x07", unsupported.RarError),
    (rb"#UGC:2", unsupported.CreoError),
    (rb"V5_CFV2", unsupported.CatiaError),
    (rb"SPLMSSTR", unsupported.NxError),
    (rb"Version [0-9]++\.[0-9]++ JT", unsupported.JtError),
    (rb"PS\x00\x00", unsupported.KernelModelError),
    (rb"Version [0-9]++\.[0-9]++ |ACIS BinaryFile|ASM BinaryFile", unsupported.KernelModelError),
    (rb"OFF\r?\n", unsupported.MeshError),
    (rb"8BPS", unsupported.ImageError),
    (rb".{4}ftyp(?!%b)|\x00\x00\x01\x00" % _HEIF, unsupported.ImageError),
    (BLANK + rb"\((?:kicad_\w|footprint |module )|EESchema|PCBNEW", unsupported.BoardError),
    (rb"MZ.{58}|\x7fELF|#!|\xca\xfe\xba\xbe|\xcf\xfa\xed\xfe", unsupported.ProgramError),
    (BLANK + rb"(?i:<(?:\?xml|!doctype|svg|html|x3d))", unsupported.MarkupError),
    (rb"[^\r\n]{72}[CB][ 0]{6}1[\r\n ]", unsupported.IgesError),
)
BEGINNINGS: Final = tuple((re.compile(b, re.DOTALL), refusal) for b, refusal in _BEGINNINGS)

# What a ZIP is, by names in its directory; the first row that fits decides, and else it is "zip".
PACKAGES: Final[tuple[tuple[frozenset[str], str | _Refusal], ...]] = (
    (frozenset({"FixedDocumentSequence.fdseq"}), unsupported.OfficeError),
    (frozenset({"[Content_Types].xml", "word/document.xml"}), "docx"),
    (frozenset({"[Content_Types].xml", "xl/workbook.xml"}), "xlsx"),
    (frozenset({"[Content_Types].xml", "ppt/presentation.xml"}), "pptx"),
    (frozenset({"[Content_Types].xml"}), unsupported.OfficeError),
    (frozenset({"mimetype", "content.xml", "META-INF/manifest.xml"}), "odf"),
    (frozenset({"Document.xml"}), "fcstd"),
)
# A 3MF package, whatever its models are called.
MODEL_PART: Final = re.compile(r".++(?<=\.model)", re.IGNORECASE)
PACKAGE_RELATIONS: Final = "_rels/.rels"
# What a compound file is, by names in its directory; the first row that fits decides.
COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# SOLIDWORKS since 2015: four bytes of its own, then where a stream begins.
SOLIDWORKS: Final = re.compile(rb".{4}\x00\x00\x00\x04.{0,64}?\x14\x00\x06\x00\x08\x00", re.DOTALL)
NATIVE: Final = (
    ("sldprt", SOLIDWORKS),
    ("3dm", re.compile(rb"3D Geometry File Format ")),
    ("7z", re.compile(rb"7z\xbc\xaf\x27\x1c")),
)
COMPOUNDS: Final[tuple[tuple[re.Pattern[str], str | _Refusal], ...]] = (
    (re.compile(r"RSeStorage"), "inventor"),
    (re.compile(r"_MO_VERSION_\d+|ISolidWorksInformation"), "solidworks"),
    # Its own classes begin with J; ``BuildVersions`` is in every document since version 1.
    (re.compile(r"BuildVersions|JSitesList|JDraft(?:Viewer|Document)Info"), "solidedge"),
    (re.compile(r"WordDocument"), "doc"),
    (re.compile(r"EncryptedPackage"), "ole"),  # which says that it is protected
    (re.compile(r"Workbook"), "xls"),
    (re.compile(r"PowerPoint Document"), "ppt"),
    (re.compile(r"Book|VisioDocument"), unsupported.OfficeError),
    # An object that was taken out of a document, as documents embed them.
    (re.compile(r"\x01Ole(?:10Native)?"), "ole"),
)
# Fusion names its directories after what they hold.
FUSION: Final = "FusionAssetName"

PLY: Final = re.compile(rb"ply[ \t]*+[\r\n]++[ \t]*+(?:format|comment|obj_info)[ \t]")
OBJ_VERTEX: Final = re.compile(rb"^v[ \t]++[-+.0-9]", re.MULTILINE)
OBJ_FACE: Final = re.compile(rb"^[flp][ \t]++[-0-9]", re.MULTILINE)
GLB: Final = b"glTF"
# A JSON object that says by which version of glTF it is to be read.
GLTF: Final = re.compile(rb"\"asset\"\s*+:\s*+\{.{0,1000}?\"version\"\s*+:", re.DOTALL)

# A line of a program for a machine: a command, a place, or a remark.
_GCODE_COMMAND: Final = rb"(?:N[0-9]+[ \t]*)?[GM][0-9]{1,4}(?:\.[0-9])?(?![0-9.])"
GCODE_COMMAND: Final = re.compile(rb"^[ \t]*+" + _GCODE_COMMAND, re.MULTILINE)
GCODE_LINE: Final = re.compile(
    rb"[ \t]*+(?:" + _GCODE_COMMAND + rb"|[;(%]|[OT][0-9]|N[0-9]|[XYZABCIJKFS][ ]?[-+]?[0-9.]).*+"
)
# Plotter and drill data of circuit boards share words with G-code and mean others by them:
# Ucamco's Gerber format §4.1 and §4.2 (units, format, draw, move, flash), Excellon's M48 header.
GERBER: Final = re.compile(
    rb"^%(?:FS[LTD]?[AI]X|MO(?:MM|IN)\*)"
    rb"|^(?:G0?[123])?(?:[XYIJ][-+]?[0-9]++)*+D0?[123]\*[ \t]*+\r?$",
    re.MULTILINE,
)
EXCELLON: Final = re.compile(rb"(?:\s++|%|;[^\r\n]*+[\r\n])*+M48[ \t]*+(?:;[^\r\n]*+)?[\r\n]")
GERBER_JOB: Final = re.compile(
    BLANK
    + rb"\{\s*+\"Header\"\s*+:\s*+\{(?=.{0,2000}?\"GenerationSoftware\")(?=.*\"GeneralSpecs\")",
    re.DOTALL,
)
GCODE_PROBED_BYTES: Final = 64 * 1024
GCODE_COMMANDS: Final = 3


def board(data: bytes) -> str | None:
    """Return as which kind of circuit board's data ``data`` begins; None if it is no such text."""
    head = data[:GCODE_PROBED_BYTES]
    if GERBER_JOB.match(head):
        return "gbrjob"
    drilled = EXCELLON.match(head) is not None
    if not (drilled or GERBER.search(head)) or text_of(data) is None:
        return None
    return "excellon" if drilled else "gerber"


def is_gcode(data: bytes) -> bool:
    """Return whether ``data`` is text in which nearly every line is one of a program."""
    head, tail = data[:GCODE_PROBED_BYTES], data[GCODE_PROBED_BYTES:][-GCODE_PROBED_BYTES:]
    tail = tail.partition(b"\n")[2]
    commands = len(GCODE_COMMAND.findall(data[: 16 * GCODE_PROBED_BYTES]))
    if commands < GCODE_COMMANDS:
        return False
    lines = [line for line in (head + b"\n" + tail).splitlines() if line.strip()]
    fitting = sum(GCODE_LINE.fullmatch(line) is not None for line in lines)
    return fitting >= 0.9 * len(lines) and text_of(data) is not None


def packed(data: bytes) -> str | None:
    """Return as which format a gzip file begins, once unpacked; None for any other file."""
    if not data.startswith(GZIP):
        return None
    try:
        head = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(data, PACKED_HEAD_BYTES)
    except zlib.error:
        return None
    return next((name for name, begins in PACKED if begins.match(head)), None)


def is_binary_stl(data: bytes) -> bool:
    """Return whether ``data`` is a binary STL, by its facet count and plausible facets.

    The header proves nothing: exporters write "solid" there too. A file may be longer than
    its facets, which is for the handler to cut; it may not be shorter.
    """
    if len(data) < STL_HEADER_BYTES:
        return False
    facets = int.from_bytes(data[80:84], "little")
    end = STL_HEADER_BYTES + facets * STL_FACET.size
    if end > len(data) or (facets == 0 and end != len(data)):
        return False
    if end != len(data) and facets < 1 + len(data) // 10_000:
        return False  # a small number at offset 80 of something else
    probed = data[STL_HEADER_BYTES : STL_HEADER_BYTES + STL_PROBED_FACETS * STL_FACET.size]
    whole = min(facets, STL_PROBED_FACETS) * STL_FACET.size
    return all(
        all(math.isfinite(number) for number in facet[:12])
        and all(abs(number) <= 1.01 for number in facet[:3])
        for facet in STL_FACET.iter_unpack(probed[:whole])
    )


def holds_zip(data: bytes) -> bool:
    """Return whether a ZIP reader would find an archive in ``data``.

    It is found from the end: a directory record whose directory lies right before it,
    whatever stands before that and however many bytes follow.
    """
    tail = max(0, len(data) - ZIP_END_WITHIN)
    at = data.rfind(ZIP_END, tail)
    while at >= 0:
        record = data[at : at + ZIP_END_BYTES]
        directory_bytes = int.from_bytes(record[12:16], "little")
        starts = at - directory_bytes
        if len(record) == ZIP_END_BYTES and starts >= 0:
            if directory_bytes and data[starts : starts + 4] == ZIP_DIRECTORY:
                return True
            if record[4:20] == bytes(16):
                return True  # an archive without members
        at = data.rfind(ZIP_END, tail, at)
    return False


def text_of(data: bytes) -> str | None:
    """Return how ``data`` is encoded as text (``utf-8``, ``utf-16``, ``latin-1``), or None.

    Text holds no control bytes but tab, line ends and form feed; UTF-16 is text only with
    its byte order mark, for without one it cannot be told from numbers.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16" if _decodes(data, "utf-16") else None
    if CONTROLS.search(data):
        return None
    return "utf-8" if _decodes(data, "utf-8") else "latin-1"


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        return CONTROL_CHARACTERS.search(data.decode(encoding)) is None
    except UnicodeDecodeError:
        return False


CONTROLS: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
CONTROL_CHARACTERS: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
