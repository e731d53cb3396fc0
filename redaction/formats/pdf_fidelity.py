"""The content oracle: each page's instructions and all they use are the same, decoded.

Room: redaction/formats. Pure. Independent of how pages are drawn: it compares what a page is told
to draw, so that a renderer's weakness cannot hide a loss. Metadata on the way is not followed.
"""

import hashlib
from collections.abc import Iterator
from typing import Final

import pikepdf
from pikepdf import Name

from redaction.errors import NotFaithfulError, UnreadableError
from redaction.formats import pdf_streams
from redaction.formats.pdf_document import BROKEN, NAMED, opened, read
from redaction.formats.pdf_objects import TEX
from redaction.model import Proof

# What decides how a page is seen (ISO 32000-2 table 31), resources aside.
FRAME: Final = ("/MediaBox", "/CropBox", "/TrimBox", "/Rotate", "/UserUnit", "/Group")
# What is not followed: metadata that goes, and ways back up the tree.
SKIPPED: Final = frozenset(
    {
        *("/Metadata", "/PieceInfo", "/LastModified", "/Parent", "/P", "/StructParent"),
        *("/StructParents", "/Length", "/Filter", "/DecodeParms", "/OPI", "/Thumb", "/Ref", "/AF"),
        *("/CreatorInfo", "/F", "/FFilter", "/FDecodeParms"),
    }
)
MAX_DEPTH: Final = 64


def contents(original: bytes, cleaned: bytes) -> Proof:
    """Prove that every page has the same frame, instructions and resources.

    Raises:
        NotFaithfulError: one differs.
        UnreadableError: one of the documents cannot be read.
    """
    before, _ = read(original, _pages)
    after = _pages(opened(cleaned))
    if len(before) != len(after):
        raise NotFaithfulError("another number of pages")
    if before != after:
        raise NotFaithfulError("a page is told to draw otherwise")
    return Proof("tokens", len(after), "every page's instructions, fonts and pictures are the same")


def _pages(pdf: pikepdf.Pdf) -> list[bytes]:
    try:
        return list(_digests(pdf))
    except BROKEN as error:
        raise UnreadableError from error


def _digests(pdf: pikepdf.Pdf) -> Iterator[bytes]:
    known: dict[tuple[int, int], bytes] = {}
    for page in pdf.pages:
        digest = hashlib.blake2b(digest_size=32)
        for key in FRAME:
            digest.update(_digest(page.obj.get(key), known, 0))
        content = page.obj.get(Name.Contents)
        for stream in content if isinstance(content, pikepdf.Array) else [content]:
            if isinstance(stream, pikepdf.Stream):
                digest.update(_digest(stream, known, 0))
        digest.update(_digest(page.obj.get(Name.Resources), known, 0))
        yield digest.digest()


def _digest(held: object, known: dict[tuple[int, int], bytes], depth: int, key: str = "") -> bytes:
    """Return a digest of ``held`` and what it refers to, whatever the objects are numbered."""
    if not isinstance(held, (pikepdf.Dictionary, pikepdf.Stream, pikepdf.Array)):
        return hashlib.blake2b(repr(held).encode(), digest_size=32).digest()
    mark = held.objgen if held.is_indirect else (0, 0)
    if mark in known:
        return known[mark]
    if mark != (0, 0):
        # A form may draw itself through others; where it comes round again, this stands for it.
        known[mark] = b"again"
    if depth > MAX_DEPTH:
        raise UnreadableError("nested too deeply")
    digest = hashlib.blake2b(digest_size=32)
    for name, child in _children(held, key):
        digest.update(name.encode() + _digest(child, known, depth + 1, name))
    if isinstance(held, pikepdf.Stream):
        digest.update(pdf_streams.coded(held))
    if mark != (0, 0):
        known[mark] = digest.digest()
    return digest.digest()


def _children(held: pikepdf.Object, key: str) -> Iterator[tuple[str, pikepdf.Object]]:
    if isinstance(held, pikepdf.Array):
        yield from (("", child) for child in held)
        return
    named = key in NAMED and isinstance(held, pikepdf.Dictionary)
    for name in sorted(held.keys()):
        if named or not (name in SKIPPED or name.startswith(TEX)):
            yield name, held[name]
