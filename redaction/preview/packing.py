"""Files that come packed by gzip (RFC 1952): unpacked within bounds.

Room: redaction/preview. Pure.
"""

import zlib
from typing import Final

from redaction.errors import TooLargeError, UnreadableError

GZIP: Final = b"\x1f\x8b"
MAX_UNPACKED_BYTES: Final = 512 * 1024 * 1024


def unpacked(data: bytes) -> bytes:
    """Return what is packed in ``data``, or ``data`` itself when it is not packed.

    Raises:
        UnreadableError: it cannot be unpacked.
        TooLargeError: it unpacks to more than a drawing may be.
    """
    if not data.startswith(GZIP):
        return data
    unpacking = zlib.decompressobj(wbits=31)
    try:
        content = unpacking.decompress(data, MAX_UNPACKED_BYTES)
    except zlib.error as error:
        raise UnreadableError from error
    if unpacking.unconsumed_tail:
        raise TooLargeError
    return content
