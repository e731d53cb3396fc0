"""What is cut out of any PDF dictionary: metadata, private data, attachments, scripts.

Room: redaction/formats. Pure; works on one node of the walk at a time. Each table row names a
key of ISO 32000-2 and what it gives away; docs/reference/formats/pdf.md lists them for readers.
"""

from typing import Final

import pikepdf
from pikepdf import Name

from redaction.carriers import xmp
from redaction.carriers.naming import removed
from redaction.formats import pdf_signatures
from redaction.formats.pdf_document import BROKEN, Node
from redaction.formats.pdf_words import (
    BINARY,
    MEANINGS,
    REFERENCES,
    SHOWN,
    gone,
    stated,
    text_of,
)
from redaction.model import Action, CarrierClass, Category, Finding
from redaction.text import people

# Wherever they stand, these keys say who made a file and how, never what is drawn.
DROPPED: Final = {
    "/PieceInfo": ("private data of a program", Category.HISTORY),
    "/LastModified": ("time of the last change", Category.TIME),
    "/SpiderInfo": ("web capture", Category.HISTORY),
    "/Thumb": ("thumbnail picture", Category.PREVIEW),
    "/OPI": ("path of a print server's picture", Category.PATH),
    "/Legal": ("attestation", Category.HISTORY),
    "/Perms": ("permissions signature", Category.SIGNATURE),
    "/DSS": ("certificates", Category.SIGNATURE),
    "/XFA": ("form description in XML", Category.HISTORY),
    "/JS": ("script", Category.SCRIPT),
    "/JavaScript": ("scripts", Category.SCRIPT),
    "/OnInstantiate": ("script of a 3D model", Category.SCRIPT),
    "/AA": ("actions that run by themselves", Category.SCRIPT),
    "/AF": ("associated files", Category.ATTACHMENT),
    "/RF": ("related files", Category.ATTACHMENT),
    "/EmbeddedFiles": ("attached files", Category.ATTACHMENT),
    "/Collection": ("portfolio", Category.ATTACHMENT),
    "/CreatorInfo": ("program of a layer", Category.SOFTWARE),
    "/User": ("who a layer is for", Category.PERSON),
    "/DPM": ("metadata of document parts", Category.HISTORY),
    "/SearchIndex": ("search index", Category.HISTORY),
    "/AlternatePresentations": ("slide shows", Category.ATTACHMENT),
    "/SigFlags": ("mark of a signed form", Category.SIGNATURE),
}
# Programs that join documents leave each one's information somewhere in the tree.
INFORMATION: Final = frozenset(
    {
        *("/Author", "/Producer", "/Creator", "/CreationDate", "/ModDate", "/SourceModified"),
        *("/Company", "/Manager", "/LastSavedBy", "/Keywords"),
    }
)
# The file a program pasted in, by the TeX programs: path, dates and its own Info.
TEX: Final = "/PTEX."
SIGNED: Final = ("/V", "/DV", "/Lock", "/SV")
SIGNER: Final = {
    "/Name": "SignerPerson",
    "/M": "ModDate",
    "/Location": "Location",
    "/ContactInfo": "Contact",
    "/Reason": "Reason",
}
SIGNATURES: Final = (Name.Sig, Name.DocTimeStamp)
FILE_KEYS: Final = ("/EF", "/F", "/UF", "/DOS", "/Unix", "/Mac", "/Desc", "/CI", "/ID")
# What an embedded 3D model begins with (ECMA-363 §9.4, ISO 14739-1 §6).
MODELS: Final = (b"U3D\x00", b"PRC")

SAFE_ACTIONS: Final = frozenset(
    {"/GoTo", "/GoToDp", "/Named", "/ResetForm", "/Hide", "/SetOCGState", "/Trans", "/GoTo3DView"}
)
NEVER_BLANKED: Final = SHOWN | BINARY | REFERENCES
ACTION_KEYS: Final = ("/A", "/PA", "/OpenAction", "/Next")
LOCAL_SCHEMES: Final = (
    "mailto:",
    "file:",
    "tel:",
    "sms:",
    "smb:",
    "ftp:",
    "\\\\",
    "callto:",
    "sip:",
)


def scrubbed(node: Node) -> list[Finding]:
    """Remove from ``node`` what tells of people, and return what that was."""
    held, found = node.held, list[Finding]()
    if node.named:
        return found
    for key in list(held.keys()):
        if key in DROPPED:
            what, category = DROPPED[key]
            found.append(stated(f"PDF{key}", category, what))
            found += gone(f"PDF{key}", held[key])
            del held[key]
        elif key in INFORMATION and isinstance(held[key], pikepdf.String):
            found += removed("PDF/Info", MEANINGS.get(key, key.lstrip("/")), text_of(held[key]))
            del held[key]
        elif _is_signature(held[key]):
            found += _signature(held, key)
        elif key == "/Metadata" or _is_metadata(held[key]):
            found += _packet(held[key])
            del held[key]
        elif key.startswith(TEX):
            found += gone("PDF/PTEX", pikepdf.Dictionary({key: held[key]}))
            del held[key]
    return found + _by_kind(node) + _actions(held) + _blanked(held)


def _by_kind(node: Node) -> list[Finding]:
    held, found = node.held, list[Finding]()
    kind = held.get(Name.Type)
    if pdf_signatures.unseen(held):
        found.append(stated("PDF/Sig", Category.SIGNATURE, "picture that no reader shows"))
        del held["/AP"]
    if held.get(Name.FT) == Name.Sig:
        for key in SIGNED:
            found += _signature(held, key) if key in held else []
    if kind == Name.Page or "/MediaBox" in held:
        found += _cut(held, ("/ID", "/PZ"), "PDF/Page")
    if "/EF" in held or kind in (Name.Filespec, Name.F):
        found += _file(held)
    if isinstance(held, pikepdf.Stream):
        found += _stream(held, kind)
    if kind == Name.Thread or node.key == "/Threads":
        found += _cut(held, ("/I",), "PDF/Thread")
    if node.key == "/URI" and "/Base" in held:
        found += _cut(held, ("/Base",), "PDF/URI")
    return found


