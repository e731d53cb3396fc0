"""``drawbridge backup`` and ``restore``: copies of everything, and back.

Room: gateway/cli. Works on the data directory and the stores that the settings name. A backup is
made beside a gateway that runs; restoring needs that none does.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from inspect import cleandoc
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from config.loading import load
from config.settings import Settings
from gateway.assembly.blobs import opened_blobs
from gateway.backup.restoring import Asked, Place, Restored, check, restore
from gateway.backup.writing import BLOBS, Stores, write_backup, write_keys
from gateway.cli.options import AsJson, ConfigFile
from gateway.cli.output import CommandError, Exit, emit, people
from gateway.start import held
from storage.blobs.contract import BlobError, BlobStore
from storage.blobs.filesystem import FilesystemBlobs
from storage.ids import SubjectId
from storage.rows.engine import Rows, RowsUnavailableError
from storage.sealed.errors import KeysUnavailableError

T = TypeVar("T")

Data = Annotated[
    Path | None,
    typer.Option("--data", envvar="DRAWBRIDGE_DATA_DIR", help="A data directory.", metavar="DIR"),
]

KeysCopy = Annotated[
    Path | None, typer.Option("--keys", help="What backup --keys wrote.", metavar="DIR")
]
Newest = Annotated[
    Path | None,
    typer.Option("--checkpoint", help="The newest checkpoint seen anywhere.", metavar="FILE"),
]
NoneKnown = Annotated[
    bool, typer.Option("--no-checkpoint-known", help="None was ever given to anybody.")
]
ErasedList = Annotated[
    Path | None,
    typer.Option("--erased", help="What `subjects erased` wrote last.", metavar="FILE"),
]
NobodyErased = Annotated[
    bool, typer.Option("--nobody-erased", help="Nobody was, since the keys were copied.")
]


def backup(
    out: Annotated[Path, typer.Option("-o", "--output", help="Where to.", metavar="DIR")],
    keys: Annotated[
        bool, typer.Option("--keys", help="The keys (but the root's) instead of everything else.")
    ] = False,
    data: Data = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Copy rows, sealed drawings and the log of one moment into DIR; the gateway may run.

    Again into the same DIR: only new drawings are copied, and destroyed ones go there, too.

    With --keys: the keys instead. Keep them elsewhere, and for no longer than you are allowed to
    remember people; keep root.key in a third place.
    """
    settings = _settings(data, config)
    now = datetime.now(UTC)
    if keys:
        with _telling():
            write_keys(settings.data_dir, out, now)
        people().print(f"The keys are in {out}. Keep them apart from backups, and from root.key.")
        return
    with _counting() as told:
        copied = _with_stores(
            settings,
            lambda rows, blobs: write_backup(
                Stores(rows, blobs, settings.data_dir / "ledger.sqlite"),
                *(out, FilesystemBlobs(out / BLOBS, floor_bytes=0), now, told),
            ),
        )
    facts = {"rows": copied.rows, "objects": copied.objects, "new_objects": copied.new_objects}
    if as_json:
        emit({**facts, "checkpoint": copied.entries_note.decode()})
    else:
        people().print("{rows} rows, {objects} drawings ({new_objects} new).".format(**facts))


def restore_command(
    backup: Annotated[Path, typer.Argument(help="What backup wrote.", metavar="DIR")],
    data: Data = None,
    config: ConfigFile = None,
    keys: KeysCopy = None,
    checkpoint: Newest = None,
    no_checkpoint: NoneKnown = False,
    erased: ErasedList = None,
    nobody_erased: NobodyErased = False,
    as_json: AsJson = False,
) -> None:
    """Bring a backup back into an empty directory, or one that lost its rows and drawings.

    Who was erased stays erased, and a log that was signed further on is not signed again: if
    restoring would do either, it is refused (exit 3) and nothing is changed.
    """
    settings = _settings(data, config)
    asked = Asked(
        backup=backup,
        keys=keys,
        newest=_read(checkpoint),
        newest_known=checkpoint is not None or no_checkpoint,
        erased=_listed(erased),
        erasures_known=erased is not None or nobody_erased,
    )
    with _telling(), held(settings.data_dir):
        stays = check(asked, settings.data_dir)
        restored = asyncio.run(_restored(settings, asked, stays=stays))
    if as_json:
        emit(asdict(restored))
    else:
        people().print(_sentence(restored))


def _sentence(restored: Restored) -> str:
    kept = restored.ledger_kept
    log = "The log that was there stays." if kept else "The log of the backup goes on."
    return (
        f"{restored.rows} rows and {restored.objects} drawings are back; "
        f"{restored.erased} people stay erased. {log}"
    )


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
        place = Place(settings.data_dir, settings.rows_url, blobs)
        kept = FilesystemBlobs(asked.backup / BLOBS, floor_bytes=0)
        return await restore(asked, place, kept, stays=stays)
    finally:
        await blobs.close()


def _settings(data: Path | None, config: Path | None) -> Settings:
    return load(config, overrides={"data_dir": data} if data is not None else {})


def _read(path: Path | None) -> bytes | None:
    if path is None:
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError("The checkpoint cannot be read.", Exit.USAGE) from error


def _listed(path: Path | None) -> frozenset[SubjectId]:
    if path is None:
        return frozenset()
    try:
        words = path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError("The list of erased people cannot be read.", Exit.USAGE) from error
    if not all(word.isascii() and word.isalnum() for word in words):
        raise CommandError("This is no list of erased people.", Exit.USAGE)
    return frozenset(SubjectId(word) for word in words)


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except (RowsUnavailableError, KeysUnavailableError, BlobError) as error:
        raise CommandError(cleandoc(type(error).__doc__ or "")) from error


@contextmanager
def _counting() -> Iterator[Callable[[int], None]]:
    console = people()
    columns = (SpinnerColumn(), TextColumn("drawings"), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda count: bar.advance(task, count)
