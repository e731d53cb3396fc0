"""Every way a configuration can be wrong; each of them stops the start.

Room: config. Pure. Messages name the setting and the remedy, never its value: a value may be
a path or a password in the wrong place.
"""

from collections.abc import Iterable


class ConfigurationError(Exception):
    """The configuration cannot be used."""


class ConfigFileError(ConfigurationError):
    """The configuration file cannot be read, or is not TOML."""


class SettingError(ConfigurationError):
    """A setting has a value that cannot work, or there is no such setting.

    ``problems`` holds one line a setting: its dotted name and what is wrong with it.
    """

    def __init__(self, problems: list[str]) -> None:
        """Keep the lines and show them as the message."""
        super().__init__("\n".join(problems))
        self.problems = problems


class UnknownProfileError(ConfigurationError):
    """There is no redaction profile of this name; the message lists those there are."""

    def __init__(self, known: Iterable[str]) -> None:
        """Say which names there are; the wrong one may be anything and is not repeated."""
        super().__init__(f"There is no such redaction profile. Known: {', '.join(known)}.")
