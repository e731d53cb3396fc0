"""``drawbridge backup`` and ``restore``: copies of everything, and back.

Room: gateway/cli. Works on the data directory and the stores that the settings name. A backup is
made beside a gateway that runs; restoring needs that none does.
"""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.loading import load
from config.settings import Settings
from gateway.cli.options import AnyData, AsJson, ConfigFile
from gateway.cli.output import CommandError, Exit, emit, people
from storage.ids import SubjectId

if TYPE_CHECKING:
    from gateway.backup.restoring import Restored


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
    data: AnyData = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Copy rows, sealed drawings and the log of one moment into DIR; the gateway may run.

    Again into the same DIR: only new drawings are copied, and destroyed ones go there, too.

    With --keys: the keys instead. Keep them elsewhere, and for no longer than you are allowed to
    remember people; keep root.key in a third place.
    """
    # Opening stores takes libraries that no other command should wait for.
    from gateway.cli import backup_work

    settings = _settings(data, config)
    now = datetime.now(UTC)
    if keys:
        backup_work.copy_keys(settings, out, now)
        people().print(f"The keys are in {out}. Keep them apart from backups, and from root.key.")
        return
    copied = backup_work.copy(settings, out, now)
    facts = {"rows": copied.rows, "objects": copied.objects, "new_objects": copied.new_objects}
    if as_json:
        emit({**facts, "checkpoint": copied.entries_note.decode()})
    else:
        people().print("{rows} rows, {objects} drawings ({new_objects} new).".format(**facts))


def restore_command(
    backup: Annotated[Path, typer.Argument(help="What backup wrote.", metavar="DIR")],
    data: AnyData = None,
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
    from gateway.cli import backup_work

    settings = _settings(data, config)
    asked = backup_work.Asked(
        backup=backup,
        keys=keys,
        newest=_read(checkpoint),
        newest_known=checkpoint is not None or no_checkpoint,
        erased=_listed(erased),
        erasures_known=erased is not None or nobody_erased,
    )
    restored = backup_work.bring_back(settings, asked)
    if as_json:
        emit(asdict(restored))
    else:
        people().print(_sentence(restored))


def _sentence(restored: "Restored") -> str:
    kept = restored.ledger_kept
    log = "The log that was there stays." if kept else "The log of the backup goes on."
    return (
        f"{restored.rows} rows and {restored.objects} drawings are back; "
        f"{restored.erased} people stay erased. {log}"
    )


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
