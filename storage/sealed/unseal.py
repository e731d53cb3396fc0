"""Opens sealed segments: in order from the start, or any of them for a range.

Room: storage/sealed. Pure. How many segments there are comes from the manifest, never from the
ciphertext's length: whoever could shorten the object could shorten that too.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.sealed import format as fmt
from storage.sealed.errors import TamperedError, TruncatedError
from storage.sealed.keys import DataKey, segment_key
from storage.sealed.seek import Span, spans


class Opener:
    """Opens the segments of one object whose plaintext length is known."""

    def __init__(
        self, data_key: DataKey, associated_data: bytes, header: bytes, plain_bytes: int
    ) -> None:
        """Read the object's header.

        Raises:
            TamperedError: it is no header of this format.
        """
        if len(header) != fmt.HEADER_BYTES or header[0] != fmt.HEADER_BYTES:
            raise TamperedError
        salt = header[1 : 1 + fmt.SALT_BYTES]
        self._prefix = header[1 + fmt.SALT_BYTES :]
        self._aead = AESGCM(segment_key(data_key, salt, associated_data))
        self._segments = fmt.segments(plain_bytes)

    def open(self, segment: int, sealed: bytes | memoryview) -> bytes:
        """Return the plaintext of one whole segment.

        Raises:
            TamperedError: it is not that segment of this object, unchanged.
        """
        last = segment == self._segments - 1
        try:
            nonce = fmt.nonce(self._prefix, segment, last=last)
            return self._aead.decrypt(nonce, sealed, None)
        except InvalidTag:
            raise TamperedError from None


def unseal(data_key: DataKey, associated_data: bytes, sealed: bytes, plain_bytes: int) -> bytes:
    """Return the plaintext of a whole sealed object held in memory.

    Raises:
        TruncatedError: it is shorter than its manifest says.
        TamperedError: anything in it was changed, or something follows it.
    """
    if len(sealed) < fmt.sealed_bytes(plain_bytes):
        raise TruncatedError
    if len(sealed) > fmt.sealed_bytes(plain_bytes):
        raise TamperedError
    opener = Opener(data_key, associated_data, sealed[: fmt.HEADER_BYTES], plain_bytes)
    view = memoryview(sealed)
    return b"".join(_opened(opener, view, span) for span in spans(0, plain_bytes, plain_bytes))


def _opened(opener: Opener, view: memoryview, span: Span) -> bytes:
    return opener.open(span.segment, view[span.sealed_start : span.sealed_end])
