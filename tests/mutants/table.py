"""The mutants: which line of which handler is broken how, and whose tests must notice.

Each stops one carrier from being cleaned, as a slip of the hand would. ``line`` stands exactly
once in its file, which a test keeps true.
"""

from dataclasses import dataclass
from typing import Final

F: Final = "redaction/formats/"
C: Final = "redaction/carriers/"
T: Final = "tests/unit/redaction/formats/test_"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A broken line: the format, what is no longer cleaned, and the tests that must fail."""

    format: str
    lost: str
    path: str
    line: str
    instead: str
    tests: tuple[str, ...]


def _at(format_: str, lost: str, path: str, line: str, instead: str, *tests: str) -> Mutant:
    paths = (name if "/" in name else f"{T}{name}.py" for name in tests)
    return Mutant(format_, lost, path, line, instead, tuple(paths))


MUTANTS: Final = (
    _at(
        *("step", "FILE_NAME author", F + "step_rules.py"),
        *('        2: _text("author", Category.PERSON),\n', "", "step"),
    ),
    _at(
        *("step", "PERSON last_name", F + "step_rules.py"),
        *('        1: _text("last_name", Category.PERSON, NOBODY),\n', "", "step"),
    ),
    _at(
        *("stpz", "name of the packed file", C + "gzip_file.py"),
        *('        (NAME, "gzip.name", Category.PATH),\n', "", "step_packed"),
    ),
    _at(
        *("iges", "author", F + "iges_global.py"),
        *('    21: ("author", Category.PERSON),\n', "", "iges"),
    ),
    _at(
        *("iges", "date of the model", F + "iges_global.py"),
        *(', 25: "date_of_model"}', "}", "iges"),
    ),
    _at(
        *("parasolid", "user", F + "kernel_parasolid.py"),
        *('frozenset({b"FORMAT", b"GUISE"})', 'frozenset({b"FORMAT", b"GUISE", b"USER"})'),
        "kernel_parasolid",
    ),
    _at(
        *("sat", "product", F + "kernel_sat.py"),
        *('("product", Category.SOFTWARE)', '("product", None)', "kernel_sat"),
    ),
    _at(
        *("dxf", "$LASTSAVEDBY", F + "dxf_header.py"),
        *('    b"$LASTSAVEDBY": Variable(Category.PERSON, Rule.BLANK),\n', "", "dxf"),
    ),
    _at(
        *("dxf", "comments", F + "dxf.py"),
        *("    dxf_metadata.plan_comments(draft, comments)\n", "", "dxf"),
    ),
    _at(
        *("dxf", "who stands beside a label", F + "dxf_labels.py"),
        *("                announcing.append((where, text))\n", "", "dxf_labels"),
    ),
    _at(
        *("dwg", "history of programs and users", F + "dwg_properties.py"),
        *('    "AcDb:AppInfoHistory": history,\n', "", "dwg"),
    ),
    _at(
        *("dwg", "files it depends on", F + "dwg_properties.py"),
        *('    "AcDb:FileDepList": dependencies,\n', "", "dwg"),
    ),
    _at(
        *("pdf", "private data of programs", F + "pdf_objects.py"),
        *('    "/PieceInfo": ("private data of a program", Category.HISTORY),\n', ""),
        "pdf_carriers",
    ),
    _at(
        *("pdf", "author of a note", F + "pdf_annotations.py"),
        *('IDENTITY: Final = ("/T", "/M",', 'IDENTITY: Final = ("/M",', "pdf"),
    ),
    _at(
        *("jpeg", "comment", C + "jpeg_segments.py"),
        *("COMMENT: Final = 0xFE\n", "COMMENT: Final = 0xFD\n", "jpeg"),
    ),
    _at(
        *("png", "text in Latin", F + "png.py"),
        *('*(b"acTL", b"fcTL", b"fdAT"),', '*(b"acTL", b"fcTL", b"fdAT", b"tEXt"),', "png"),
    ),
    _at(
        *("tiff", "artist", F + "tiff_fields.py"),
        *("_LOOK: Final = (282,", "_LOOK: Final = (315, 282,", "tiff"),
    ),
    _at(
        *("webp", "XMP", F + "webp.py"),
        *('FRAME, b"ANIM"}', 'FRAME, b"ANIM", XMP}', "webp"),
    ),
    _at(
        *("heif", "what users wrote", F + "heif.py"),
        *('b"cicp", b"reve"}', 'b"cicp", b"reve", b"udes"}', "heif"),
    ),
    _at(
        *("svg", "metadata", F + "svg_tables.py"),
        *('if name == "metadata":', 'if name == "metadatum":', "svg"),
    ),
    _at(
        *("stl", "header of a binary file", F + "stl.py"),
        *("    if blanked != header:\n", "    if blanked == header:\n", "stl"),
    ),
    _at(
        *("obj", "comments behind a statement", F + "obj.py"),
        *('            edits.append(Edit(start + comment.end() - 1, end, b""))\n', ""),
        "obj",
    ),
    _at(
        *("ply", "obj_info", F + "ply.py"),
        *("(?:comment|obj_info)", "(?:comment)", "ply"),
    ),
    _at(
        *("3mf", "metadata", F + "threemf_model.py"),
        *('frozenset({"metadata", "metadatagroup"})', 'frozenset({"metadatagroup"})', "threemf"),
    ),
    _at(
        *("amf", "metadata", F + "amf.py"),
        *("Rules(cut={METADATA: Category.COMMENT}", "Rules(cut={}", "amf"),
    ),
    _at(
        *("gltf", "copyright", F + "gltf.py"),
        *('{"copyright": Category.PERSON, "generator"', '{"generator"', "gltf"),
    ),
    _at(
        *("docx", "printers", F + "ooxml_tables.py"),
        *('    ("printersettings", Category.HOST),\n', "", "ooxml", "containers"),
    ),
    _at(
        *("docx", "macros", F + "ooxml_tables.py"),
        *('    ("vbaproject", Category.SCRIPT),\n', "", "ooxml", "containers"),
    ),
    _at(
        *("odf", "who commented", F + "odf.py"),
        *('        "dc:creator": Instead("Author", Category.PERSON),\n', "", "odf", "containers"),
    ),
    _at(
        *("fcstd", "who made it", F + "fcstd.py"),
        *('        ("Property", "CreatedBy"): NOBODY,\n', "", "fcstd", "containers"),
    ),
    _at(
        *("inventor", "author in the summary", C + "property_sets.py"),
        *("dict.fromkeys((4, 8), Category.PERSON)", "dict.fromkeys((8,), Category.PERSON)"),
        *("containers", "native"),
    ),
    _at(
        *("3dm", "who saved it", F + "rhino.py"),
        *(
            "            _revisions(draft, data, record)\n",
            "            continue\n",
            "native",
            "containers",
        ),
    ),
    _at(
        *("gcode", "remarks", F + "gcode.py"),
        *(r"|(?P<tail>;[^\r\n]*+)", r"|(?P<tail>;;[^\r\n]*+)", "gcode"),
    ),
    _at(
        *("zip", "comment of the archive", C + "zip_findings.py"),
        *('removed("ZIP", "comment", _text(archive.comment), "end of the archive")', "[]"),
        *("zip", "containers", "tests/unit/redaction/carriers/test_zip_container.py"),
    ),
    _at(
        *("text", "names", F + "text.py"),
        *("asked or people.is_replaced_in_prose(span)", "asked or people.is_replaced(span)"),
        "text",
    ),
    _at(
        *("gerber", "what follows the artwork", F + "gerber.py"),
        *("draft.cut((end, len(data))", "draft.cut((len(data), len(data))", "gerber"),
    ),
    _at(
        *("tar", "owner of a file", F + "tar.py"),
        *(
            '        told.append(("owner", Category.USERNAME, entry.owner))\n',
            "        pass\n",
            "tar",
        ),
    ),
    _at(
        *("rtf", "who commented", F + "rtf_tables.py"),
        *('b"atnid", b"atnauthor", b"protusertbl"', 'b"atnid", b"protusertbl"', "rtf"),
    ),
    _at(
        *("html", "comments in styles", F + "html_markup.py"),
        *("        for comment in STYLE_COMMENT.finditer(said):\n", "        for comment in ():\n"),
        "html",
    ),
)
