"""A part's state follows from its drawings and its description; here it is made to.

Room: gateway/intake. Awaits the connection it is handed, inside its caller's transaction.
"""

from gateway.intake.states import Description, DrawingState, part_state
from storage.rows import parts as rows_of_parts
from storage.rows.connection import Connection
from storage.rows.parts import PartRow


async def settle(connection: Connection, part_id: str) -> None:
    """Set the part's state to what its drawings and description make of it."""
    part = await rows_of_parts.by_id(connection, part_id)
    if part is None:
        return
    drawings = await rows_of_parts.drawings(connection, part_id)
    state = part_state((DrawingState(row.state) for row in drawings), _description(part))
    await rows_of_parts.change_part(connection, part_id, part.state, {"state": state})


def _description(part: PartRow) -> Description:
    if part.description_report_sealed is None:
        return Description.UNREAD
    clean = part.clean_description_sealed is not None
    return Description.CLEAN if clean else Description.REFUSED
