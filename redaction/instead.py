"""What to send instead of a refused file, and how to get it out of the program that made it.

Room: redaction. Pure; a table. Whoever is refused learns the export, where it stands in the menus,
and what to leave unticked in it. The console says the same, in its reader's language.
"""

from typing import Final

OTHERWISE: Final = "Send the drawing as STEP or PDF."

INSTEAD: Final = {
    "unknown-format": "Send STEP, DXF, PDF, STL, JPEG, PNG or plain text.",
    "unsupported-format": "Send a STEP or PDF export of it.",
    "unsupported-dwg": (
        "In AutoCAD or its like: Save As, type AutoCAD 2018 Drawing (DWG) or AutoCAD 2018 DXF. "
        "A PDF from Plot is welcome too."
    ),
    "unsupported-native-cad": (
        "In the program it was made with, export STEP AP242 (or AP214): solids only, no user "
        "attributes, author and organisation left empty. Send the 2D sheet as PDF or DXF."
    ),
    "unsupported-creo": (
        "In Creo: File > Save As > Save a Copy, type STEP. Under Options choose AP242 (or AP214) "
        "and solids; leave parameters, annotations and layers unticked unless the maker needs "
        "them. Send the 2D sheet as PDF or DXF, by the same way."
    ),
    "unsupported-catia": (
        "In CATIA: Tools > Options > General > Compatibility > STEP: choose AP242 (or AP214) and "
        "leave author and organisation empty; then File > Save As, type stp. Send the 2D sheet as "
        "PDF or DXF, by Save As."
    ),
    "unsupported-nx": (
        "In NX: File > Export > STEP, AP242 (or AP214). Under Data to Export tick solids; leave "
        "attributes and PMI unticked unless the maker needs them. Send the 2D sheet by File > "
        "Export > PDF or DXF."
    ),
    "unsupported-jt": (
        "A JT keeps tables of properties that cannot be cleaned. Export STEP AP242 from the "
        "program the model was made with; in NX: File > Export > STEP, solids only."
    ),
    "unsupported-kernel-model": (
        "Export the text form: Parasolid as .x_t instead of .x_b, ACIS as .sat instead of .sab. Or "
        "send STEP AP242."
    ),
    "unsupported-iges": (
        "Export IGES anew as fixed-length ASCII, neither compressed nor binary. Or send STEP AP242."
    ),
    "unsupported-mesh": "Export STL, OBJ, PLY or 3MF; where there is a solid, STEP is better.",
    "unsupported-archive": (
        "Unpack it and pack the drawings anew as ZIP, without a password; or upload them one by "
        "one."
    ),
    "unsupported-rar": (
        "Unpack it (WinRAR, 7-Zip) and pack the drawings anew as ZIP, without a password; or "
        "upload them one by one."
    ),
    "unsupported-office": (
        "In Office: File > Save As, type DOCX, XLSX or PPTX, none with macros. Or export a PDF."
    ),
    "unsupported-image": "Save it as PNG, JPEG or TIFF and send that.",
    "unsupported-markup": "Send an SVG, PDF or DXF export instead.",
    "unsupported-board": "Send its Gerber and drill files, or a PDF.",
    "unsupported-program": "Send the drawing itself.",
    "empty": "Export it again and send the new file.",
    "unreadable": "Export it again and send the new file.",
    "encrypted": (
        "Save a copy without the password and send that. PDF: Properties > Security > No Security; "
        "DWG: Save As without security options; Office: Info > Protect, empty the password."
    ),
    "polyglot": "Export it again from the program it was drawn in.",
    "too-large": "Send fewer or simpler bodies, or split the drawing.",
    "too-complex": "Send a simpler export.",
    "unsafe-archive": "Pack its files anew and send that.",
    "member-refused": "Leave that file out, or replace it as the findings say.",
    "active-content": "Save it without macros and controls and send that.",
    "opaque-stream": "Send a STEP or PDF export of it.",
    "foreign-stream": "Save it without the added program's data, or send a STEP export.",
    "visible-signature": "Send the drawing as it was before it was signed.",
    "cannot-redact-content": (
        "Take back that choice, or change the words in the drawing and send it anew."
    ),
    "unknown-choice": "Look at the findings again and choose anew.",
    "residue": (
        "Export it again after removing the author and path in your CAD program, or send another "
        "format."
    ),
    "not-faithful": "Send another format of the same drawing, best STEP.",
}


def instead_of(code: str) -> str:
    """Return what to send instead of a file that was refused with ``code``."""
    return INSTEAD.get(code, OTHERWISE)
