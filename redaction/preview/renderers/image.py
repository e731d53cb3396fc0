"""Pictures (JPEG, PNG, TIFF, WebP, GIF, BMP): upright, in the screen's colours, made smaller.

Room: redaction/preview. Runs only inside the sandbox worker. What a file claims to unfold to is
looked at before it is unfolded.
"""

from io import BytesIO
from typing import Final

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from redaction.errors import TooLargeError, UnreadableError
from redaction.preview.limits import MAX_PAGES, MAX_PIXELS
from redaction.preview.model import Drawn, Measure
from redaction.preview.paper import reduced

FORMATS: Final = ("JPEG", "PNG", "TIFF", "WEBP", "GIF", "BMP")
MAX_UNFOLDED_PIXELS: Final = 200_000_000
# Exif 2.32, §4.6.4; Pillow turns a TIFF by itself, before anybody asks for its size.
ORIENTATION: Final = 0x0112
SIDEWAYS: Final = frozenset({5, 6, 7, 8})
COLOURS: Final = frozenset({"RGB", "RGBA", "L", "CMYK"})


def warm() -> None:
    """Load every decoder."""
    Image.init()
    for name in FORMATS:
        out = BytesIO()
        Image.new("RGB", (2, 2)).save(out, name)
        draw(out.getvalue())
    profile = ImageCms.createProfile("sRGB")
    ImageCms.profileToProfile(Image.new("RGB", (1, 1)), profile, profile)


def draw(data: bytes) -> Drawn:
    """Return the first pictures in ``data``.

    Raises:
        TooLargeError: it would unfold to more than a picture may have.
        UnreadableError: it cannot be read.
    """
    Image.MAX_IMAGE_PIXELS = None  # looked at below, as an error and not as a warning
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as picture:
            count = getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
            frames = [_frame(picture, number) for number in range(min(count, MAX_PAGES))]
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise UnreadableError from error
    measures = (Measure.length("pixels", *frames[0][1]), Measure.count("pages", count))
    return Drawn(tuple(page for page, _ in frames), count, measures)


def _frame(picture: Image.Image, number: int) -> tuple[Image.Image, tuple[int, int]]:
    """Return a page as it is shown, and how large it is in the file, upright."""
    picture.seek(number)
    size = picture.size
    if size[0] * size[1] > MAX_UNFOLDED_PIXELS:
        raise TooLargeError
    turned = picture.getexif().get(ORIENTATION, 1) in SIDEWAYS and picture.format != "TIFF"
    picture.draft("RGB", (MAX_PIXELS, MAX_PIXELS))
    picture.load()
    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith("I;16") or upright.mode in {"I", "F"}:
        upright = _levelled(upright)
    return _as_shown(reduced(upright)), size[::-1] if turned else size


def _levelled(picture: Image.Image) -> Image.Image:
    # Sixteen bits a pixel, or measured values: stretched to what a screen can show.
    values = picture.convert("F")
    low, high = values.getextrema()
    span = (float(high) - float(low)) or 1.0  # type: ignore[arg-type]
    return values.point(lambda value: (value - float(low)) * (255 / span)).convert("L")  # type: ignore[arg-type]


def _as_shown(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in COLOURS:
        return picture
    wanted = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        shown = ImageCms.profileToProfile(
            picture, BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode=wanted
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture  # a broken profile spoils shades, not the drawing
    return shown or picture
