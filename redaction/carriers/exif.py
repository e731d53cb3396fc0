"""Exif (CIPA DC-008, a TIFF inside other files): the camera, its owner, the place and the time.

Room: redaction/carriers. Pure. Pillow reads the tags, only to tell what they said; an Exif block
is dropped whole. One field is needed to see a photograph upright, so a block with nothing but
the orientation takes its place.
"""

import struct
import warnings
from collections.abc import Iterator
from typing import Final

# Exif is read with the TIFF plug-in, which Pillow would only load from disk when it is needed.
from PIL import ExifTags, Image, TiffImagePlugin  # noqa: F401

from redaction.carriers.naming import removed
from redaction.model import Action, Category, Finding

SIGNATURE: Final = b"Exif\x00\x00"
ORIENTATION: Final = ExifTags.Base.Orientation
UPRIGHT: Final = 1
ORIENTATIONS: Final = range(2, 9)
MAX_TAG_CHARS: Final = 500

# Structure and optics: numbers that tell of the picture and of nobody.
_TECHNICAL: Final = """
    Orientation ExifOffset GPSInfo XResolution YResolution ResolutionUnit YCbCrPositioning
    ColorSpace ExifImageWidth ExifImageHeight ExifVersion FlashPixVersion ComponentsConfiguration
    ExifInteroperabilityOffset ImageWidth ImageLength BitsPerSample Compression SamplesPerPixel
    PhotometricInterpretation ExposureTime FNumber ISOSpeedRatings Flash FocalLength WhiteBalance
    MeteringMode ExposureProgram ExposureMode ExposureBiasValue MaxApertureValue SceneCaptureType
    ShutterSpeedValue ApertureValue CompressedBitsPerPixel FileSource SceneType CustomRendered
    DigitalZoomRatio FocalLengthIn35mmFilm GainControl Contrast Saturation Sharpness LightSource
    SubjectDistanceRange SensingMethod BrightnessValue FocalPlaneXResolution
    FocalPlaneYResolution FocalPlaneResolutionUnit JpegIFOffset JpegIFByteCount PrintImageMatching
"""
TECHNICAL: Final = frozenset(_TECHNICAL.split())
UNREADABLE: Final = (
    *(SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError),
    *(OSError, EOFError, struct.error, OverflowError, ZeroDivisionError),
)


def minimal(orientation: int) -> bytes:
    """Return a TIFF that holds ``orientation`` (1 to 8) and nothing else.

    Layout: TIFF 6.0 §2, big endian; one entry of type SHORT; no further directory.
    """
    entry = struct.pack(">HHIHH", ORIENTATION, 3, 1, orientation, 0)
    return b"MM\x00\x2a\x00\x00\x00\x08\x00\x01" + entry + bytes(4)


def findings(tiff: bytes, where: str = "") -> list[Finding]:
    """Return what the Exif block ``tiff`` tells; at least one finding, for the block itself."""
    found = [Finding("Exif", Category.HISTORY, Action.REMOVED, "Exif block", where, seed=False)]
    try:
        with warnings.catch_warnings():
            # Pillow warns of damage; a block that goes anyway may be damaged.
            warnings.simplefilter("ignore")
            for name, value in _tags(tiff):
                found += removed("Exif", name, value, where)
    except UNREADABLE:
        found.append(
            Finding("Exif", Category.HISTORY, Action.REMOVED, "unreadable", where, seed=False)
        )
    return found


def _tags(tiff: bytes) -> Iterator[tuple[str, str]]:
    exif = Image.Exif()
    exif.load(SIGNATURE + tiff)
    directories = (
        (dict(exif), ExifTags.TAGS),
        (exif.get_ifd(ExifTags.IFD.Exif), ExifTags.TAGS),
        (exif.get_ifd(ExifTags.IFD.GPSInfo), ExifTags.GPSTAGS),
    )
    for tags, names in directories:
        for tag, value in tags.items():
            name = names.get(tag, f"tag {tag}")
            if name == "MakerNote":
                yield name, "notes of the camera's maker"
            elif name not in TECHNICAL:
                yield name, _text(name, value)
    if exif.get_ifd(ExifTags.IFD.IFD1):
        yield "thumbnail", "thumbnail picture"


def _text(name: str, value: object) -> str:
    if isinstance(value, bytes):
        if name.startswith("XP"):
            return value.decode("utf-16-le", "ignore")
        if name == "UserComment":
            value = value[8:]
        text = value.decode("utf-8", "ignore")
        return text if text.isprintable() else ""
    return str(value)[:MAX_TAG_CHARS]
