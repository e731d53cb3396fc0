"""The audit of a file: whatever is changed, cut, added or exchanged is found, and where."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.ledger.audit import verify
from storage.ledger.database import name_of, reading
from storage.ledger.errors import NoSuchEntryError, NotValidError
from storage.ledger.events import Event, EventKind, Opening, Slot
from storage.ledger.reading import opened_head
from tests.unit.storage.ledger.logs import ANNA, BORIS, OTHER_SIGNER, SIGNER, event, ledger_in

ERASING = Event(EventKind.SUBJECT_ERASED, openings={Slot.CTX: Opening(BORIS, {"why": "asked"})})
# What an error says of each column, as the start of its place.
PLACES = {
    ("log", "head"): ("head",),
    ("entry", "leaf"): ("entry {number}",),
    ("entry", "key_hash"): ("entry {number}",),
    ("entry", "nonce"): ("entry {number}",),
    ("opening", "sealed"): ("opening {number}/{slot}",),
    ("tile", "hashes"): ("tile/{level}/",),
    ("checkpoint", "note"): ("checkpoint {size}",),
}


@pytest_asyncio.fixture
async def path(tmp_path: Path) -> Path:
    """A log of four entries, two checkpoints, one person erased and one not."""
    async with ledger_in(tmp_path) as ledger:
        await ledger.append(event(), key="a")
        await ledger.append(event(who=BORIS, to=ANNA), key="b")
        await ledger.publish()
        await ledger.erase(ANNA, ERASING, key="c")
        await ledger.append(event(EventKind.LINK_OPENED, who=BORIS), key="d")
        await ledger.publish()
    return tmp_path / "ledger.sqlite"


def refused(path: Path, **options: object) -> NotValidError:
    with pytest.raises(NotValidError) as refusal:
        verify(path, key=SIGNER.public, **options)  # type: ignore[arg-type]
    return refusal.value


def blobs(path: Path) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Yield every blob of the file: table, column, row."""
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            columns = [
                row[1]
                for row in database.execute(f"PRAGMA table_info({table})")
                if row[2] == "BLOB"
            ]
            for row in database.execute(f"SELECT rowid AS rowid_, * FROM {table}").fetchall():
                for column in columns:
                    yield table, column, dict(row)


def changed(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(statement, values)


def test_a_log_that_nobody_touched_is_valid(path: Path) -> None:
    summary = verify(path, key=SIGNER.public)
    assert (summary.size, summary.checkpoints) == (4, 2)
    assert (summary.openings, summary.erased) == (7, 3)
    assert verify(path).vkey == SIGNER.public.vkey


def test_one_changed_byte_of_any_blob_is_found_and_located(path: Path) -> None:
    every = list(blobs(path))
    assert {(table, column) for table, column, _ in every} == PLACES.keys()
    for table, column, row in every:
        content = row[column]
        assert isinstance(content, bytes)
        for at in {0, len(content) // 3, len(content) // 2, len(content) - 1}:
            damaged = content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]
            update = f"UPDATE {table} SET {column} = ? WHERE rowid = ?"
            changed(path, update, damaged, row["rowid_"])
            where = refused(path).where
            expected = [place.format(**row) for place in PLACES[table, column]]
            assert any(where.startswith(place) for place in expected), (where, expected)
            changed(path, update, content, row["rowid_"])
    verify(path, key=SIGNER.public)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_any_bit_of_any_blob_counts(path: Path, data: st.DataObject) -> None:
    table, column, row = data.draw(st.sampled_from(sorted(blobs(path), key=str)))
    content = row[column]
    assert isinstance(content, bytes)
    at, bit = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(0, 7))
    damaged = content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :]
    update = f"UPDATE {table} SET {column} = ? WHERE rowid = ?"
    changed(path, update, damaged, row["rowid_"])
    try:
        refused(path)
    finally:
        changed(path, update, content, row["rowid_"])


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        (
            "UPDATE opening SET subject = 'other' WHERE number = 0 AND slot = 'rcpt'",
            "opening 0/rcpt",
        ),
        ("UPDATE opening SET slot = 'more' WHERE number = 0 AND slot = 'rcpt'", "opening 0/more"),
        ("UPDATE opening SET number = 9 WHERE number = 3 AND slot = 'rcpt'", "opening 9/rcpt"),
        ("DELETE FROM opening WHERE number = 3 AND slot = 'obj'", "opening"),
        ("DELETE FROM opening WHERE number = 0 AND slot = 'net'", "opening"),
        ("DELETE FROM opening", "opening"),
        ("INSERT INTO opening VALUES (0, 'zzz', '', x'00')", "opening 0/zzz"),
        ("INSERT INTO opening VALUES (0, 'actor', '', x'00')", "opening 0/actor"),
        ("DELETE FROM entry WHERE number = 1", "entry 1"),
        ("DELETE FROM entry WHERE number = 3", "entry 3"),
        (
            "INSERT INTO entry SELECT 4, leaf, x'00', nonce FROM entry WHERE number = 3",
            "entry 4",
        ),
        ("UPDATE entry SET number = 7 WHERE number = 3", "entry 3"),
        ("DELETE FROM tile", "tile/0/000.p/4"),
        ("INSERT INTO tile VALUES (1, 0, x'00')", "tile 1/0"),
        ("UPDATE tile SET number = 1", "tile/0/000.p/4"),
        ("UPDATE tile SET hashes = CAST(hashes || hashes AS BLOB)", "tile/0/000.p/4"),
        ("UPDATE checkpoint SET size = 3 WHERE size = 2", "checkpoint 3"),
        ("UPDATE checkpoint SET size = 9 WHERE size = 2", "checkpoint 9"),
        ("UPDATE log SET vkey = 'x'", "log"),
        ("DELETE FROM log", "log"),
        ("UPDATE log SET head = (SELECT note FROM checkpoint WHERE size = 2)", "entry 2"),
        ("DROP TABLE opening", "database"),
    ],
)
def test_a_changed_row_is_found_and_located(path: Path, statement: str, where: str) -> None:
    changed(path, statement)
    assert refused(path).where.startswith(where)


