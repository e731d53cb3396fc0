"""The resumable upload protocol tus 1.0.0: headers in, a checked request out, headers back.

Room: gateway/intake. Pure. The numbers in the docstrings are headings of the specification
(tus-resumable-upload-protocol/protocol.md): core, creation, creation-with-upload,
creation-defer-length, termination, expiration, checksum. gateway.intake.uploads does the work.
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate
from typing import Final

from gateway.intake.errors import (
    ChecksumUnknownError,
    LengthFixedError,
    MalformedRequestError,
    OffsetMismatchError,
    TooLongError,
    UnsupportedVersionError,
    WrongMediaTypeError,
)

VERSION: Final = "1.0.0"
EXTENSIONS: Final = (
    "creation",
    "creation-with-upload",
    "creation-defer-length",
    "termination",
    "expiration",
    "checksum",
)
CHECKSUM_ALGORITHMS: Final = ("sha1", "sha256")
MEDIA_TYPE: Final = "application/offset+octet-stream"
DIGEST_BYTES: Final = {"sha1": 20, "sha256": 32}

_NUMBER: Final = re.compile(r"[0-9]{1,18}")
_METADATA_KEY: Final = re.compile(r"[!-+\--~]++")


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the body of one request must hash to."""

    algorithm: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Creation:
    """A request for a new upload. ``length`` is None while deferred."""

    length: int | None
    metadata: str  # as the client wrote it
    filename: str  # untrusted, "" when there is none


@dataclass(frozen=True, slots=True)
class Append:
    """A request to add bytes. ``length`` is what a deferred length turns out to be."""

    offset: int
    length: int | None = None
    body_bytes: int | None = None  # None when the client does not say
    checksum: Checksum | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """Where an upload stands."""

    offset: int
    length: int | None
    metadata: str
    expires_at: float | None  # None once it cannot expire

    @property
    def complete(self) -> bool:
        """Whether every byte has arrived."""
        return self.offset == self.length


def effective_method(method: str, headers: Mapping[str, str]) -> str:
    """Return the method that counts (X-HTTP-Method-Override)."""
    return headers.get("X-HTTP-Method-Override", method).strip().upper()


def require_version(headers: Mapping[str, str]) -> None:
    """Return if the client speaks our version (Tus-Resumable; not asked of OPTIONS).

    Raises:
        UnsupportedVersionError: another, or none.
    """
    if headers.get("Tus-Resumable", "").strip() != VERSION:
        raise UnsupportedVersionError


def creation(headers: Mapping[str, str], *, max_bytes: int) -> Creation:
    """Return what a POST asks for (Creation).

    Raises:
        MalformedRequestError: not exactly one of Upload-Length and Upload-Defer-Length, or
            metadata that is not keys and base64.
        TooLongError: longer than ``max_bytes``.
    """
    length, deferred = headers.get("Upload-Length"), headers.get("Upload-Defer-Length")
    if (length is None) == (deferred is None):
        raise MalformedRequestError(header="Upload-Length")
    if deferred is not None and deferred.strip() != "1":
        raise MalformedRequestError(header="Upload-Defer-Length")
    given = headers.get("Upload-Metadata", "").strip()
    named = metadata(given)
    return Creation(
        _length(headers, max_bytes) if length is not None else None,
        given,
        named.get("filename") or named.get("name") or "",
    )


def with_upload(headers: Mapping[str, str]) -> bool:
    """Return whether a POST brings bytes along (Creation With Upload).

    Raises:
        WrongMediaTypeError: a body of another type.
    """
    has_body = headers.get("Content-Length", "0").strip() != "0" or "Transfer-Encoding" in headers
    if not has_body:
        return False
    _require_media_type(headers)
    return True


def append(headers: Mapping[str, str], *, max_bytes: int, offset: int | None = None) -> Append:
    """Return what a PATCH brings (PATCH, Checksum); ``offset`` is 0 for a creation's body.

    Raises, in this order:
        WrongMediaTypeError: not application/offset+octet-stream.
        MalformedRequestError: no usable Upload-Offset, Upload-Length or Upload-Checksum.
        TooLongError: longer than ``max_bytes``.
        ChecksumUnknownError: an algorithm that was not announced.
    """
    _require_media_type(headers)
    length = _length(headers, max_bytes) if "Upload-Length" in headers else None
    said = headers.get("Content-Length")
    return Append(
        number(headers, "Upload-Offset") if offset is None else offset,
        length if offset is None else None,
        number(headers, "Content-Length") if said is not None else None,
        _checksum(headers),
    )


