"""The pixel oracle: what was drawn before is drawn after, dot for dot.

Room: redaction/fidelity. Pure; memory is bounded by the largest page or picture, of which never
more than one is held. Images are decoded by Pillow; pages are drawn by pdfium, which reads and
draws PDF independently of the library that rewrites it.
"""

import hashlib
import logging
import struct
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BytesIO
from typing import Final

import pypdfium2
from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
from pypdfium2.raw import FPDFBitmap_BGRx

from redaction.errors import NotFaithfulError, TooLargeError, UnreadableError
from redaction.model import Proof

MAX_PICTURE_PIXELS: Final = 100_000_000
MAX_FRAMES: Final = 1_000
STRIP_ROWS: Final = 256
# Drawings are read at arm's length on a screen of about this many dots per inch.
PAGE_DPI: Final = 100
POINTS_PER_INCH: Final = 72
# An A0 sheet at 100 dpi; a larger page is drawn smaller.
MAX_PAGE_PIXELS: Final = 16_000_000
ORIENTATION: Final = 0x0112
EDGE_DOTS: Final = 2
WHITE: Final = (255, 255, 255, 255)

Box = tuple[float, float, float, float]  # left, bottom, right, top in points
# XMP of a picture with a long past is larger than what Pillow unpacks unasked.
PngImagePlugin.MAX_TEXT_CHUNK = 16 * 1024 * 1024

# It says on standard error that XFA forms are not drawn; both drawings lack them alike.
logging.getLogger("pypdfium2").addHandler(logging.NullHandler())

PLUGINS: Final[Mapping[str, Callable[[BytesIO], Image.Image]]] = {
    "JPEG": JpegImagePlugin.JpegImageFile,
    "PNG": PngImagePlugin.PngImageFile,
    "TIFF": TiffImagePlugin.TiffImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
    "WEBP": WebPImagePlugin.WebPImageFile,
}
BROKEN: Final = (
    *(OSError, SyntaxError, ValueError, EOFError, struct.error),
    *(KeyError, IndexError, TypeError, OverflowError, AttributeError),
)


