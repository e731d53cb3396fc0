"""Yesterday's backup brings everybody back but whoever was erased today, and forks no log.

A hundred people, each with a sealed file, a sealed column and an opening in the log.
"""

import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.settings import Settings
from gateway.assembly.stores import opened_cellar
from gateway.cellar import Cellar
from gateway.journal import Happening, Note
from gateway.privacy.erasure import Erasure
from gateway.transfer.endings import Endings
from gateway.transfer.streams import Streams
from storage.blobs.contract import BlobMissingError
from storage.blobs.filesystem import FilesystemBlobs
from storage.ids import ObjectId, SubjectId
from storage.rows import accounts, uploads
from storage.rows.accounts import AccountRow
from storage.rows.uploads import Chunk, UploadRow
from storage.sealed.errors import KeyShreddedError, ObjectMissingError
from storage.sealed.vault import Purpose
from tests.journeys import drawings
from tests.journeys.house import House, drawbridge

PEOPLE = 100
NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


@dataclass(frozen=True)
class Person:
    subject: SubjectId
    object: ObjectId
    entry: int

    @property
    def words(self) -> bytes:
        return f"the words of {self.subject}".encode()


def opened(data: Path) -> AbstractAsyncContextManager[Cellar]:
    return opened_cellar(Settings(data_dir=data), lambda: NOW)


async def one(words: bytes) -> AsyncIterator[bytes]:
    yield words


async def person(cellar: Cellar) -> Person:
    subject = await cellar.keyring.create_subject()
    words = f"the words of {subject}".encode()
    sealed = await cellar.vault.seal(subject, Purpose.RELEASED, one(words))
    column = await cellar.keyring.seal_field(subject, "account.email", words)
    async with cellar.rows.transaction() as connection:
        index = cellar.keyring.blind_index("account.email", subject)
        row = AccountRow(subject[:32], subject, "customer", 1.0, index, column)
        await accounts.add(connection, row)
        empty = UploadRow(sealed.id, row.id, subject, 1, 0, None, None, 1.0, 2.0)
        await uploads.add(connection, empty)
        chunk = Chunk(0, 1, sealed.id)
        await uploads.advance(connection, empty, replace(empty, offset=1), [chunk])
    note = Note(Happening.UPLOAD_RECEIVED, subject, "gateway", {"file": sealed.id})
    receipt = await cellar.journal.write(note, key=f"received {subject}")
    return Person(subject, sealed.id, receipt.index)


async def opens(cellar: Cellar, one: Person) -> tuple[bool, bool, bool]:
    """Return whether a person's file, column and opening can be read."""
    try:
        pieces = [piece async for piece in cellar.vault.open(one.object)]
        file = b"".join(pieces) == one.words
    except (ObjectMissingError, KeyShreddedError):
        file = False
    async with cellar.rows.reading() as connection:
        row = await accounts.by_id(connection, one.subject[:32])
    column = row is not None and row.email_sealed is not None
    if row is not None and row.email_sealed is not None:
        try:
            plain = await cellar.keyring.open_field(one.subject, "account.email", row.email_sealed)
            column = plain == one.words
        except KeyShreddedError:
            column = False
    slots = await cellar.ledger.open_slots(one.entry)
    return file, column, all(value is not None for value in slots.values())


async def check(data: Path, people: Sequence[Person], gone: Person) -> None:
    async with opened(data) as cellar:
        assert await opens(cellar, gone) == (False, False, False)
        for each in people:
            if each != gone:
                assert await opens(cellar, each) == (True, True, True)
        assert (await cellar.ledger.verify()).size >= PEOPLE


