"""A glTF, alone in JSON or packed with its buffer (GLB), and the pictures inside it.

Room: redaction/formats. Pure; linear in the file. A picture in the buffer is put back in its old
place, zeros behind it, so that no offset moves; one in a data URL is written anew. Source: glTF 2.0
§4.4 (GLB), §3.6.1 (buffers), §3.8 (images).
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from redaction.errors import (
    OpaqueStreamError,
    TooLargeError,
    UnreadableError,
    UnsupportedFormatError,
)

MAGIC: Final = b"glTF"
HEADER_BYTES: Final = 12
JSON_TYPE: Final = b"JSON"
BINARY_TYPE: Final = b"BIN\x00"
VERSION: Final = 2
DATA: Final = re.compile(r"data:[\w.+/-]*+(?:;[\w.+=/-]++)*+,", re.IGNORECASE)
MAX_PICTURES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Scene:
    """A file taken apart: the JSON as text, and the buffer packed with it (None: no GLB)."""

    text: str = field(repr=False)
    binary: bytes | None = field(repr=False)
    packed: bool
    rest_bytes: int = 0

    def written(self, text: str, binary: bytes | None) -> bytes:
        """Return the file with this JSON and buffer."""
        body = text.encode("utf-8")
        if not self.packed:
            return body
        chunks = _chunk(JSON_TYPE, body + b" " * (-len(body) % 4))
        if binary is not None:
            chunks += _chunk(BINARY_TYPE, binary + bytes(-len(binary) % 4))
        size = HEADER_BYTES + len(chunks)
        if size >= 1 << 32:
            raise TooLargeError
        head = MAGIC + VERSION.to_bytes(4, "little") + size.to_bytes(4, "little")
        return head + chunks


def read(data: bytes) -> Scene:
    """Return the parts of the file.

    Raises:
        UnreadableError: damaged or cut off.
        UnsupportedFormatError: a GLB of another version.
    """
    if not data.startswith(MAGIC):
        return Scene(_decoded(data), None, packed=False)
    if int.from_bytes(data[4:8], "little") != VERSION:
        raise UnsupportedFormatError
    end = int.from_bytes(data[8:HEADER_BYTES], "little")
    if end > len(data):
        raise UnreadableError("cut off")
    chunks = list(_chunks(data, end))
    if not chunks or chunks[0][0] != JSON_TYPE:
        raise UnreadableError("no JSON in it")
    binary = chunks[1][1] if len(chunks) > 1 and chunks[1][0] == BINARY_TYPE else None
    kept = HEADER_BYTES + sum(8 + len(body) for kind, body in chunks[: 1 + (binary is not None)])
    text = _decoded(chunks[0][1]).rstrip(" ")
    return Scene(text, binary, packed=True, rest_bytes=len(data) - kept)


def _chunks(data: bytes, end: int) -> Iterator[tuple[bytes, bytes]]:
    position = HEADER_BYTES
    while position < end:
        size = int.from_bytes(data[position : position + 4], "little")
        if position + 8 + size > end or size % 4:
            raise UnreadableError("cut off")
        yield data[position + 4 : position + 8], data[position + 8 : position + 8 + size]
        position += 8 + size


def _chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "little") + kind + body


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableError("no UTF-8") from error


def pictures(scene: Scene) -> Iterator[tuple[int, int, int]]:
    """Yield the number of each picture in the packed buffer, and from where to where it lies.

    Raises:
        UnreadableError: it lies outside the buffer.
        OpaqueStreamError: it lies in a buffer that is written into the JSON.
    """
    document = json.loads(scene.text)
    images = document.get("images", []) if isinstance(document, dict) else []
    if isinstance(images, dict):
        images = list(images.values())  # glTF 1.0
    for number, image in enumerate(images[:MAX_PICTURES]):
        view = image.get("bufferView") if isinstance(image, dict) else None
        if view is not None:
            yield (number, *_place(document, scene, view))


def _place(document: Mapping[str, Any], scene: Scene, view: object) -> tuple[int, int]:
    try:
        known = document["bufferViews"][view]
        buffer, start = document["buffers"][known["buffer"]], known.get("byteOffset", 0)
        end = start + known["byteLength"]
        outside = not 0 <= start <= end
    except (LookupError, TypeError) as error:
        raise UnreadableError("a picture in no buffer") from error
    if isinstance(buffer, dict) and "uri" in buffer:
        if str(buffer["uri"]).startswith("data:"):
            raise OpaqueStreamError
        return 0, 0  # it lies in another file
    if scene.binary is None or outside or end > len(scene.binary):
        raise UnreadableError("a picture outside the buffer")
    return start, end


def content(scene: Scene, start: int, end: int) -> bytes:
    """Return the picture at this place, without the zeros that fill it up."""
    body = (scene.binary or b"")[start:end]
    if body[:4] == b"RIFF":
        return body[: 8 + int.from_bytes(body[4:8], "little")]
    return body.rstrip(b"\x00")


def from_data(uri: str) -> bytes | None:
    """Return what a data URL holds; None if ``uri`` is none.

    Raises:
        UnreadableError: it does not decode.
        OpaqueStreamError: it is not written in base64.
    """
    head = DATA.match(uri)
    if head is None:
        return None
    if not head.group().lower().endswith(";base64,"):
        raise OpaqueStreamError
    try:
        return base64.b64decode(uri[head.end() :], validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnreadableError("a data URL that does not decode") from error
