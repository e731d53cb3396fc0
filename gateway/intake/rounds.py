"""A drawing is inspected once, and again after each choice of its owner: in rounds.

Room: gateway/intake. Pure.
"""

import json

from gateway.journal import Happening
from storage.rows.parts import DrawingRow


def chosen(row: DrawingRow) -> list[str]:
    """Return the ids of the findings that are to go."""
    ids: list[str] = json.loads(row.choice)
    return ids


def entry_key(happening: Happening, row: DrawingRow) -> str:
    """Return the key of the log's entry about the newest inspection of a drawing."""
    return f"{happening}/{row.id}" + (f"/{row.round}" if row.round else "")


def waiver_key(drawing: str, sealed: str) -> str:
    """Return the key of the log's entry about a waiver; ``sealed`` is the object it lets go."""
    return f"{Happening.DRAWING_WAIVED}/{drawing}/{sealed}"


def outcome_key(row: DrawingRow) -> tuple[Happening, str]:
    """Return the entry that says why a released drawing could go: inspected clean, or waived."""
    if row.waived_at is not None and row.clean_object is not None:
        return Happening.DRAWING_WAIVED, waiver_key(row.id, row.clean_object)
    return Happening.DRAWING_INSPECTED, entry_key(Happening.DRAWING_INSPECTED, row)
