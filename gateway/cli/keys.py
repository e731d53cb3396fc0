"""``drawbridge keys``: what the keys hang on, and another root for all of them.

Room: gateway/cli. Works on the data directory, whether a gateway runs on it or not: every step is
durable, can be repeated and disturbs nobody. Rotation rewrites wraps, never data.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from config.loading import load
from config.settings import Settings
from gateway.cli.options import AsJson, ConfigFile
from gateway.cli.output import CommandError, Exit, emit, people

if TYPE_CHECKING:
    from storage.sealed.rotation import Rotation

commands = typer.Typer(no_args_is_help=True, help="The keys: status, rotate, rewrap, retire, …")

Data = Annotated[
    Path | None,
    typer.Option("--data", envvar="DRAWBRIDGE_DATA_DIR", help="A data directory.", metavar="DIR"),
]


@commands.command("status")
def status(data: Data = None, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Tell which root is in use, and how many people's keys hang on each."""
    with _rotation(data, config) as rotation:
        roots = [asdict(root) for root in rotation.status()]
        unused = [name for name in rotation.kept() if name not in {root["id"] for root in roots}]
    if as_json:
        emit({"roots": roots, "unused": unused})
        return
    table = Table("root", "in use", "people's keys", "kept here", box=None, pad_edge=False)
    for root in roots:
        kept = "yes" if root["held"] else "NO: bring it back"
        table.add_row(root["id"], "yes" if root["in_use"] else "", str(root["keys"]), kept)
    for name in unused:
        table.add_row(name, "", "0", "yes; nothing hangs on it: keys retire")
    people().print(table)


@commands.command("rotate")
def rotate(
    data: Data = None,
    config: ConfigFile = None,
    begin_only: Annotated[
        bool, typer.Option("--begin-only", help="Make the root; rewrap later with keys rewrap.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make another root, use it from now on, and wrap everybody's key to it.

    The gateway may run. The old root stays until `keys retire`: an intake node seals to it until
    it has been given the new root.pub, and yesterday's backup needs it.
    """
    with _rotation(data, config) as rotation:
        made = rotation.begin()
        moved = 0 if begin_only else _rewrapped(rotation)
    _tell(as_json, {"root": made, "rewrapped": moved}, f"Root {made} is in use; {moved} rewrapped.")


@commands.command("rewrap")
def rewrap(data: Data = None, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Wrap to the root in use whatever hangs on another; goes on where it was interrupted."""
    with _rotation(data, config) as rotation:
        moved = _rewrapped(rotation)
    _tell(as_json, {"rewrapped": moved}, f"{moved} keys were wrapped to the root in use.")


@commands.command("retire")
def retire(
    root: Annotated[str, typer.Argument(help="Its name, from keys status.", metavar="ROOT")],
    data: Data = None,
    config: ConfigFile = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Destroy a root on which nothing hangs. What only a backup still hangs on is lost with it."""
    with _rotation(data, config) as rotation:
        if not yes:
            typer.confirm(
                "Backups made before the rotation will never open again. Go on?", abort=True
            )
        rotation.retire(root)
    people().print(f"Root {root} is destroyed. Destroy its copies elsewhere, too.")


@commands.command("export")
def export(
    out: Annotated[Path, typer.Option("-o", "--output", help="Where to.", metavar="FILE")],
    data: Data = None,
    config: ConfigFile = None,
) -> None:
    """Write the public half of the root in use: all that an intake node needs."""
    with _rotation(data, config) as rotation:
        public = rotation.public()
    try:
        with out.open("xb") as file:
            file.write(public)
    except OSError as error:
        raise CommandError("The file is there already, or cannot be written.") from error
    people().print("Copy it to the intake node's data directory as root.pub, and restart it.")


@commands.command("enclose")
def enclose(
    to: Annotated[
        Path, typer.Option("--to", help="Settings whose [keys] shall hold.", metavar="FILE")
    ],
    data: Data = None,
    config: ConfigFile = None,
) -> None:
    """Write the root keys anew under the custody of other settings: a passphrase, a key server.

    `--config` says how they are kept now. Change the gateway's settings afterwards, and destroy
    copies of the old files.
    """
    from gateway.assembly.custody import enclosure_of, opened_roots

    settings = _settings(data, config)
    with _refusing():
        count = opened_roots(settings).re_enclose(enclosure_of(load(to).keys))
    people().print(f"{count} root keys were written anew.")


def _rewrapped(rotation: "Rotation") -> int:
    console = people()
    bar = Progress(
        TextColumn("rewrapping"), BarColumn(), MofNCompleteColumn(),
        console=console, disable=not console.is_terminal,
    )  # fmt: skip
    moved = 0
    with bar:
        task = bar.add_task("", total=rotation.left())
        for count in rotation.rewrap():
            moved += count
            bar.update(task, completed=moved)
    return moved


def _tell(as_json: bool, facts: dict[str, Any], sentence: str) -> None:
    if as_json:
        emit(facts)
    else:
        people().print(sentence)


def _settings(data: Path | None, config: Path | None) -> Settings:
    return load(config, overrides={"data_dir": data} if data is not None else {})


@contextmanager
def _rotation(data: Path | None, config: Path | None) -> Iterator["Rotation"]:
    # Keys take libraries that no other command should wait for.
    from gateway.assembly.custody import opened_roots
    from storage.sealed.keystore import Keystore
    from storage.sealed.rotation import Rotation

    settings = _settings(data, config)
    path = settings.data_dir / "keys.sqlite"
    if not path.exists():
        raise CommandError("There are no keys in this directory.", Exit.USAGE)
    with _refusing():
        keystore = Keystore(path)
        try:
            yield Rotation(keystore, opened_roots(settings))
        finally:
            keystore.close()


@contextmanager
def _refusing() -> Iterator[None]:
    from storage.sealed.errors import (
        KeysUnavailableError,
        RootInUseError,
        SealedError,
        WrongRootError,
    )

    try:
        yield
    except (RootInUseError, WrongRootError) as error:
        raise CommandError(cleandoc(type(error).__doc__ or ""), Exit.REFUSED) from error
    except (SealedError, KeysUnavailableError) as error:
        raise CommandError(cleandoc(type(error).__doc__ or "")) from error
