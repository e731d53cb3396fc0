"""``drawbridge keys``: what the keys hang on, another root for all, another key for everybody.

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
from gateway.cli.options import AnyData, AsJson, ConfigFile
from gateway.cli.output import CommandError, Exit, emit, people

if TYPE_CHECKING:
    from storage.sealed.renewal import Renewal
    from storage.sealed.rotation import Rotation

commands = typer.Typer(no_args_is_help=True, help="The keys: status, rotate, rewrap, retire, …")


Subjects = Annotated[
    bool,
    typer.Option("--subjects", help="People's own keys, instead of the root they hang on."),
]


@commands.command("status")
def status(data: AnyData = None, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Tell which root is in use, how many people's keys hang on each, and of which generation."""
    with _opened(data, config) as (rotation, renewal):
        roots = [asdict(root) for root in rotation.status()]
        unused = [name for name in rotation.kept() if name not in {root["id"] for root in roots}]
        generations = [asdict(one) for one in renewal.status()]
    if as_json:
        emit({"roots": roots, "unused": unused, "generations": generations})
        return
    table = Table("root", "in use", "people's keys", "kept here", box=None, pad_edge=False)
    for root in roots:
        kept = "yes" if root["held"] else "NO: bring it back"
        table.add_row(root["id"], "yes" if root["in_use"] else "", str(root["keys"]), kept)
    for name in unused:
        table.add_row(name, "", "0", "yes; nothing hangs on it: keys retire")
    people().print(table)
    people().print()
    people().print(_generations(generations))


@commands.command("rotate")
def rotate(
    data: AnyData = None,
    config: ConfigFile = None,
    subjects: Subjects = False,
    begin_only: Annotated[
        bool, typer.Option("--begin-only", help="Begin it; go on later with keys rewrap.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make another root, use it from now on, and wrap everybody's key to it.

    With --subjects, give every person another key, and wrap what opens their objects to it.

    The gateway may run. The old root stays until `keys retire`: an intake node seals to it until
    it has been given the new root.pub, and yesterday's backup needs it. A former key of a person
    stays as long as anything hangs on it.
    """
    with _opened(data, config) as (rotation, renewal):
        if subjects:
            number = renewal.begin()
            moved = 0 if begin_only else _renewed(renewal)
            facts: dict[str, Any] = {"generation": number, "rewrapped": moved}
            said = f"Generation {number} of people's keys is in use; {moved} keys were moved."
        else:
            root = rotation.begin()
            moved = 0 if begin_only else _rewrapped(rotation)
            facts = {"root": root, "rewrapped": moved}
            said = f"Root {root} is in use; {moved} rewrapped."
    _tell(as_json, facts, said)


@commands.command("rewrap")
def rewrap(data: AnyData = None, config: ConfigFile = None, as_json: AsJson = False) -> None:
    """Move to the root and the generation in use whatever is not; goes on after interruptions."""
    with _opened(data, config) as (rotation, renewal):
        moved = _rewrapped(rotation) + _renewed(renewal)
    _tell(as_json, {"rewrapped": moved}, f"{moved} keys were moved.")


@commands.command("retire")
def retire(
    root: Annotated[
        str | None, typer.Argument(help="Its name, from keys status.", metavar="ROOT")
    ] = None,
    data: AnyData = None,
    config: ConfigFile = None,
    subjects: Subjects = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Destroy a root on which nothing hangs. What only a backup still hangs on is lost with it.

    With --subjects, destroy people's former keys on which nothing hangs: no object, and no field
    or opening in the log: those stay under the key they were sealed to until its person is erased.
    """
    if (root is None) != subjects:
        raise CommandError("Name a root, or say --subjects.", Exit.USAGE)
    with _opened(data, config) as (rotation, renewal):
        if not yes:
            typer.confirm(
                "Backups made before the rotation will never open again. Go on?", abort=True
            )
        if root is not None:
            rotation.retire(root)
            facts: dict[str, Any] = {"retired": root}
            said = f"Root {root} is destroyed. Destroy its copies elsewhere, too."
        else:
            count = renewal.retire()
            left = sum(one.former for one in renewal.status())
            facts = {"retired": count, "left": left}
            said = f"{count} former keys are destroyed; {left} stay, since something hangs on them."
    _tell(as_json, facts, said)


@commands.command("export")
def export(
    out: Annotated[Path, typer.Option("-o", "--output", help="Where to.", metavar="FILE")],
    data: AnyData = None,
    config: ConfigFile = None,
) -> None:
    """Write the public half of the root in use: all that an intake node needs."""
    with _opened(data, config) as (rotation, _):
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
    data: AnyData = None,
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
    return _followed("rewrapping", rotation.left(), rotation.rewrap())


def _renewed(renewal: "Renewal") -> int:
    moved = _followed("renewing", renewal.left(), renewal.renew())
    if renewal.unopened:
        people().print(
            f"[bold]{renewal.unopened} objects do not open[/]: their rows were changed. They stay."
        )
    return moved


def _followed(what: str, total: int, steps: Iterator[int]) -> int:
    console = people()
    bar = Progress(
        TextColumn(what), BarColumn(), MofNCompleteColumn(),
        console=console, disable=not console.is_terminal,
    )  # fmt: skip
    moved = 0
    with bar:
        task = bar.add_task("", total=total)
        for count in steps:
            moved += count
            bar.update(task, completed=moved)
    return moved


def _generations(generations: list[dict[str, Any]]) -> Table:
    table = Table(
        "generation", "people", "objects", "former keys", "holding fields", box=None, pad_edge=False
    )
    for one in generations:
        counts = (one[name] for name in ("people", "objects", "former", "holding_fields"))
        table.add_row(str(one["generation"]), *map(str, counts))
    return table


def _tell(as_json: bool, facts: dict[str, Any], sentence: str) -> None:
    if as_json:
        emit(facts)
    else:
        people().print(sentence)


def _settings(data: Path | None, config: Path | None) -> Settings:
    return load(config, overrides={"data_dir": data} if data is not None else {})


@contextmanager
def _opened(data: Path | None, config: Path | None) -> Iterator[tuple["Rotation", "Renewal"]]:
    # Keys take libraries that no other command should wait for.
    from gateway.assembly.custody import opened_roots
    from storage.sealed.keystore import Keystore
    from storage.sealed.renewal import Renewal
    from storage.sealed.rotation import Rotation

    settings = _settings(data, config)
    path = settings.data_dir / "keys.sqlite"
    if not path.exists():
        raise CommandError("There are no keys in this directory.", Exit.USAGE)
    with _refusing():
        keystore = Keystore(path)
        try:
            roots = opened_roots(settings)
            yield Rotation(keystore, roots), Renewal(keystore, roots)
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
