"""Members of archives that only tell of people and their machines: no part of what was sent.

Room: redaction/carriers. Pure. Lock files, notes of file managers, logs; told by their names.
"""

import re
from collections.abc import Iterator
from typing import Final

from redaction.model import Action, Category, Finding

# What a file manager noted beside the files, and what was deleted.
DROPPED: Final = re.compile(
    r"(?:^|/)(?:__MACOSX/.*|\._[^/]*|\.DS_Store|Thumbs\.db|\.directory|\.Trash[^/]*(?:/.*)?)$",
    re.IGNORECASE,
)
# Who has a drawing open and on which machine. A file that was sent is not lost without its
# sender's asking, so its name and length stay, and blanks stand in it.
BLANKED: Final = re.compile(
    r"(?:^|/)(?:desktop\.ini|~\$[^/]*|\.~lock\.[^/]*|[^/]*\.(?:dwl2?|lck)|acad\.err|plot\.log)$",
    re.IGNORECASE,
)


def is_dropped(name: str) -> bool:
    """Return whether the member called ``name`` goes."""
    return DROPPED.search(name) is not None


def is_blanked(name: str) -> bool:
    """Return whether blanks take the place of all that is in the member called ``name``."""
    return BLANKED.search(name) is not None


def blanked(name: str, content: bytes) -> bytes:
    """Return ``content``, or as many blanks where it tells who has a file open."""
    return b" " * len(content) if is_blanked(name) else content


def findings(carrier: str, position: int, name: str, content: bytes) -> Iterator[Finding]:
    """Yield what becomes of a member that is junk."""
    goes = is_dropped(name)
    if goes or blanked(name, content) != content:
        last = name.rpartition("/")[2] or name
        action = Action.REMOVED if goes else Action.REPLACED
        where = f"member {position}"
        yield Finding(f"{carrier}.member", Category.HISTORY, action, last, where, seed=False)
