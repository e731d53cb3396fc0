"""What ``drawbridge backup`` and ``restore`` do, apart from their options: stores and progress.

Room: gateway/cli. Loaded only by those commands.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from inspect import cleandoc
from pathlib import Path
from typing import TypeVar

from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from config.settings import Settings
from gateway.assembly.blobs import opened_blobs
from gateway.assembly.ledger_place import ledger_place
from gateway.backup.restoring import Asked, Place, Restored, check, restore
from gateway.backup.writing import BLOBS, Copied, Stores, write_backup, write_keys
from gateway.cli.output import CommandError, people
from gateway.start import held
from storage.blobs.contract import BlobError, BlobStore
from storage.blobs.filesystem import FilesystemBlobs
from storage.ledger.errors import LedgerUnavailableError
from storage.rows.engine import Rows, RowsUnavailableError
from storage.sealed.errors import KeysUnavailableError

__all__ = ["Asked", "bring_back", "copy", "copy_keys"]

T = TypeVar("T")


def copy(settings: Settings, out: Path, now: datetime) -> Copied:
    """Write a backup of everything but keys."""
    with _counting() as told:
        return _with_stores(
            settings,
            lambda rows, blobs: write_backup(
                Stores(rows, blobs, ledger_place(settings)),
                *(out, FilesystemBlobs(out / BLOBS, floor_bytes=0), now, told),
            ),
        )


def copy_keys(settings: Settings, out: Path, now: datetime) -> None:
    """Write a backup of the keys."""
    with _telling():
        write_keys(settings.data_dir, out, now)


def bring_back(settings: Settings, asked: Asked) -> Restored:
    """Restore, holding the data directory."""
    with _telling(), held(settings.data_dir):
        stays = check(asked, settings.data_dir, ledger_place(settings))
        return asyncio.run(_restored(settings, asked, stays=stays))


def _with_stores(settings: Settings, work: Callable[[Rows, BlobStore], Awaitable[T]]) -> T:
    async def run() -> T:
        rows = await Rows.open(settings.rows_url)
        try:
            blobs = await opened_blobs(settings)
            try:
                return await work(rows, blobs)
            finally:
                await blobs.close()
        finally:
            await rows.close()

    with _telling():
        return asyncio.run(run())


async def _restored(settings: Settings, asked: Asked, *, stays: bool) -> Restored:
    blobs = await opened_blobs(settings)
    try:
        place = Place(settings.data_dir, settings.rows_url, blobs, ledger_place(settings))
        kept = FilesystemBlobs(asked.backup / BLOBS, floor_bytes=0)
        return await restore(asked, place, kept, stays=stays)
    finally:
        await blobs.close()


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except (RowsUnavailableError, KeysUnavailableError, BlobError, LedgerUnavailableError) as error:
        raise CommandError(cleandoc(type(error).__doc__ or "")) from error


@contextmanager
def _counting() -> Iterator[Callable[[int], None]]:
    console = people()
    columns = (SpinnerColumn(), TextColumn("drawings"), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda count: bar.advance(task, count)
