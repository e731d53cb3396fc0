"""What can become of a drawing, and what that makes of its part: the whole story as two tables.

Room: gateway/intake. Pure. The states stand in rows; an event that a state does not know is a bug
or a race lost, and changes nothing.

    received --> inspecting --> review --> released --> withdrawn
       ^           |    ^ |        |           ^
       |  refused <+    +-+ (its worker failed; tried again until a limit, then: failed)
       |   |   ^                   |           |
       +---+---|-------------------+ (chosen)  |
           +-> waived (by its owner) ----------+
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final


class DrawingState(StrEnum):
    """Where a drawing stands."""

    RECEIVED = "received"
    INSPECTING = "inspecting"
    REVIEW = "review"
    WAIVED = "waived"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    FAILED = "failed"


class DrawingEvent(StrEnum):
    """What can happen to a drawing."""

    TAKEN = "taken"  # a worker begins
    CLEANED = "cleaned"
    REFUSED = "refused"
    STUMBLED = "stumbled"  # the worker failed, not the drawing
    GIVEN_UP = "given-up"
    CHOSEN = "chosen"  # its owner wants more, or less, taken out
    WAIVED = "waived"  # its owner lets it go as it is
    WAIVER_WITHDRAWN = "waiver-withdrawn"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class PartState(StrEnum):
    """Where a part stands."""

    INSPECTING = "inspecting"
    REVIEW = "review"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    FAILED = "failed"


NEXT: Final[Mapping[tuple[DrawingState, DrawingEvent], DrawingState]] = {
    (DrawingState.RECEIVED, DrawingEvent.TAKEN): DrawingState.INSPECTING,
    # A worker that died left it here; whoever finds it takes it again.
    (DrawingState.INSPECTING, DrawingEvent.TAKEN): DrawingState.INSPECTING,
    (DrawingState.INSPECTING, DrawingEvent.CLEANED): DrawingState.REVIEW,
    (DrawingState.INSPECTING, DrawingEvent.REFUSED): DrawingState.REFUSED,
    (DrawingState.INSPECTING, DrawingEvent.STUMBLED): DrawingState.RECEIVED,
    (DrawingState.INSPECTING, DrawingEvent.GIVEN_UP): DrawingState.FAILED,
    (DrawingState.REVIEW, DrawingEvent.CHOSEN): DrawingState.RECEIVED,
    # A choice that cannot be carried out refuses the drawing; another one may be made.
    (DrawingState.REFUSED, DrawingEvent.CHOSEN): DrawingState.RECEIVED,
    (DrawingState.REFUSED, DrawingEvent.WAIVED): DrawingState.WAIVED,
    (DrawingState.WAIVED, DrawingEvent.WAIVER_WITHDRAWN): DrawingState.REFUSED,
    (DrawingState.REVIEW, DrawingEvent.APPROVED): DrawingState.RELEASED,
    (DrawingState.WAIVED, DrawingEvent.APPROVED): DrawingState.RELEASED,
    (DrawingState.RELEASED, DrawingEvent.WITHDRAWN): DrawingState.WITHDRAWN,
}

UNFINISHED: Final = (DrawingState.RECEIVED, DrawingState.INSPECTING)

# The first row any of whose drawing states occurs decides; so one refusal holds back a part.
_PART_OF: Final = (
    (set(UNFINISHED), PartState.INSPECTING),
    ({DrawingState.FAILED}, PartState.FAILED),
    ({DrawingState.REFUSED}, PartState.REFUSED),
    ({DrawingState.REVIEW, DrawingState.WAIVED}, PartState.REVIEW),
    ({DrawingState.WITHDRAWN}, PartState.WITHDRAWN),
    ({DrawingState.RELEASED}, PartState.RELEASED),
)


class ImpossibleError(Exception):
    """The event cannot happen in this state."""


def after(state: DrawingState, event: DrawingEvent) -> DrawingState:
    """Return the state that ``event`` leads to.

    Raises:
        ImpossibleError: the table has no such row.
    """
    try:
        return NEXT[state, event]
    except KeyError:
        raise ImpossibleError from None


class Description(StrEnum):
    """What became of a part's words."""

    UNREAD = "unread"
    CLEAN = "clean"
    REFUSED = "refused"


def part_state(drawings: Iterable[DrawingState], description: Description) -> PartState:
    """Return what its drawings and its description make of a part.

    A description that could not be cleaned holds a part back as a refused drawing does. A part
    without drawings is never releasable.
    """
    present = set(drawings)
    if description is Description.UNREAD:
        present.add(DrawingState.RECEIVED)
    elif description is Description.REFUSED:
        present.add(DrawingState.REFUSED)
    for states, part in _PART_OF:
        if states & present:
            return part
    return PartState.REFUSED
