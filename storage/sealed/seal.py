"""Seals an object as its bytes arrive, in whatever pieces they arrive.

Room: storage/sealed. Pure: salt and nonce prefix are handed in, or drawn once at creation.

    sealer = Sealer(data_key, associated_data)
    for piece in pieces:                 # any sizes, even one byte
        write(sealer.feed(piece))        # whole segments only
    write(sealer.finish())               # the last segment; without it nothing opens
"""

import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.sealed import format as fmt
from storage.sealed.keys import DataKey, segment_key


class Sealer:
    """Turns plaintext into sealed segments; used for one object, once."""

    def __init__(
        self,
        data_key: DataKey,
        associated_data: bytes,
        *,
        salt: bytes | None = None,
        prefix: bytes | None = None,
    ) -> None:
        """Prepare to seal. ``salt`` and ``prefix`` are given by test vectors only."""
        self._salt = secrets.token_bytes(fmt.SALT_BYTES) if salt is None else salt
        self._prefix = secrets.token_bytes(fmt.PREFIX_BYTES) if prefix is None else prefix
        self._aead = AESGCM(segment_key(data_key, self._salt, associated_data))
        self._pending = bytearray()
        self._segment = 0
        self._finished = False

    def feed(self, piece: bytes | bytearray | memoryview) -> list[bytes | bytearray]:
        """Return the sealed bytes that ``piece`` completes, in order; possibly none.

        A full segment is sealed only when a byte beyond it is known: until then it may be the
        last one, and the last one is sealed differently.
        """
        out: list[bytes | bytearray] = []
        view = memoryview(piece)
        while len(self._pending) + len(view) > self._room():
            taken = self._room() - len(self._pending)
            if self._pending:
                self._pending += view[:taken]
                out += self._seal(self._pending, last=False)
                self._pending.clear()
            else:
                out += self._seal(view[:taken], last=False)
            view = view[taken:]
        self._pending += view
        return out

    def finish(self) -> list[bytes | bytearray]:
        """Return the last segment; the Sealer is spent.

        Raises:
            RuntimeError: it was finished already.
        """
        if self._finished:
            raise RuntimeError("an object is finished once")
        self._finished = True
        out = self._seal(self._pending, last=True)
        self._pending.clear()
        return out

    def _room(self) -> int:
        return fmt.PLAIN_SEGMENT_BYTES if self._segment else fmt.FIRST_PLAIN_BYTES

    def _seal(self, plain: bytearray | memoryview, *, last: bool) -> list[bytes | bytearray]:
        nonce = fmt.nonce(self._prefix, self._segment, last=last)
        sealed = bytearray(len(plain) + fmt.TAG_BYTES)
        self._aead.encrypt_into(nonce, plain, None, sealed)
        self._segment += 1
        if self._segment > 1:
            return [sealed]
        return [bytes([fmt.HEADER_BYTES]) + self._salt + self._prefix, sealed]
