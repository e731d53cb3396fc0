"""What a log says to a witness, and what a witness answers.

Room: storage/ledger. Pure. Source: C2SP tlog-witness, ``add-checkpoint``.

    old <size>\\n<base64 consistency hash>\\n…\\n\\n<checkpoint>       at most 63 hashes
    200  — <name> <cosignature>\\n…
    409  text/x.tlog.size   <size>\\n                              what the witness saw last
"""

import re
from base64 import b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from storage.ledger.checkpoint import VerifyingKey
from storage.ledger.errors import NotSignedError
from storage.ledger.merkle import HASH_BYTES
from storage.ledger.notes import MAX_NOTE_BYTES, Line, decoded, joined, lines_of, split

SIZE_TYPE: Final = "text/x.tlog.size"
MAX_HASHES: Final = 63
# "old", a size, 63 hashes in base64, a note.
MAX_REQUEST_BYTES: Final = MAX_NOTE_BYTES + 4096
_OLD: Final = re.compile(rb"old (0|[1-9][0-9]{0,18})")
_SIZE: Final = re.compile(rb"(0|[1-9][0-9]{0,18})\n")


@dataclass(frozen=True, slots=True)
class Request:
    """A checkpoint to be cosigned, and the way to it from the size the witness saw last."""

    old: int
    proof: tuple[bytes, ...]
    note: bytes

    @property
    def body(self) -> bytes:
        """The request as it is sent."""
        hashes = b"".join(b64encode(node) + b"\n" for node in self.proof)
        return b"old %d\n%b\n%b" % (self.old, hashes, self.note)

    @classmethod
    def parse(cls, untrusted: bytes) -> "Request":
        """Return what a request says; nothing is checked but its form.

        Raises:
            NotSignedError: it has another form.
        """
        head, gap, note = untrusted.partition(b"\n\n")
        lines = head.split(b"\n")
        match = _OLD.fullmatch(lines.pop(0))
        if match is None or not gap or len(lines) > MAX_HASHES:
            raise NotSignedError
        proof = [decoded(line.decode("ascii", "replace")) for line in lines]
        if any(len(node) != HASH_BYTES for node in proof):
            raise NotSignedError
        return cls(int(match[1]), tuple(proof), note)


def conflict_size(untrusted_type: str, untrusted_body: bytes) -> int | None:
    """Return the size that a witness says to have seen, None if its 409 does not say one."""
    match = _SIZE.fullmatch(untrusted_body)
    if untrusted_type != SIZE_TYPE or match is None:
        return None
    return int(match[1])


def cosignatures(text: bytes, untrusted_lines: bytes, keys: Collection[VerifyingKey]) -> list[Line]:
    """Return the lines of an answer that are cosignatures of ``text`` by ``keys``; no others.

    Whoever has several keys may have signed with some of them only.

    Raises:
        NotSignedError: none is by these keys, or one in their name does not hold.
    """
    ids = {(key.name, key.id) for key in keys}
    ours = [line for line in lines_of(untrusted_lines) if (line.name, line.key_id) in ids]
    # All of them are checked, also after one that holds.
    times = [key.times(text, ours) for key in keys]
    if not any(times):
        raise NotSignedError
    return ours


def merged(note: bytes, fresh: Sequence[Line]) -> bytes:
    """Return ``note`` with more signatures; each takes the place of an older one by its key."""
    text, lines = split(note)
    found = {(line.name, line.key_id): line for line in (*lines, *fresh)}
    return joined(text, found.values())
