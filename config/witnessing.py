"""Witnesses of the log: which, how long to wait for them, when their silence is told.

Room: config. Pure. Part of config.settings; see there.
"""

from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from config.keeping import Table

DAY_S: Final = 24 * 3600


class Witnesses(Table):
    """Companies that sign the log's checkpoints beside the gateway, so that it cannot fork."""

    policy_file: Path | None = None
    """Which witnesses, where they are asked, and how many are enough: a C2SP tlog-policy file;
    without one nobody is asked."""

    deadline_s: Annotated[float, Field(gt=0, le=60)] = 5.0
    """How long one witness may take; the others, logging and uploads do not wait for it."""

    silent_s: Annotated[float, Field(ge=60, le=30 * DAY_S)] = 3600.0
    """After so long without its signature a witness counts as silent, and the quorum as unmet;
    also where there are no new entries, each is asked twice in this time."""
