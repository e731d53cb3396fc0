"""``drawbridge doctor``: can this machine keep the promises, and what is missing if not.

Room: gateway/cli. Looks, tries and tells; changes nothing, opens no key. The sandbox is tried
for real: a zygote is started and one file goes through it.
"""

import asyncio
import fcntl
import os
import platform
import shutil
import stat
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from config.errors import ConfigurationError
from config.loading import load
from config.settings import Settings
from gateway.cli.options import AsJson, ConfigFile
from gateway.cli.output import Exit, emit, people
from gateway.start import LOCK_NAME, OWNER_ONLY
from redaction.errors import RedactionError
from redaction.model import Profile
from redaction.report import Status
from redaction.sandbox.client import Sandbox
from redaction.sandbox.memory import MemoryFile

OLDEST_PYTHON = (3, 11)
TRIAL = b"A drawing of nobody.\n"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. ``essential`` ones must be ``ok`` for a gateway to start here."""

    name: str
    ok: bool
    essential: bool
    told: str


def doctor(
    data: Annotated[
        Path | None, typer.Option("--data", help="The data directory.", metavar="DIR")
    ] = None,
    config: ConfigFile = None,
    as_json: AsJson = False,
) -> None:
    """Look whether everything a gateway needs is there; exit 1 if something essential is not."""
    settings, checks = _settings(data, config)
    checks = [*checks, _python(), *asyncio.run(_sandbox(settings))]
    checks += [_directory(settings.data_dir), _disk(settings)]
    sound = all(check.ok for check in checks if check.essential)
    if as_json:
        emit({"ok": sound, "checks": [asdict(check) for check in checks]})
    else:
        people().print(_table(checks))
    if not sound:
        raise typer.Exit(Exit.ERROR)


def _settings(data: Path | None, config: Path | None) -> tuple[Settings, Sequence[Check]]:
    overrides: dict[str, Any] = {"data_dir": data} if data is not None else {}
    try:
        settings = load(config, overrides=overrides)
    except ConfigurationError as error:
        told = str(error) or "the settings file cannot be read"
        # The rest is looked at as if nothing had been set.
        return Settings(**overrides), [Check("settings", False, True, told)]
    return settings, [Check("settings", True, True, "read and checked")]


def _python() -> Check:
    sentences = doctor.__doc__ is not None  # python -OO takes them away
    told = platform.python_version() + ("" if sentences else ", started with -OO")
    return Check("python", sys.version_info >= OLDEST_PYTHON and sentences, True, told)


async def _sandbox(settings: Settings) -> Sequence[Check]:
    limits = settings.sandbox
    try:
        with MemoryFile.create() as trial:
            trial.write(TRIAL)
            async with Sandbox(
                memory_bytes=limits.memory_bytes, deadline_s=limits.deadline_s
            ) as sandbox:
                outcome = await sandbox.inspect(trial, Profile())
                level = sandbox.level()
    except (RedactionError, OSError) as error:
        return [Check("sandbox", False, True, f"cannot work here ({type(error).__name__})")]
    missing = [name for name, stands in asdict(level).items() if not stands]
    walls = f"missing: {', '.join(missing)}" if missing else "network, files, system calls, limits"
    recognised = outcome.report.status is Status.INSPECTED and outcome.report.format == "text"
    return [
        Check("sandbox", True, True, "a worker was started and ended"),
        Check("sandbox walls", level.complete, limits.strict, walls),
        Check("libmagic", recognised, True, _libmagic()),
    ]


def _libmagic() -> str:
    with suppress(PackageNotFoundError):
        return f"python-magic {version('python-magic')}, pylibmagic {version('pylibmagic')}"
    return "not installed"


def _directory(data_dir: Path) -> Check:
    try:
        found = data_dir.stat()
    except FileNotFoundError:
        parent = next(folder for folder in data_dir.absolute().parents if folder.exists())
        told = "not there yet; serve will make it" if os.access(parent, os.W_OK) else "not ours"
        return Check("data directory", os.access(parent, os.W_OK), True, told)
    except OSError:
        return Check("data directory", False, True, "cannot be looked at")
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    private = stat.S_IMODE(found.st_mode) == OWNER_ONLY
    if not ours:
        return Check("data directory", False, True, "belongs to somebody else, or no directory")
    told = "" if private else "open to others, which serve will end; "
    return Check("data directory", True, True, told + _use(data_dir))


def _use(data_dir: Path) -> str:
    try:
        lock = os.open(data_dir / LOCK_NAME, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return "empty"
    except OSError:
        return "its lock cannot be looked at"
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return "a gateway is working on it"
    finally:
        os.close(lock)  # lets go of the lock as well
    return "no gateway is working on it"


def _disk(settings: Settings) -> Check:
    places = (settings.data_dir.absolute(), *settings.data_dir.absolute().parents)
    free = shutil.disk_usage(next(place for place in places if place.exists())).free
    floor = settings.uploads.free_floor_bytes
    told = f"{free // 1024**2:,} MiB free, at least {floor // 1024**2:,} needed"
    return Check("disk", free > floor, True, told)


def _table(checks: Sequence[Check]) -> Table:
    table = Table("", "what", "found", box=None, pad_edge=False)
    for check in checks:
        mark = "ok" if check.ok else "MISSING" if check.essential else "weak"
        table.add_row(mark, check.name, check.told)
    return table
