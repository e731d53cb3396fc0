"""What a part keeps about itself, sealed to its owner: which field stands under which context.

Room: gateway/intake. Awaits the keyring. Contexts bind a field to its place, so that a sealed
description can never be passed off as a name.
"""

import json
from collections.abc import Mapping
from typing import Any, Final, Protocol

from redaction.report import Report
from storage.ids import SubjectId

PART_NAME: Final = "part.name"
PART_DESCRIPTION: Final = "part.description"
CLEAN_DESCRIPTION: Final = "part.clean-description"
DESCRIPTION_REPORT: Final = "part.description-report"
DRAWING_FILENAME: Final = "drawing.filename"
DRAWING_REPORT: Final = "drawing.report"
UPLOAD_METADATA: Final = "upload.metadata"
UPLOAD_FILENAME: Final = "upload.filename"


class Fields(Protocol):
    """What this room needs of the keyring."""

    async def seal_field(self, subject: SubjectId, context: str, plain: bytes) -> bytes:
        """Seal a personal field."""

    async def open_field(self, subject: SubjectId, context: str, sealed: bytes) -> bytes:
        """Open a personal field."""

    @property
    def can_open(self) -> bool:
        """Whether this node can open anything at all."""


async def sealed_report(fields: Fields, subject: SubjectId, context: str, report: Report) -> bytes:
    """Return a report sealed with its values: its owner may see them again."""
    text = json.dumps(report.to_json(show_values=True), separators=(",", ":"))
    return await fields.seal_field(subject, context, text.encode())


async def opened_report(
    fields: Fields, subject: SubjectId, context: str, sealed: bytes | None, *, values: bool
) -> Mapping[str, Any] | None:
    """Return a report as JSON, without the values unless asked; None while there is none."""
    if sealed is None:
        return None
    report: dict[str, Any] = json.loads(await fields.open_field(subject, context, sealed))
    if not values:
        for finding in report["findings"]:
            finding.pop("value", None)
    return report
