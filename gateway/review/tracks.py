"""Under which keys the gateway wrote the entries about one part.

Room: gateway/review. Awaits the connection it is handed. An entry about a part that is not about a
transfer carries nothing in its leaf that leads to the part. Its idempotency key does, and the
gateway, which made it, can make it again.
"""

from collections.abc import Iterator

from gateway.intake.rounds import waiver_key
from gateway.journal import Happening
from storage.rows import parts as rows_of_parts
from storage.rows.connection import Connection
from storage.rows.parts import DrawingRow


async def keys_of_part(connection: Connection, part_id: str) -> list[str]:
    """Return every key that an entry about this part may have; most are of nothing."""
    keys = [f"{kind}/{part_id}" for kind in (Happening.PART_APPROVED, Happening.PART_WITHDRAWN)]
    for drawing in await rows_of_parts.drawings(connection, part_id):
        keys += _of_drawing(drawing)
    return keys


def _of_drawing(drawing: DrawingRow) -> Iterator[str]:
    yield f"{Happening.UPLOAD_RECEIVED}/{drawing.upload}"
    yield f"{Happening.ORIGINAL_DESTROYED}/{drawing.id}"
    for happening in (Happening.DRAWING_INSPECTED, Happening.DRAWING_REFUSED):
        yield f"{happening}/{drawing.id}"
        yield from (f"{happening}/{drawing.id}/{nth}" for nth in range(1, drawing.round + 1))
    yield from (
        f"{Happening.CHOICE_MADE}/{drawing.id}/{nth}" for nth in range(1, drawing.round + 1)
    )
    if drawing.clean_object is not None:
        yield waiver_key(drawing.id, drawing.clean_object)
        yield f"{Happening.WAIVER_WITHDRAWN}/{drawing.id}/{drawing.clean_object}"