def admitted(status: Status, wanted: Append, *, max_bytes: int) -> tuple[int | None, int]:
    """Return the upload's length from now on, and how many bytes may still come.

    Raises:
        OffsetMismatchError: it stands elsewhere.
        LengthFixedError: a second length, or one below the offset.
        TooLongError: the body is longer than what is missing.
    """
    if wanted.offset != status.offset:
        raise OffsetMismatchError(expected_offset=status.offset, provided_offset=wanted.offset)
    length = status.length if wanted.length is None else wanted.length
    if status.length not in {None, length} or (length is not None and length < status.offset):
        raise LengthFixedError
    room = (max_bytes if length is None else length) - status.offset
    if wanted.body_bytes is not None and wanted.body_bytes > room:
        raise TooLongError(room_bytes=room)
    return length, room


def metadata(header: str) -> dict[str, str]:
    """Return Upload-Metadata's keys and values; values that are no UTF-8 come as "".

    Raises:
        MalformedRequestError: a key twice, with a space, or empty; a value that is not base64.
    """
    found: dict[str, str] = {}
    for pair in header.split(",") if header else ():
        key, _, value = pair.strip().partition(" ")
        if not _METADATA_KEY.fullmatch(key) or key in found:
            raise MalformedRequestError(header="Upload-Metadata")
        try:
            found[key] = b64decode(value.strip(), validate=True).decode("utf-8", "ignore")
        except (binascii.Error, ValueError):
            raise MalformedRequestError(header="Upload-Metadata") from None
    return found


def options_headers(*, max_bytes: int) -> dict[str, str]:
    """Return what OPTIONS tells (OPTIONS, Checksum)."""
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": ",".join(EXTENSIONS),
        "Tus-Max-Size": str(max_bytes),
        "Tus-Checksum-Algorithm": ",".join(CHECKSUM_ALGORITHMS),
    }


def status_headers(status: Status) -> dict[str, str]:
    """Return what HEAD tells: metadata goes back exactly as it came."""
    headers = {"Upload-Offset": str(status.offset), "Cache-Control": "no-store"}
    if status.length is None:
        headers["Upload-Defer-Length"] = "1"
    else:
        headers["Upload-Length"] = str(status.length)
    if status.metadata:
        headers["Upload-Metadata"] = status.metadata
    return headers | _expires(status)


def progress_headers(status: Status) -> dict[str, str]:
    """Return what PATCH and POST tell (PATCH, Expiration)."""
    return {"Upload-Offset": str(status.offset)} | _expires(status)


def number(headers: Mapping[str, str], name: str) -> int:
    """Return a header's non-negative whole number.

    Raises:
        MalformedRequestError: it is missing, or something else.
    """
    text = headers.get(name, "").strip()
    if not _NUMBER.fullmatch(text):
        raise MalformedRequestError(header=name)
    return int(text)


def _length(headers: Mapping[str, str], max_bytes: int) -> int:
    length = number(headers, "Upload-Length")
    if length > max_bytes:
        raise TooLongError(max_bytes=max_bytes)
    return length


def _require_media_type(headers: Mapping[str, str]) -> None:
    given = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if given != MEDIA_TYPE:
        raise WrongMediaTypeError


def _checksum(headers: Mapping[str, str]) -> Checksum | None:
    given = headers.get("Upload-Checksum")
    if given is None:
        return None
    algorithm, _, encoded = given.strip().partition(" ")
    if algorithm not in CHECKSUM_ALGORITHMS:
        raise ChecksumUnknownError
    try:
        digest = b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise MalformedRequestError(header="Upload-Checksum") from None
    if len(digest) != DIGEST_BYTES[algorithm]:
        raise MalformedRequestError(header="Upload-Checksum")
    return Checksum(algorithm, digest)


def _expires(status: Status) -> dict[str, str]:
    if status.expires_at is None:
        return {}
    return {"Upload-Expires": formatdate(status.expires_at, usegmt=True)}
