"""A dump of rows goes from any database into any other, and is the same there."""

import secrets
from pathlib import Path

import pytest

from storage.ids import SubjectId
from storage.rows import accounts, parts
from storage.rows.accounts import AccountRow
from storage.rows.dumping import DumpUnfitError, NotEmptyError, dump, load
from storage.rows.engine import Rows
from storage.rows.parts import DrawingRow, PartRow

ANNA = AccountRow("anna", SubjectId("s"), "customer", 1.5, "i", b"\0\xff", None, disabled=True)
PART = PartRow("p", "anna", SubjectId("s"), "draft", b"n", b"d", 1e9 + 0.25)
DRAWING = DrawingRow("d", "p", 1, "u", "received", 0, b"f", 2.0, original_destroyed=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.service)])
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'other.sqlite'}"
    server = request.getfixturevalue("postgresql")
    return str(server.database(f"other_{secrets.token_hex(6)}"))


async def dumped(rows: Rows) -> list[bytes]:
    return [line async for line in dump(rows)]


async def filled(rows: Rows) -> list[bytes]:
    async with rows.transaction() as connection:
        await accounts.add(connection, ANNA)
        await parts.add(connection, PART, [DRAWING])
    return await dumped(rows)


async def test_what_is_loaded_is_what_was_dumped(empty_rows: Rows, other_url: str) -> None:
    lines = await filled(empty_rows)
    assert await load(other_url, lines) == 3
    other = await Rows.open(other_url)
    assert await dumped(other) == lines
    async with other.reading() as connection:
        assert await accounts.by_id(connection, "anna") == ANNA
        assert await parts.drawings(connection, "p") == [DRAWING]
    await other.close()


async def test_nothing_is_loaded_over_rows(empty_rows: Rows, database_url: str) -> None:
    lines = await filled(empty_rows)
    with pytest.raises(NotEmptyError):
        await load(database_url, lines)


async def test_half_a_dump_leaves_nothing(empty_rows: Rows, other_url: str) -> None:
    lines = await filled(empty_rows)
    for broken in (
        [*lines, b"no line"],
        [*lines, lines[-1]],
        [b'{"rows": 2}'],
        [b'{"rows": 1, "revision": "9999"}'],
        [],
    ):
        with pytest.raises(DumpUnfitError):
            await load(other_url, broken)
    assert await load(other_url, lines) == 3
