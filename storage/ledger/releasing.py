"""What happens in the ledger's file when a checkpoint leaves it, and when others signed it too.

Room: storage/ledger. Blocking; but for the opening, it runs in the writer's transactions.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from storage.ledger.audit import check_tree
from storage.ledger.checkpoint import Checkpoint, Signer, VerifyingKey, open_note
from storage.ledger.database import DAMAGED, head_of, reading, tile_of
from storage.ledger.errors import NoSuchEntryError, NotSignedError
from storage.ledger.notary import Notary
from storage.ledger.notes import Line, split
from storage.ledger.place import Database, Place
from storage.ledger.tiles import nodes_from
from storage.ledger.writer import Writer

_NOTE: Final = "SELECT note FROM checkpoint WHERE size = ?"
_NEWEST: Final = "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1"


def opened_writer(path: Path | Place, signer: Signer, notary: Notary | None) -> Writer:
    """Return the writer of a file whose whole tree was checked, also against what left before.

    Raises:
        NotValidError: the tree is not the one that was last signed.
        BehindError: it has not grown from what left the house.
        LedgerUnavailableError: the file cannot be opened, or the record not be read.
    """
    writer = Writer(path, signer)
    try:
        signed = check_tree(path, signer.public)
        if notary is not None:
            _check(path, signed, notary)
    except BaseException:
        writer.close()
        raise
    return writer


def _check(path: Path | Place, signed: Checkpoint, notary: Notary) -> None:
    """Where nothing is recorded yet, the newest checkpoint that the file says to have left is."""
    with reading(path) as database:
        nodes = nodes_from(lambda level, tile: tile_of(database, level, tile))
        row = database.execute(_NEWEST).fetchone()
        if notary.check(signed, nodes) is None and row is not None:
            notary.attest(row[0], nodes)


def signed_twice(path: Path | Place, key: VerifyingKey) -> bool:
    """Return whether another key than ``key`` has signed the newest published checkpoint, too.

    A second key that is lost must not be replaced in silence by another one.
    """
    try:
        with reading(path) as database:
            row = database.execute(_NEWEST).fetchone()
            lines = split(row[0])[1] if row else []
    except (NoSuchEntryError, NotSignedError, *DAMAGED):
        return False
    return any(line.name == key.name and line.key_id != key.id for line in lines)


def keep(database: Database, key: VerifyingKey, notary: Notary | None) -> Checkpoint:
    """Keep the signed head as a published checkpoint, if it is not one yet, and return it.

    Raises:
        BehindError: the notary knows that it must not leave.
        LedgerUnavailableError: that could not be recorded.
    """
    note = head_of(database)
    head = key.open(note)
    if database.execute(_NOTE, (head.size,)).fetchone() is None:
        if notary is not None:
            nodes = nodes_from(lambda level, tile: tile_of(database, level, tile))
            note = notary.attest(note, nodes)
        database.execute("INSERT INTO checkpoint (size, note) VALUES (?, ?)", (head.size, note))
    return head


def countersign(database: Database, key: VerifyingKey, note: bytes) -> None:
    """Keep ``note`` in place of the published checkpoint that it is, with more signatures.

    Whoever calls has checked those. Nobody who signed before may be missing.

    Raises:
        NoSuchEntryError: no such checkpoint was published.
        NotSignedError: it is another one, or lacks a signature that was there.
    """
    text, lines = split(note)
    signed = open_note(note, (key,))
    row = database.execute(_NOTE, (signed.size,)).fetchone()
    if row is None:
        raise NoSuchEntryError
    kept, there = split(row[0])
    if kept != text or not _signers(there) <= _signers(lines):
        raise NotSignedError
    database.execute("UPDATE checkpoint SET note = ? WHERE size = ?", (note, signed.size))


def _signers(lines: Iterable[Line]) -> set[tuple[str, bytes]]:
    return {(line.name, line.key_id) for line in lines}
