"""Reads the configuration once: defaults, then the file, then the environment, then the command.

Room: config. Touches one file and the environment it is handed, and the profiles beside it.

    DRAWBRIDGE_SANDBOX__MEMORY_BYTES=4294967296 overrides memory_bytes in [sandbox].
"""

import os
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from config.errors import ConfigFileError, SettingError, UnknownProfileError
from config.settings import ENV_PREFIX, Settings
from redaction.model import Category, Profile

# Read by the command line's clients, not by the gateway; their presence is no mistake.
NOT_SETTINGS: Final = frozenset({"server", "token", "ci", "config"})
PROFILES: Final = Path(__file__).with_name("profiles.toml")


class _ProfileTable(BaseModel):
    """One table of the profiles: what it is for, in a sentence, and what it takes out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    summary: str
    redact_content: frozenset[Category]


def load(
    file: Path | None = None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Settings:
    """Return checked settings; ``overrides`` (from the command line) win over everything.

    Raises:
        ConfigFileError: the file cannot be read.
        SettingError: a name that no setting has, or a value that cannot work.
    """
    values = _from_file(file) if file is not None else {}
    _merge(values, _from_environment(os.environ if environ is None else environ))
    _merge(values, dict(overrides or {}))
    try:
        return Settings(**values)
    except ValidationError as error:
        raise SettingError([_line(problem) for problem in error.errors()]) from None


def load_profile(name: str, file: Path = PROFILES) -> Profile:
    """Return the redaction profile called ``name``.

    Raises:
        ConfigFileError: the table of profiles cannot be read.
        SettingError: the profile has an unknown category, or an unknown or missing key.
        UnknownProfileError: there is no such profile; the message lists the names there are.
    """
    tables = _from_file(file)
    if name not in tables:
        raise UnknownProfileError(tables)
    return Profile(name, _profile_table(tables[name]).redact_content)


def load_profiles(file: Path = PROFILES) -> Mapping[str, tuple[Profile, str]]:
    """Return every redaction profile with the sentence that says what it is for.

    Raises:
        ConfigFileError, SettingError: as ``load_profile``.
    """
    known = {name: _profile_table(table) for name, table in _from_file(file).items()}
    return {
        name: (Profile(name, table.redact_content), table.summary) for name, table in known.items()
    }


def _profile_table(table: Mapping[str, Any]) -> _ProfileTable:
    try:
        return _ProfileTable.model_validate(table)
    except ValidationError as error:
        raise SettingError([_line(problem) for problem in error.errors()]) from None


def _from_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigFileError from error


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, text in environ.items():
        if not name.startswith(ENV_PREFIX):
            continue
        *tables, leaf = name.removeprefix(ENV_PREFIX).lower().split("__")
        if not tables and leaf in NOT_SETTINGS:
            continue
        table = values
        for key in tables:
            inner = table.setdefault(key, {})
            if not isinstance(inner, dict):
                raise SettingError([f"{name}: is both a table and a value"])
            table = inner
        table[leaf] = text
    return values


def _merge(under: dict[str, Any], over: Mapping[str, Any]) -> None:
    for key, value in over.items():
        below = under.get(key)
        if isinstance(below, dict) and isinstance(value, Mapping):
            _merge(below, value)
        else:
            under[key] = value


def _line(problem: Mapping[str, Any]) -> str:
    return f"{_dotted(problem['loc']) or 'settings'}: {problem['msg']}"


def _dotted(place: Iterable[int | str]) -> str:
    return ".".join(str(step) for step in place)
