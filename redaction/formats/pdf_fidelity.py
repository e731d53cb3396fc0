"""The content oracle: each page's instructions and all they use are the same, decoded.

Room: redaction/formats. Pure. Independent of how pages are drawn: it compares what a page is told
to draw, so that a renderer's weakness cannot hide a loss. Metadata on the way is not followed.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

import pikepdf
from pikepdf import Name

from redaction.errors import NotFaithfulError, UnreadableError
from redaction.formats import pdf_streams
from redaction.formats.pdf_document import BROKEN, NAMED, opened, read
from redaction.formats.pdf_glyphs import SHOWING
from redaction.formats.pdf_objects import DROPPED, INFORMATION, TEX
from redaction.model import Proof

# What decides how a page is seen (ISO 32000-2 table 31), resources aside.
FRAME: Final = ("/MediaBox", "/CropBox", "/TrimBox", "/Rotate", "/UserUnit", "/Group")
# What is not followed: metadata that goes, and ways back up the tree.
SKIPPED: Final = frozenset(
    {
        *("/Metadata", "/Parent", "/P", "/StructParent", "/StructParents"),
        *("/Length", "/Filter", "/DecodeParms", "/F", "/FFilter", "/FDecodeParms", "/Ref"),
        *DROPPED,
    }
)
MAX_DEPTH: Final = 64


def contents(original: bytes, cleaned: bytes, *, but_text: bool = False) -> Proof:
    """Prove that every page has the same frame, instructions and resources.

    With ``but_text``, instructions that show text may show less of it.

    Raises:
        NotFaithfulError: one differs.
        UnreadableError: one of the documents cannot be read.
    """
    before, _ = read(original, lambda pdf: _pages(pdf, but_text=but_text))
    after = _pages(opened(cleaned), but_text=but_text)
    if len(before) != len(after):
        raise NotFaithfulError("another number of pages")
    if before != after:
        raise NotFaithfulError("a page is told to draw otherwise")
    said = "every page's instructions, fonts and pictures are the same"
    return Proof("tokens", len(after), said + (", chosen words aside" if but_text else ""))


def digest_of(held: pikepdf.Object) -> bytes:
    """Return a digest of ``held`` and all it refers to, metadata aside."""
    return _Digests(but_text=False).of(held)


def _pages(pdf: pikepdf.Pdf, *, but_text: bool) -> list[bytes]:
    try:
        digests = _Digests(but_text=but_text)
        return [digests.of_page(page) for page in pdf.pages]
    except (*BROKEN, IndexError) as error:
        raise UnreadableError from error


class _Digests:
    """Digests of objects and what they refer to, whatever the objects are numbered."""

    def __init__(self, *, but_text: bool) -> None:
        self._known: dict[tuple[int, int], bytes] = {}
        self._but_text = but_text

    def of_page(self, page: pikepdf.Page) -> bytes:
        digest = hashlib.blake2b(digest_size=32)
        for key in FRAME:
            digest.update(self.of(page.obj.get(key)))
        if self._but_text:
            digest.update(_instructions(page))
        else:
            content = page.obj.get(Name.Contents)
            for stream in content if isinstance(content, pikepdf.Array) else [content]:
                if isinstance(stream, pikepdf.Stream):
                    digest.update(self.of(stream))
        digest.update(self.of(page.obj.get(Name.Resources)))
        return digest.digest()

    def of(self, held: object, depth: int = 0, key: str = "") -> bytes:
        if not isinstance(held, (pikepdf.Dictionary, pikepdf.Stream, pikepdf.Array)):
            return hashlib.blake2b(repr(held).encode(), digest_size=32).digest()
        mark = held.objgen if held.is_indirect else (0, 0)
        if mark in self._known:
            return self._known[mark]
        if mark != (0, 0):
            # A form may draw itself through others; where it comes round again, this stands for it.
            self._known[mark] = b"again"
        if depth > MAX_DEPTH:
            raise UnreadableError("nested too deeply")
        digest = hashlib.blake2b(digest_size=32)
        for name, child in _children(held, key):
            digest.update(name.encode() + self.of(child, depth + 1, name))
        if isinstance(held, pikepdf.Stream):
            told = self._but_text and held.get(Name.Subtype) == Name.Form
            digest.update(_instructions(held) if told else pdf_streams.coded(held))
        if mark != (0, 0):
            self._known[mark] = digest.digest()
        return digest.digest()


def _instructions(held: pikepdf.Page | pikepdf.Stream) -> bytes:
    """Return a digest of what a page or form is told, whatever text it shows."""
    digest = hashlib.blake2b(digest_size=32)
    for instruction in pikepdf.parse_content_stream(held):
        operator = str(instruction.operator)
        if operator == '"':
            before = zip(("Tw", "Tc"), instruction.operands, strict=False)
            digest.update(b"".join(_token(name, [one]) for name, one in before))
        if operator in ("'", '"'):
            digest.update(_token("T*", []))
        if operator in SHOWING:
            digest.update(b"show\0")
        elif operator in ("BDC", "DP"):
            digest.update(_token(operator, list(instruction.operands)[:1]))
        else:
            digest.update(_token(operator, list(instruction.operands)))
    return digest.digest()


def _token(operator: str, operands: Sequence[object]) -> bytes:
    return f"{operator} {operands!r}\0".encode("utf-8", "surrogatepass")


def _children(held: pikepdf.Object, key: str) -> Iterator[tuple[str, pikepdf.Object]]:
    if isinstance(held, pikepdf.Array):
        yield from (("", child) for child in held)
        return
    named = key in NAMED and isinstance(held, pikepdf.Dictionary)
    for name in sorted(held.keys()):
        child = held[name]
        told = name in INFORMATION and isinstance(child, pikepdf.String)
        if named or not (told or name in SKIPPED or name.startswith(TEX)):
            yield name, child
