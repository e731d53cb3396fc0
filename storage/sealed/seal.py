"""Seals an object as its bytes arrive, in whatever pieces they arrive.

Room: storage/sealed. Pure: the header, which is random, is handed in. Its buffers are used over
and over: sealing needs no more memory for a long object than for a short one.

    sealer = Sealer(data_key, associated_data, header)
    for piece in pieces:                 # any sizes, even one byte
        write(sealer.feed(piece))        # whole segments only
    write(sealer.finish())               # the last segment; without it nothing opens
"""

from storage.blobs.contract import Piece
from storage.sealed import format as fmt
from storage.sealed.keys import DataKey, segment_cipher


class Sealer:
    """Turns plaintext into sealed segments; used for one object, once.

    What a method returns is valid until the next call: the buffer behind it is used again.
    """

    def __init__(self, data_key: DataKey, associated_data: bytes, header: fmt.Header) -> None:
        """Prepare to seal one object; the header must never have been used with this key."""
        self._header = header
        self._aead = segment_cipher(data_key, header.salt, associated_data)
        self._held = bytearray()  # the beginning of the next segment
        self._out = bytearray()
        self._segment = 0
        self._more_promised = False
        self._finished = False

    def feed(self, piece: Piece, *, more: bool = False) -> memoryview:
        """Return the sealed bytes that ``piece`` completes; possibly none.

        A full segment is sealed only when it is known that something follows it: the last one is
        sealed differently. ``more`` promises that something does, so that a piece which ends with
        a segment is sealed at once.

        Raises:
            RuntimeError: the object is finished.
        """
        if self._finished:
            raise RuntimeError("an object is finished once")
        plain = memoryview(piece)
        out = self._room_for(len(plain))
        written = taken = 0
        withheld = 0 if more else 1
        while len(self._held) + len(plain) - taken >= (room := self._room()) + withheld:
            end = taken + room - len(self._held)
            written += self._seal(plain[taken:end], out[written:], last=False)
            taken = end
        self._held += plain[taken:]
        if written or plain:
            self._more_promised = more and not self._held
        return out[:written]

    def finish(self) -> memoryview:
        """Return the last segment; the Sealer is spent.

        Raises:
            RuntimeError: it was finished already, or more was promised and nothing came.
        """
        if self._finished or self._more_promised:
            raise RuntimeError("an object is finished once, after all that was promised")
        self._finished = True
        out = self._room_for(0)
        return out[: self._seal(memoryview(b""), out, last=True)]

    def _room(self) -> int:
        return fmt.PLAIN_SEGMENT_BYTES if self._segment else fmt.FIRST_PLAIN_BYTES

    def _room_for(self, plain_bytes: int) -> memoryview:
        most = fmt.sealed_bytes(len(self._held) + plain_bytes) + fmt.TAG_BYTES
        if len(self._out) < most:
            # Never resized in place: what was returned before may still be looked at.
            self._out = bytearray(most)
        return memoryview(self._out)

    def _seal(self, plain: memoryview, out: memoryview, *, last: bool) -> int:
        start = 0
        if self._segment == 0:
            start = fmt.HEADER_BYTES
            out[:start] = self._header.encode()
        source: Piece = plain
        if self._held:
            self._held += plain
            source = self._held
        end = start + len(source) + fmt.TAG_BYTES
        nonce = fmt.nonce(self._header.prefix, self._segment, last=last)
        self._aead.encrypt_into(nonce, source, None, out[start:end])
        self._held.clear()
        self._segment += 1
        return end
