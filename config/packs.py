"""Reads the files of the law and of what people are told, as bytes: who checks them, hashes them.

Room: config. Touches the directory it is handed. gateway.policy.pack makes rules of the law files;
gateway.privacy.terms makes texts of the notices and terms.
"""

from pathlib import Path
from typing import Final

from config.errors import ConfigFileError

LAW: Final = Path(__file__).with_name("law")
TERMS: Final = Path(__file__).with_name("terms.toml")


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


def read_terms(file: Path = TERMS) -> bytes:
    """Return the file of notices and terms.

    Raises:
        ConfigFileError: it cannot be read.
    """
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConfigFileError("The notices and terms cannot be read.") from error