def test_an_entry_and_its_tile_changed_together_are_found(path: Path) -> None:
    """Who rewrites an entry and every hash over it still cannot sign the new root."""
    from storage.ledger.merkle import leaf_hash
    from storage.ledger.tiles import Edge

    with closing(sqlite3.connect(path)) as database, database:
        raw = database.execute("SELECT leaf FROM entry WHERE number = 1").fetchone()[0]
        database.execute(
            "UPDATE entry SET leaf = ? WHERE number = 1", (raw.replace(b'"DE"', b'"US"'),)
        )
        edge = Edge()
        for (leaf,) in database.execute("SELECT leaf FROM entry ORDER BY number"):
            edge.append(leaf_hash(leaf))
        database.execute("UPDATE tile SET hashes = ?", (edge.partial()[0, 0],))
    assert refused(path).where == "checkpoint"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE log SET head = ?", (OTHER_SIGNER.sign(4, edge.root()),))
    assert refused(path).where == "head"


def test_another_log_under_another_key_is_not_this_one(path: Path) -> None:
    assert verify(path).size == 4
    with pytest.raises(NotValidError, match="log"):
        verify(path, key=OTHER_SIGNER.public)


async def test_a_log_that_was_cut_or_forked_is_known_to_whoever_kept_a_checkpoint(
    path: Path, tmp_path: Path
) -> None:
    """Cutting entries, tiles, openings and checkpoints together, with the head that was once
    signed, leaves a file that is valid by itself; an older copy put back is the same thing."""
    earlier = tmp_path / "earlier"
    earlier.mkdir()
    async with ledger_in(earlier) as ledger:
        await ledger.append(event(), key="a")
    with reading(path) as database:
        note = opened_head(database)[1]
    assert verify(path, key=SIGNER.public, older_note=note).size == 4
    cut = earlier / "ledger.sqlite"
    assert verify(cut, key=SIGNER.public).size == 1
    assert "cut" in refused(cut, older_note=note).why

    async with ledger_in(earlier) as ledger:
        for key in "bcdef":
            await ledger.append(event(), key=key)
    assert verify(cut, key=SIGNER.public).size == 6
    assert "fork" in refused(cut, older_note=note).why
    assert refused(path, older_note=b"hello").where == "older checkpoint"
    assert refused(path, older_note=OTHER_SIGNER.sign(1, bytes(32))).where == "older checkpoint"


def test_a_damaged_file_is_not_valid(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for at in range(200, len(content), 50):
        content[at] ^= 0xFF
    path.write_bytes(content)
    assert refused(path).where == "database"


def test_no_file_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(NoSuchEntryError):
        verify(tmp_path / "ledger.sqlite")


def test_it_verifies_where_nothing_can_be_written(path: Path, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    folder.mkdir()
    shutil.copy(path, folder)
    before = sorted(folder.iterdir())
    (folder / "ledger.sqlite").chmod(0o400)
    folder.chmod(0o500)
    try:
        assert verify(folder / "ledger.sqlite", key=SIGNER.public).size == 4
        assert sorted(folder.iterdir())[: len(before)] == before
    finally:
        folder.chmod(0o700)


async def test_it_verifies_while_entries_are_written(tmp_path: Path) -> None:
    async with ledger_in(tmp_path) as ledger:
        for number in range(30):
            await ledger.append(event(), key=str(number))
            assert verify(ledger.path, key=SIGNER.public).size == number + 1


def test_a_file_is_read_alone_where_no_shared_memory_can_be_made(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What SQLite does in a directory of somebody else; root never sees it."""
    connect = sqlite3.connect

    def refusing(address: object, **options: object) -> sqlite3.Connection:
        if "mode=ro" in str(address):
            return connect("file:nowhere?mode=memory", uri=True, factory=_Refusing)
        return connect(address, **options)  # type: ignore[call-overload, no-any-return]

    class _Refusing(sqlite3.Connection):
        def execute(self, *_: object) -> sqlite3.Cursor:
            raise sqlite3.OperationalError("unable to open database file")

    monkeypatch.setattr("storage.ledger.database.sqlite3.connect", refusing)
    assert verify(path, key=SIGNER.public).size == 4
    # With changes that only the log beside it holds, the file alone would be an older truth.
    path.with_name("ledger.sqlite-wal").write_bytes(b"changes")
    assert refused(path).where == "database"


def test_a_log_of_another_making_is_named_by_nobody(tmp_path: Path) -> None:
    assert name_of(tmp_path / "nothing") is None
    other = tmp_path / "ledger.sqlite"
    with closing(sqlite3.connect(other)) as database:
        database.execute("CREATE TABLE elsewhere (x)")
    assert name_of(other) is None


async def test_a_log_is_named_as_it_was_begun(path: Path) -> None:
    assert name_of(path) == SIGNER.public.name