def _cut(held: pikepdf.Object, keys: tuple[str, ...], carrier: str) -> list[Finding]:
    found: list[Finding] = []
    for key in keys:
        if key in held:
            found.append(stated(f"{carrier}{key}", Category.HISTORY, "metadata"))
            found += gone(carrier, pikepdf.Dictionary({key: held[key]}))
            del held[key]
    return found


def _blanked(held: pikepdf.Object) -> list[Finding]:
    """Blank strings that no reader shows and that are a path or an address beyond doubt."""
    found: list[Finding] = []
    for key in held.keys():  # noqa: SIM118 - a PDF dictionary is no Mapping
        value = held[key]
        if isinstance(value, pikepdf.String) and key not in NEVER_BLANKED:
            text = text_of(value)
            spans = [span for span in people.find(text) if people.is_replaced(span)]
            if spans:
                found.append(stated(f"PDF{key}", Category.HISTORY, "hidden text"))
                found += [
                    Finding(f"PDF{key}", span.category, Action.REMOVED, text[span.start : span.end])
                    for span in spans
                ]
                held[key] = pikepdf.String("")
    return found


def _is_metadata(value: object) -> bool:
    return isinstance(value, pikepdf.Stream) and value.get(Name.Type) == Name.Metadata


def _packet(value: pikepdf.Object) -> list[Finding]:
    if not isinstance(value, pikepdf.Stream):
        return [stated("PDF/Metadata", Category.HISTORY, "metadata"), *gone("PDF/Metadata", value)]
    try:
        return xmp.findings(value.read_bytes())
    except BROKEN:
        return [stated("XMP", Category.HISTORY, "metadata that cannot be read")]


def _is_signature(value: object) -> bool:
    return isinstance(value, pikepdf.Dictionary) and (
        "/ByteRange" in value or value.get(Name.Type) in SIGNATURES
    )


def _signature(held: pikepdf.Object, key: str) -> list[Finding]:
    found = [stated("PDF/Sig", Category.SIGNATURE, "digital signature")]
    found += gone("PDF/Sig", held[key], SIGNER)
    del held[key]
    return found


def _file(held: pikepdf.Object) -> list[Finding]:
    """Take an embedded file out, unless it is a 3D model that a page shows."""
    for stream in _embedded(held):
        if _head(stream).startswith(MODELS):
            if "/Params" in stream:
                del stream["/Params"]
            return [_model()]
    found: list[Finding] = []
    for key in FILE_KEYS:
        if key in held:
            found.append(stated("PDF/Filespec", Category.ATTACHMENT, "attached or referenced file"))
            if key != "/EF":
                found += gone("PDF/Filespec", pikepdf.Dictionary({"/File": held[key]}))
            del held[key]
    return found


def _embedded(held: pikepdf.Object) -> list[pikepdf.Stream]:
    files = held.get("/EF")
    if not isinstance(files, pikepdf.Dictionary):
        return []
    return [file for file in files.values() if isinstance(file, pikepdf.Stream)]


def _head(stream: pikepdf.Stream) -> bytes:
    try:
        return stream.read_bytes()[:16]
    except BROKEN:
        return b""


def _model() -> Finding:
    return Finding(
        "PDF/3D",
        Category.COMMENT,
        Action.REVIEW,
        "3D model: its own names were not read",
        carrier_class=CarrierClass.CONTENT,
    )


def _stream(held: pikepdf.Stream, kind: object) -> list[Finding]:
    found: list[Finding] = []
    if kind == Name("/3D") or held.get(Name.Subtype) in (Name.U3D, Name.PRC):
        found.append(_model())
    if "/F" in held:
        # The data would lie in a file beside this one, which nobody sends.
        found += _cut(held, ("/F", "/FFilter", "/FDecodeParms"), "PDF/Stream")
    if held.get(Name.Subtype) == Name.Form and "/Ref" in held:
        found += _cut(held, ("/Ref",), "PDF/XObject")
    return found


def _actions(held: pikepdf.Object) -> list[Finding]:
    """Remove every action but those that only move about inside the document."""
    found: list[Finding] = []
    for key in ACTION_KEYS:
        value = held.get(key)
        several = list(value) if isinstance(value, pikepdf.Array) else [value]
        for action in several:
            if isinstance(action, pikepdf.Dictionary) and isinstance(action.get("/S"), Name):
                refused = _refused(action)
                if refused:
                    found += refused
                    # One bad link in a chain condemns the rest of it.
                    del held[key]
                    break
    return found


def _refused(action: pikepdf.Object) -> list[Finding]:
    kind = str(action["/S"])
    if kind in SAFE_ACTIONS:
        return []
    if kind == "/URI":
        return _link(text_of(action.get("/URI")))
    return [
        stated(f"PDF{kind}", Category.SCRIPT, "action that leaves the document"),
        *gone(f"PDF{kind}", action),
    ]


def _link(address: str) -> list[Finding]:
    spans = people.find(address)
    if not spans and not address.lower().startswith(LOCAL_SCHEMES):
        return []
    found = [stated("PDF/URI", Category.SCRIPT, "link to a person or a local file")]
    return found + [
        Finding(
            "PDF/URI", span.category, Action.REMOVED, address[span.start : span.end], seed=False
        )
        for span in spans
    ]
