"""The table of pictures: which renderer draws which format. To draw another, add a row.

Room: redaction/preview. This table is data; only the worker loads a renderer.
"""

from importlib import import_module
from typing import Final, cast

from redaction.preview.errors import NoPictureError
from redaction.preview.model import Renderer

_ROOM: Final = "redaction.preview.renderers"
RENDERERS: Final[dict[str, str]] = {
    "pdf": f"{_ROOM}.pages",
    "jpeg": f"{_ROOM}.image",
    "png": f"{_ROOM}.image",
    "tiff": f"{_ROOM}.image",
    "webp": f"{_ROOM}.image",
    "gif": f"{_ROOM}.image",
    "bmp": f"{_ROOM}.image",
    "svg": f"{_ROOM}.svg",
    "svgz": f"{_ROOM}.svg",
    "dxf": f"{_ROOM}.dxf",
    "stl": f"{_ROOM}.mesh",
    "obj": f"{_ROOM}.mesh",
    "ply": f"{_ROOM}.mesh",
    "gltf": f"{_ROOM}.mesh",
    "3mf": f"{_ROOM}.printable",
    "amf": f"{_ROOM}.printable",
    "step": f"{_ROOM}.solid",
    "stpz": f"{_ROOM}.solid",
}


def load(name: str) -> Renderer:
    """Import the renderer of the format called ``name``; only the worker calls this.

    Raises:
        NoPictureError: there is none.
    """
    module = RENDERERS.get(name)
    if module is None:
        raise NoPictureError
    return imported(module)


def imported(module: str) -> Renderer:
    """Import a renderer by the name of its module."""
    return cast(Renderer, import_module(module))