def command(*words: str | Path) -> None:
    done = drawbridge(*words)
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.timeout(240)
async def test_who_is_erased_stays_erased_whatever_comes_back(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with opened(data_of(data)) as cellar:
        people = [await person(cellar) for _ in range(PEOPLE)]
        before = await cellar.ledger.publish()
    command("backup", "-o", tmp_path / "backup", "--data", data)
    command("backup", "--keys", "-o", tmp_path / "keys", "--data", data)

    gone = people[37]
    async with opened(data) as cellar:
        endings = Endings(cellar.journal, cellar.clock, Streams())
        erasure = Erasure(cellar.rows, cellar.journal, cellar.vault, endings)
        assert await erasure.erase(gone.subject, by="gateway", by_subject=people[0].subject) == 1
        after = await cellar.ledger.publish()
    assert after.size == before.size + 1
    await check(data, people, gone)
    with pytest.raises(BlobMissingError):
        await FilesystemBlobs(data / "blobs", floor_bytes=0).size(gone.object)
    listed = drawbridge("subjects", "erased", "--data", data).stdout.decode().split()
    assert listed == [gone.subject]
    (tmp_path / "erased").write_text("\n".join(listed))

    # Rows and drawings are lost; keys and log are not.
    lost = tmp_path / "lost"
    shutil.copytree(data, lost)
    for name in ("rows.sqlite", "rows.sqlite-wal", "rows.sqlite-shm"):
        (lost / name).unlink(missing_ok=True)
    shutil.rmtree(lost / "blobs")
    command("restore", tmp_path / "backup", "--data", lost)
    await check(lost, people, gone)

    # Everything is lost but the root key; yesterday's keys come back, too.
    bare = data_of(tmp_path / "bare")
    shutil.copy(data / "root.key", bare / "root.key")
    asked = ("restore", tmp_path / "backup", "--keys", tmp_path / "keys", "--data", bare)
    assert drawbridge(*asked).returncode == 3, "nobody knows who was erased since"
    known = ("--erased", tmp_path / "erased")
    assert drawbridge(*asked, *known).returncode == 3, "nobody knows what was signed since"
    command("ledger", "publish", "-o", tmp_path / "published", "--data", data)
    newest = tmp_path / "published/checkpoint"
    forked = drawbridge(*asked, *known, "--checkpoint", newest)
    assert forked.returncode == 3
    assert "two truths" in forked.stderr.decode()
    assert sorted(path.name for path in bare.iterdir()) == ["gateway.lock", "root.key"]
    command(*asked, *known, "--no-checkpoint-known")
    await check(bare, people, gone)


def data_of(path: Path) -> Path:
    path.mkdir(mode=0o700)
    return path


async def test_a_second_backup_copies_what_is_new_and_forgets_what_went(tmp_path: Path) -> None:
    data = data_of(tmp_path / "data")
    out = tmp_path / "backup"
    async with opened(data) as cellar:
        first = await person(cellar)
    command("backup", "-o", out, "--data", data)
    async with opened(data) as cellar:
        await cellar.vault.destroy_subject(first.subject)
        second = await person(cellar)
    again = drawbridge("backup", "-o", out, "--data", data, "--json")
    assert json.loads(again.stdout)["new_objects"] == 1
    kept = FilesystemBlobs(out / "blobs", floor_bytes=0)
    assert [blob async for blob in kept.ids(older_than_s=-60)] == [second.object]


@pytest.mark.parametrize("name", ["rows.jsonl", "ledger.sqlite", "manifest.json"])
async def test_a_backup_that_was_changed_is_refused_before_anything_changes(
    tmp_path: Path, name: str
) -> None:
    data = data_of(tmp_path / "data")
    async with opened(data) as cellar:
        await person(cellar)
    command("backup", "-o", tmp_path / "backup", "--data", data)
    changed = bytearray((tmp_path / "backup" / name).read_bytes())
    changed[len(changed) // 2] ^= 1
    (tmp_path / "backup" / name).write_bytes(changed)
    refused = drawbridge("restore", tmp_path / "backup", "--data", data)
    assert refused.returncode == 3
    assert "Nothing was restored" in refused.stderr.decode()


async def test_a_place_that_holds_rows_is_left_alone(tmp_path: Path) -> None:
    data = data_of(tmp_path / "data")
    async with opened(data) as cellar:
        await person(cellar)
    command("backup", "-o", tmp_path / "backup", "--data", data)
    refused = drawbridge("restore", tmp_path / "backup", "--data", data)
    assert refused.returncode == 3
    assert "rows already" in refused.stderr.decode()


def test_an_administrator_erases_a_customer_and_nothing_of_theirs_is_left(
    house: House, tmp_path: Path
) -> None:
    source = drawings.write(tmp_path, "block.step", drawings.step("Kunigunde"))
    link = house.ask(
        "POST", "/api/v1/invitations", {"role": "customer", "email": "anna@works.example"}
    )[1]
    anna = link["account"]
    with sqlite3.connect(house.data / "rows.sqlite") as rows:
        (subject,) = rows.execute("SELECT subject FROM account WHERE id = ?", (anna,)).fetchone()
    rows.close()
    house.json("send", source, "--part", "Block")
    listed = house.json("subjects", "list")
    assert {row["email"] for row in listed if row["id"] == anna} == {"anna@works.example"}
    admin = next(row["id"] for row in listed if row["role"] == "admin")
    assert house.run("subjects", "erase", admin, "--yes").returncode == 1, "the last one"
    assert house.run("subjects", "erase", "nobody", "--yes").returncode == 1

    assert house.run("subjects", "erase", anna, "--yes").returncode == 0
    assert house.run("subjects", "erase", anna, "--yes").returncode == 0, "repeating is fine"
    (row,) = [row for row in house.json("subjects", "list") if row["id"] == anna]
    assert (row["email"], row["closed"]) == (None, True)
    erased = house.run("subjects", "erased", "--data", house.data).stdout.decode().split()
    assert erased == [subject]
    house.stop()
    assert drawbridge("ledger", "verify", "--data", house.data).returncode == 0
    for path in house.data.glob("*.sqlite*"):
        assert b"anna@works.example" not in path.read_bytes()
