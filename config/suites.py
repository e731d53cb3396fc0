"""Which formats objects may be sealed in, and until when: a table with sources and dates.

Room: config. Touches one file. What a suite does is storage.sealed's to say; a date is no code.
"""

import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.errors import ConfigFileError, SettingError

SUITES: Final = Path(__file__).with_name("suites.toml")


class Suite(BaseModel):
    """One format: its name, its last day, and who says so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,64}$")]
    no_writes_after: date | None = None
    review: date | None = None  # when somebody should look whether an end was set
    source: Annotated[str, Field(min_length=1)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    suite: Annotated[tuple[Suite, ...], Field(min_length=1)]


def load_suites(file: Path | None = None) -> tuple[Suite, ...]:
    """Return the table of suites; None is the gateway's own.

    Raises:
        ConfigFileError: the file cannot be read, or is not TOML.
        SettingError: it has a key too many or too few, or a date that is none.
    """
    try:
        read = tomllib.loads((file or SUITES).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigFileError("The table of sealing suites cannot be read.") from error
    try:
        return _Table.model_validate(read).suite
    except ValidationError as error:
        places = [".".join(map(str, problem["loc"])) for problem in error.errors()]
        raise SettingError([f"suites: {place}: has a wrong value" for place in places]) from None
