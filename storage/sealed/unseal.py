"""Opens sealed segments: in order from the start, or any of them for a range.

Room: storage/sealed. Pure. How many segments there are comes from the manifest, never from the
ciphertext's length: whoever could shorten the object could shorten that too.
"""

from cryptography.exceptions import InvalidTag

from storage.blobs.contract import Piece
from storage.sealed import format as fmt
from storage.sealed.errors import TamperedError, TruncatedError
from storage.sealed.keys import DataKey, segment_cipher
from storage.sealed.seek import Span, spans


class Opener:
    """Opens the segments of one object whose plaintext length is known."""

    def __init__(
        self, data_key: DataKey, associated_data: bytes, untrusted_header: bytes, plain_bytes: int
    ) -> None:
        """Read the object's header.

        Raises:
            TamperedError: it is no header of this format.
        """
        header = fmt.Header.decode(untrusted_header)
        self._prefix = header.prefix
        self._aead = segment_cipher(data_key, header.salt, associated_data)
        self._last = fmt.segments(plain_bytes) - 1

    def open(self, span: Span, untrusted_segment: Piece) -> bytes:
        """Return the plaintext that ``span`` asks for, from its whole sealed segment.

        Raises:
            TamperedError: it is not that segment of this object, unchanged.
        """
        nonce = fmt.nonce(self._prefix, span.segment, last=span.segment == self._last)
        try:
            plain = self._aead.decrypt(nonce, untrusted_segment, None)
        except InvalidTag:
            raise TamperedError from None
        if span.skip == 0 and span.take == len(plain):
            return plain
        return plain[span.skip : span.skip + span.take]


def unseal(
    data_key: DataKey, associated_data: bytes, untrusted_sealed: bytes, plain_bytes: int
) -> bytes:
    """Return the plaintext of a whole sealed object held in memory.

    Raises:
        TruncatedError: it is shorter than its manifest says.
        TamperedError: anything in it was changed, or something follows it.
    """
    if len(untrusted_sealed) < fmt.sealed_bytes(plain_bytes):
        raise TruncatedError
    if len(untrusted_sealed) > fmt.sealed_bytes(plain_bytes):
        raise TamperedError
    view = memoryview(untrusted_sealed)
    opener = Opener(data_key, associated_data, bytes(view[: fmt.HEADER_BYTES]), plain_bytes)
    return b"".join(
        opener.open(span, view[span.sealed_start : span.sealed_end])
        for span in spans(0, plain_bytes, plain_bytes)
    )
