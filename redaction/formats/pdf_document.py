"""A PDF as objects: opened, walked once, written anew.

Room: redaction/formats. Runs only inside the sandbox worker. Pure. Writing anew is what removes
history: only what is reachable is written, once, in one revision, with an identifier that is the
same for every file. A file whose tables are damaged is repaired only if it ends where a PDF ends:
half a file is never taken for a whole one, and what the repair made is believed only when another
reader, with a repair of its own, draws the same. Layout: ISO 32000-2 §7.5 (file structure),
§7.3.10 (indirect objects), §7.6 (encryption).
"""

import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Final, TypeVar

import pikepdf
from pikepdf import Name, ObjectStreamMode, PageCopyWarning, StreamDecodeLevel
from pikepdf.settings import set_qpdf_limits

from redaction.errors import EncryptedError, TooLargeError, UnreadableError, UnsupportedFormatError

MAX_PAGES: Final = 5_000
MAX_OBJECTS: Final = 2_000_000
MAX_STREAM_BYTES: Final = 512 * 1024 * 1024
MAX_NESTING: Final = 200
MAX_FILTERS: Final = 8
# Where readers look for the end of a PDF (ISO 32000-2 §7.5.5, annex I).
END_WITHIN_BYTES: Final = 1024
END: Final = re.compile(rb"startxref\s++[0-9]++\s++%%EOF")

T = TypeVar("T")

# Dictionaries whose keys are names somebody chose and not keys of the standard.
NAMED: Final = frozenset(
    {
        *("/XObject", "/Font", "/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/Properties"),
        *("/CharProcs", "/ClassMap", "/RoleMap", "/Colorants", "/Dests", "/RoleMapNS"),
    }
)
# A page's and the catalog's own words for these are dictionaries of the standard.
NOT_NAMED_WITH: Final = ("/Type", "/Subtype", "/S", "/Names", "/Kids")

BROKEN: Final = (pikepdf.PdfError, ValueError, KeyError, TypeError, AttributeError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Node:
    """A dictionary or stream and the key it hangs under; array members have the array's key."""

    held: pikepdf.Object
    key: str
    listed: bool = False

    @property
    def named(self) -> bool:
        """Whether its keys are names that somebody chose."""
        plain = isinstance(self.held, pikepdf.Dictionary) and not self.listed
        return plain and self.key in NAMED and not any(key in self.held for key in NOT_NAMED_WITH)


def read(data: bytes, action: Callable[[pikepdf.Pdf], T]) -> tuple[T, bool]:
    """Return what ``action`` makes of the document, and whether it had to be repaired for it.

    Raises:
        EncryptedError: it opens only with a password.
        UnreadableError: damaged beyond repair, or its end is missing.
        TooLargeError: more pages or objects than a drawing has.
        UnsupportedFormatError: its pages exist only in a form language of another standard.
    """
    try:
        return action(opened(data)), False
    except UnreadableError:
        if END.search(data, max(0, len(data) - END_WITHIN_BYTES)) is None:
            raise
    return action(opened(data, repaired=True)), True


def opened(data: bytes, *, repaired: bool = False) -> pikepdf.Pdf:
    """Return the document; ``repaired`` has tables that are damaged made anew.

    Raises:
        EncryptedError: it opens only with a password.
        UnreadableError: it is damaged.
        TooLargeError: more pages or objects than a drawing has.
        UnsupportedFormatError: its pages exist only in a form language of another standard.
    """
    # Process-wide in qpdf, and the same for every file: setting them again changes nothing.
    set_qpdf_limits(
        flate_max_memory=MAX_STREAM_BYTES,
        run_length_max_memory=MAX_STREAM_BYTES,
        parser_max_nesting=MAX_NESTING,
        max_stream_filters=MAX_FILTERS,
    )
    try:
        pdf = pikepdf.Pdf.open(BytesIO(data), attempt_recovery=repaired, suppress_warnings=True)
        _check(pdf)
    except pikepdf.PasswordError as error:
        raise EncryptedError from error
    except BROKEN as error:
        raise UnreadableError from error
    return pdf


def _check(pdf: pikepdf.Pdf) -> None:
    pages = len(pdf.pages)
    if pages > MAX_PAGES or len(pdf.objects) > MAX_OBJECTS:
        raise TooLargeError
    if not pages:
        raise UnreadableError("no pages")
    if pdf.Root.get(Name.NeedsRendering, False):
        raise UnsupportedFormatError("a dynamic XFA form")


def walk(pdf: pikepdf.Pdf, start: pikepdf.Object | None = None) -> Iterator[Node]:
    """Yield every dictionary and stream reachable from ``start``, each before its children.

    Without ``start`` it is the catalog.
    A key deleted from a yielded node is not followed. The order depends on the file alone.
    """
    waiting = [(pdf.Root if start is None else start, "/Root", False)]
    seen: set[tuple[int, int]] = set()
    while waiting:
        held, key, listed = waiting.pop()
        if held.is_indirect:
            if held.objgen in seen:
                continue
            seen.add(held.objgen)
        if isinstance(held, pikepdf.Array):
            children = [(child, key) for child in held]
        else:
            yield Node(held, key, listed)
            children = [(held[name], name) for name in held.keys()]  # noqa: SIM118 - no Mapping
        waiting += [
            (child, name, isinstance(held, pikepdf.Array))
            for child, name in reversed(children)
            if isinstance(child, (pikepdf.Dictionary, pikepdf.Stream, pikepdf.Array))
        ]


def written(pdf: pikepdf.Pdf) -> bytes:
    """Return the document as one revision, without trailer entries or anything unreachable.

    Written twice, it is the same bytes: a file that was written here is recognised by that.
    """
    for name in list(pdf.trailer.keys()):
        if name not in ("/Root", "/Size"):
            del pdf.trailer[name]
    out = BytesIO()
    try:
        with warnings.catch_warnings():
            # Whether a form's fields are all listed was its author's business.
            warnings.simplefilter("ignore", PageCopyWarning)
            pdf.save(
                out,
                static_id=True,
                fix_metadata_version=False,
                preserve_pdfa=False,
                object_stream_mode=ObjectStreamMode.generate,
                compress_streams=True,
                stream_decode_level=StreamDecodeLevel.none,
            )
    except BROKEN as error:
        raise UnreadableError from error
    return out.getvalue()
