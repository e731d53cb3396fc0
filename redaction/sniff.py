"""What a file is, by what is in it: never by its name, which anyone can choose.

Room: redaction. Runs in the sandbox worker only: libmagic reads hostile bytes. Structure
decides (``redaction.signatures``); libmagic is the second opinion that catches what the
tables do not know. A file that two programs would read as two things is refused.
"""

from functools import cache
from typing import Final

# Imported first: it tells python-magic where its library and its table are.
import pylibmagic  # noqa: F401

# isort: split
import magic

from redaction import signatures
from redaction.carriers import compound_file, tar_archive, zip_container
from redaction.errors import (
    AmbiguousError,
    EmptyFileError,
    RedactionError,
    UnknownFormatError,
    UnsupportedFormatError,
)
from redaction.registry import BY_NAME, Format
from redaction.unsupported import ImageError, NativeCadError

# libmagic decides on the first bytes; more only gives its text rules more to chew on.
MAGIC_BYTES: Final = 256 * 1024
# A JSON or OBJ says early what it is.
SHAPE_BYTES: Final = 1024 * 1024

# What libmagic calls the formats whose first bytes are unmistakable.
MEDIA_TYPES: Final = {"pdf": "application/pdf", "png": "image/png", "jpeg": "image/jpeg"}
# libmagic's guesses at kinds of text (languages, mails, tables) are all just text here.
TEXT_TYPES: Final = ("text/", "application/json", "application/x-ndjson", "message/")
NO_OPINION: Final = ("application/octet-stream", "application/x-empty")


def identify(data: bytes) -> Format:
    """Return the format of ``data``.

    Raises:
        EmptyFileError: there is nothing in it.
        AmbiguousError: it can be read as two formats.
        UnsupportedFormatError: a known format that is not cleaned here; the class of the
            error says what to send instead.
        UnknownFormatError: nothing known.
    """
    if not data or data.isspace():
        raise EmptyFileError
    tar = tar_archive.kind(data)
    if tar is not None:
        return BY_NAME[tar]  # written anew, with all that is in it: nothing lies outside
    refusal = _unsupported(data)
    _refuse_polyglots(data, refusal)
    if refusal is not None:
        raise refusal
    name = _by_structure(data)
    _refuse_second_opinions(data, name)
    if name is None:
        raise UnknownFormatError
    if name not in BY_NAME:
        raise UnsupportedFormatError  # recognised, but no handler stands in the table
    return BY_NAME[name]


def _by_structure(data: bytes) -> str | None:
    if signatures.PDF.match(data.lstrip()[:16]):
        return "pdf"
    if data.startswith(signatures.PNG):
        return "png"
    if data.startswith(signatures.JPEG):
        return "jpeg"
    if data.startswith(signatures.GZIP):
        return signatures.packed(data)
    if data.startswith(signatures.ZIP_ENTRY):
        return _package(data)
    if data.startswith(signatures.COMPOUND):
        return _compound(data)
    for name, model in (*signatures.MODELS, *signatures.NATIVE, *signatures.MARKUP):
        if model.match(data):
            return name
    if data.startswith(signatures.BINARY_DXF) or signatures.DXF.match(data):
        return "dxf"
    return _mesh(data) or _text(data)


def _text(data: bytes) -> str | None:
    board = signatures.board(data)
    if board is not None:
        return board
    if signatures.is_gcode(data):
        return "gcode"
    return "text" if signatures.text_of(data) else None


def _mesh(data: bytes) -> str | None:
    if signatures.is_binary_stl(data) or signatures.ASCII_STL.match(data):
        return "stl"
    if signatures.PLY.match(data):
        return "ply"
    if data.startswith(signatures.GLB) or _is_gltf(data):
        return "gltf"
    if signatures.OBJ_VERTEX.search(data[:SHAPE_BYTES]) and signatures.OBJ_FACE.search(data):
        return "obj"
    return None


def _is_gltf(data: bytes) -> bool:
    # Some writers sort the members of an object, so that what tells stands far behind.
    head, tail = data[:SHAPE_BYTES], data[-SHAPE_BYTES:]
    return head.lstrip()[:1] == b"{" and any(map(signatures.GLTF.search, (head, tail)))


def _unsupported(data: bytes) -> RedactionError | None:
    if signatures.packed(data) or any(kind.match(data) for _, kind in signatures.MARKUP):
        return None
    for beginning, refusal in signatures.BEGINNINGS:
        if beginning.match(data):
            return refusal()
    return None


def _package(data: bytes) -> str:
    """Return what the archive ``data`` is, by the names in its directory; nothing is unpacked."""
    names = set(zip_container.names(data))
    if any(name.startswith(signatures.FUSION) for name in names):
        return "f3d"
    if signatures.PACKAGE_RELATIONS in names and any(map(signatures.MODEL_PART.fullmatch, names)):
        return "3mf"
    for wanted, what in signatures.PACKAGES:
        if wanted <= names:
            if isinstance(what, str):
                return what
            raise what
    return "zip"


def _compound(data: bytes) -> str:
    """Return what the compound file ``data`` is, by the names in its directory."""
    compound = compound_file.read(data)
    if not compound.names():
        return "ole"  # an object without content, as presentations keep them
    for names in (compound.tops(), compound.names()):  # what lies deeper may be embedded
        for wanted, what in signatures.COMPOUNDS:
            if any(wanted.fullmatch(name) for name in names):
                if isinstance(what, str):
                    return what
                raise what
    raise NativeCadError


def _refuse_polyglots(data: bytes, refusal: RedactionError | None) -> None:
    if data.startswith((signatures.ZIP_ENTRY, signatures.COMPOUND)):
        # The one is packed anew and the other wiped: nothing lies outside what is in them, and
        # what is in them may be anything: members come by here, materials are archives.
        return
    pdf = signatures.PDF.search(data[: signatures.PDF_HEADER_WITHIN + 8])
    if pdf and data[: pdf.start()].strip(b"\xef\xbb\xbf \t\r\n"):
        raise AmbiguousError
    for offset, magic_bytes in signatures.ELSEWHERE:
        if data.startswith(magic_bytes, offset) and refusal is None:
            raise AmbiguousError
    # What is itself a ZIP, or an archive or program that carries one, is refused anyway.
    if refusal is None and signatures.holds_zip(data):
        raise AmbiguousError


def _refuse_second_opinions(data: bytes, name: str | None) -> None:
    """Raise if libmagic is sure of something that contradicts the structure."""
    media_type = _media_type(data)
    if name in MEDIA_TYPES:
        if media_type not in (MEDIA_TYPES[name], *NO_OPINION):
            raise AmbiguousError
    elif name in (None, "text", "gcode", "gerber", "excellon"):
        if media_type.startswith("image/"):
            raise ImageError
        if not media_type.startswith((*TEXT_TYPES, *NO_OPINION)):
            raise UnsupportedFormatError


def _media_type(data: bytes) -> str:
    return str(_magic().from_buffer(data[:MAGIC_BYTES]))


@cache
def _magic() -> magic.Magic:
    # Its table is read once, before the worker's files are taken away.
    return magic.Magic(mime=True)


def warm() -> None:
    """Load libmagic's table, so that identifying needs no file afterwards."""
    _media_type(b"ISO-10303-21;")
