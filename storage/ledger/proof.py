"""Proofs as texts that anybody can check: C2SP tlog-proof.

Room: storage/ledger. Pure.

    c2sp.org/tlog-proof@v1
    index <decimal>
    <base64 sibling hash, leaf to root>*
                                            (an empty line)
    <the signed checkpoint, as it was published>
"""

import binascii
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Final

from storage.ledger.checkpoint import Checkpoint, VerifyingKey
from storage.ledger.errors import NotInLedgerError
from storage.ledger.merkle import HASH_BYTES, check_inclusion, leaf_hash

HEADER: Final = "c2sp.org/tlog-proof@v1"
MAX_HASHES: Final = 63
_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class Proof:
    """An entry's place and the way from it to a signed root. Nothing is checked yet."""

    index: int
    hashes: tuple[bytes, ...]
    note: bytes

    @property
    def text(self) -> str:
        """The proof as it is handed out."""
        hashes = "".join(f"{b64encode(node).decode()}\n" for node in self.hashes)
        return f"{HEADER}\nindex {self.index}\n{hashes}\n{self.note.decode()}"

    @classmethod
    def parse(cls, untrusted_text: str) -> "Proof":
        """Return the proof of a text; an ``extra`` line, which proves nothing, is skipped.

        Raises:
            NotInLedgerError: it is not a proof.
        """
        head, _, note = untrusted_text.partition("\n\n")
        lines = head.split("\n")
        if lines.pop(0) != HEADER:
            raise NotInLedgerError("not a tlog-proof")
        if lines and lines[0].startswith("extra "):
            del lines[0]
        match = _INDEX.fullmatch(lines.pop(0) if lines else "")
        if match is None or len(lines) > MAX_HASHES:
            raise NotInLedgerError("no index, or too many hashes")
        return cls(int(match[1]), tuple(_hash(line) for line in lines), note.encode())

    def check(self, entry: bytes, key: VerifyingKey) -> Checkpoint:
        """Return the signed checkpoint under which ``entry`` stands where the proof says.

        Raises:
            NotSignedError: the checkpoint is not signed with ``key``.
            NotInLedgerError: the entry is not there.
        """
        signed = key.open(self.note)
        check_inclusion(leaf_hash(entry), self.index, self.hashes, signed.size, signed.root)
        return signed


def _hash(line: str) -> bytes:
    try:
        raw = b64decode(line, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotInLedgerError("a hash is not base64") from error
    if len(raw) != HASH_BYTES:
        raise NotInLedgerError("a hash has another length")
    return raw
