"""Reads the files of the law and of what people are told, as bytes: who checks them, hashes them.

Room: config. Touches the directory it is handed. gateway.policy.pack makes rules of the law files;
gateway.privacy.notices makes texts of the notices.
"""

from pathlib import Path
from typing import Final

from config.errors import ConfigFileError

LAW: Final = Path(__file__).with_name("law")
NOTICES: Final = Path(__file__).with_name("notices.toml")


def read_law(directory: Path | None = None) -> dict[str, bytes]:
    """Return every TOML file of a law directory by its name; None is the gateway's own.

    Raises:
        ConfigFileError: the directory or a file in it cannot be read, or there is none.
    """
    try:
        found = {path.name: path.read_bytes() for path in sorted((directory or LAW).glob("*.toml"))}
    except OSError as error:
        raise ConfigFileError("The law packs cannot be read.") from error
    if not found:
        raise ConfigFileError("The directory of law packs holds no TOML file.")
    return found


def read_notices(file: Path = NOTICES) -> bytes:
    """Return the notices file.

    Raises:
        ConfigFileError: it cannot be read.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigFileError("The notices cannot be read.") from error