def opened(data: bytes, kind: str) -> Image.Image:
    """Return the picture of ``kind`` (one of ``PLUGINS``), not yet decoded.

    Raises:
        UnreadableError: it is not such a picture.
        TooLargeError: it has more pixels or frames than can be compared.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture = PLUGINS[kind](BytesIO(data))
            # Counting them reads the head of each.
            frames = getattr(picture, "n_frames", 1)
    except Image.DecompressionBombError as error:
        raise TooLargeError from error
    except BROKEN as error:
        raise UnreadableError from error
    width, height = picture.size
    if width * height > MAX_PICTURE_PIXELS or frames > MAX_FRAMES:
        raise TooLargeError
    return picture


def orientation(picture: Image.Image) -> int:
    """Return how a viewer turns ``picture`` (Exif 4.6.5.1.6), 1 when it stands upright."""
    try:
        with warnings.catch_warnings():
            # Pillow warns of damaged Exif, and a viewer shows such a picture upright.
            warnings.simplefilter("ignore")
            value = picture.getexif().get(ORIENTATION, 1)
    except BROKEN:
        return 1
    return value if isinstance(value, int) and value in range(2, 9) else 1


def images(original: bytes, cleaned: bytes, kind: str) -> Proof:
    """Prove that both pictures decode to the same pixels, in every frame, and are shown alike.

    Raises:
        NotFaithfulError: they differ.
        UnreadableError, TooLargeError: one cannot be decoded.
    """
    before, pixels = _shown(original, kind)
    after, _ = _shown(cleaned, kind)
    if before != after:
        raise NotFaithfulError("pixels differ")
    return Proof("pixels", pixels, "every pixel, the colours and the orientation are the same")


def _shown(data: bytes, kind: str) -> tuple[list[object], int]:
    picture = opened(data, kind)
    shown: list[object] = [picture.mode, picture.size, orientation(picture)]
    pixels = 0
    try:
        for number in range(getattr(picture, "n_frames", 1)):
            picture.seek(number)
            picture.load()
            shown += [_digest(picture), picture.info.get("duration"), _palette(picture)]
            pixels += picture.size[0] * picture.size[1]
            shown.append(picture.info.get("transparency"))
        profile = picture.info.get("icc_profile") or b""
    except Image.DecompressionBombError as error:
        raise TooLargeError from error
    except BROKEN as error:
        raise UnreadableError from error
    if not isinstance(profile, bytes):
        raise UnreadableError("a profile that is none")
    # Words in a profile may be blanked; what it is for and how long it is may not change.
    shown += [len(profile), profile[:24], picture.info.get("gamma")]
    # Pillow's "dpi" of a JPEG may come from Exif, which goes; JFIF states its own.
    shown.append(picture.info.get("jfif_density" if kind == "JPEG" else "dpi"))
    return shown, pixels


def _palette(picture: Image.Image) -> bytes | None:
    return picture.palette.tobytes() if picture.palette is not None else None


def _digest(picture: Image.Image) -> bytes:
    digest = hashlib.blake2b(digest_size=32)
    width, height = picture.size
    for top in range(0, height, STRIP_ROWS):
        strip = picture.crop((0, top, width, min(height, top + STRIP_ROWS)))
        digest.update(strip.tobytes())
    return digest.digest()


def pages(original: bytes, cleaned: bytes, but: Mapping[int, Sequence[Box]] | None = None) -> Proof:
    """Prove that every page of both PDFs is drawn alike, annotations and forms included.

    ``but`` are boxes by the number of their page, from 1, that are not compared.

    Raises:
        NotFaithfulError: a page is missing, sized or drawn otherwise, or none could be drawn.
        UnreadableError: pdfium cannot read one of them.
    """
    count, but = 0, but or {}
    for before, after in zip(_drawn(original, but), _drawn(cleaned, but), strict=False):
        if before != after:
            raise NotFaithfulError("a page is drawn otherwise")
        count += 1
    if not count or count != _count(original) or count != _count(cleaned):
        raise NotFaithfulError("not every page was drawn")
    said = f"every page, drawn at {PAGE_DPI} dpi or its limit, is the same"
    return Proof("pixels", count, said + (" around what was to go" if any(but.values()) else ""))


def _document(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise UnreadableError from error


def _count(data: bytes) -> int:
    document = _document(data)
    try:
        return len(document)
    finally:
        document.close()


def _drawn(data: bytes, but: Mapping[int, Sequence[Box]]) -> Iterator[tuple[object, ...]]:
    document = _document(data)
    try:
        document.init_forms()
        for number in range(len(document)):
            yield _page(document, number, but.get(number + 1, ()))
    except pypdfium2.PdfiumError as error:
        raise UnreadableError from error
    finally:
        document.close()


def _page(document: pypdfium2.PdfDocument, number: int, but: Sequence[Box]) -> tuple[object, ...]:
    page = document[number]
    width, height = page.get_size()
    scale = PAGE_DPI / POINTS_PER_INCH
    area = width * height * scale * scale
    if area > MAX_PAGE_PIXELS:
        scale *= (MAX_PAGE_PIXELS / area) ** 0.5
    bitmap = page.render(
        scale=scale, may_draw_forms=True, force_bitmap_format=FPDFBitmap_BGRx, maybe_alpha=False
    )
    for box in but:
        _blank(bitmap, page, box)
    drawn = hashlib.blake2b(bitmap.buffer, digest_size=32).digest()
    shape = (bitmap.width, bitmap.height)
    bitmap.close()
    page.close()
    return (round(width, 3), round(height, 3), shape, drawn)


def _blank(bitmap: pypdfium2.PdfBitmap, page: pypdfium2.PdfPage, box: Box) -> None:
    """Paint over ``box`` and the dots beside it, which share their colour with it."""
    places = bitmap.get_posconv(page)
    corners = [places.to_bitmap(x, y) for x in box[::2] for y in box[1::2]]
    left, right = min(x for x, _ in corners), max(x for x, _ in corners)
    top, bottom = min(y for _, y in corners), max(y for _, y in corners)
    left, top = max(left - EDGE_DOTS, 0), max(top - EDGE_DOTS, 0)
    width = min(right + EDGE_DOTS, bitmap.width - 1) - left + 1
    height = min(bottom + EDGE_DOTS, bitmap.height - 1) - top + 1
    if width > 0 and height > 0:
        bitmap.fill_rect(WHITE, left, top, width, height)


def warm() -> None:
    """Load the decoders, so that no file is opened afterwards."""
    Image.preinit()
