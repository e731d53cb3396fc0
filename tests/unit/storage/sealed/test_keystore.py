"""The file of keys when its disk does not answer: a clear error, and no transaction left open."""

import sqlite3
from pathlib import Path

import pytest

from storage.ids import ObjectId, SubjectId
from storage.sealed.errors import KeysUnavailableError
from storage.sealed.keystore import Keystore
from storage.sealed.keytables import SubjectRow

SUBJECT = SubjectId("a" * 32)
ROOT = b"root"
ROW = SubjectRow(SUBJECT, b"public", b"wrapped", ROOT)


@pytest.fixture
def keystore(tmp_path: Path) -> Keystore:
    made = Keystore(tmp_path / "keys.sqlite")
    made.root(ROOT)
    return made


def _fill(keystore: Keystore) -> None:
    """Let SQLite find its disk full: no page may be added any more."""
    database = keystore._database
    (pages,) = database.execute("PRAGMA page_count").fetchone()
    database.execute(f"PRAGMA max_page_count={pages}")


def _make_room(keystore: Keystore) -> None:
    keystore._database.execute("PRAGMA max_page_count=1000000")


def test_a_full_disk_keeps_nothing_and_the_next_write_succeeds(keystore: Keystore) -> None:
    _fill(keystore)
    with pytest.raises(KeysUnavailableError):
        keystore.add_subject(SubjectRow(SUBJECT, b"public", bytes(100_000), ROOT))
    with pytest.raises(KeysUnavailableError):
        keystore.add_subject(SubjectRow(SUBJECT, b"public", bytes(100_000), ROOT))
    _make_room(keystore)
    keystore.add_subject(ROW)
    assert keystore.subject(SUBJECT) == ROW
    keystore.close()


def test_adding_somebody_twice_is_a_bug_and_no_unavailability(keystore: Keystore) -> None:
    keystore.add_subject(ROW)
    with pytest.raises(sqlite3.IntegrityError):
        keystore.add_subject(ROW)
    assert keystore.subject(SUBJECT) == ROW
    keystore.close()


def test_a_damaged_file_says_so_wherever_it_is_asked(tmp_path: Path, keystore: Keystore) -> None:
    keystore.close()
    (tmp_path / "keys.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(KeysUnavailableError):
        Keystore(tmp_path / "keys.sqlite")


def test_reading_without_a_table_says_so(keystore: Keystore) -> None:
    keystore._database.execute("DROP TABLE object")
    with pytest.raises(KeysUnavailableError):
        keystore.object(ObjectId("b" * 32))
    with pytest.raises(KeysUnavailableError):
        keystore.present([ObjectId("b" * 32)])
    keystore.close()
