"""Pictures written into a text in base64 (data URLs): handed out to be cleaned, and put back.

Room: redaction/carriers. Pure; linear in the text. Source: RFC 2397 (the data URL scheme).
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Final

from redaction.errors import UnreadableError

# Editors break the lines of a picture, also by references to a line end.
PICTURE: Final = re.compile(
    r"(?P<head>data:image/[\w.+-]{1,40};(?:[\w=-]{1,40};)*base64,)"
    r"(?P<body>(?:[A-Za-z0-9+/=_%-]|\s|&#(?:x[0-9A-Fa-f]{1,4}|[0-9]{1,5});)*+)",
    re.IGNORECASE,
)
BREAK: Final = re.compile(r"\s++|&#[^;]*+;")


def contents(text: str) -> Iterator[tuple[int, bytes]]:
    """Yield the number, from 1, and the content of each picture in ``text``.

    Raises:
        UnreadableError: one does not decode.
    """
    for number, found in enumerate(PICTURE.finditer(text), 1):
        yield number, _decoded(found["body"])


def replaced(text: str, contents: Mapping[int, bytes]) -> str:
    """Return ``text`` with the pictures of these numbers holding what stands there."""
    out: list[str] = []
    position = 0
    for number, found in enumerate(PICTURE.finditer(text), 1):
        if number in contents:
            written = base64.b64encode(contents[number]).decode("ascii")
            out += (text[position : found.start("body")], written)
            position = found.end("body")
    out.append(text[position:])
    return "".join(out)


def by_content(value: str) -> str:
    """Return ``value`` with each picture in it named by a digest of its bytes."""
    if "base64," not in value.lower():
        return value
    return PICTURE.sub(
        lambda found: f"{found['head']}{hashlib.sha256(_decoded(found['body'])).hexdigest()}", value
    )


def _decoded(body: str) -> bytes:
    compact = BREAK.sub("", body).replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")
    compact = compact.rstrip("=")
    try:
        return base64.b64decode(compact + "=" * (-len(compact) % 4), altchars=None, validate=True)
    except binascii.Error as error:
        raise UnreadableError("a picture that does not decode") from error
