"""The pipeline's two tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.intake.states import (
    NEXT,
    Description,
    DrawingEvent,
    DrawingState,
    ImpossibleError,
    PartState,
    after,
    part_state,
)

CLEAN = Description.CLEAN


@pytest.mark.parametrize("state", DrawingState)
@pytest.mark.parametrize("event", DrawingEvent)
def test_what_the_table_does_not_know_cannot_happen(
    state: DrawingState, event: DrawingEvent
) -> None:
    if (state, event) in NEXT:
        assert after(state, event) is NEXT[state, event]
    else:
        with pytest.raises(ImpossibleError):
            after(state, event)


def test_nothing_is_released_without_review_or_a_waiver() -> None:
    before = {state for (state, _), then in NEXT.items() if then is DrawingState.RELEASED}
    assert before == {DrawingState.REVIEW, DrawingState.WAIVED}


def test_only_a_refused_drawing_can_be_waived_and_goes_back_to_being_refused() -> None:
    waived = {state for (state, _), then in NEXT.items() if then is DrawingState.WAIVED}
    assert waived == {DrawingState.REFUSED}
    assert after(DrawingState.WAIVED, DrawingEvent.WAIVER_WITHDRAWN) is DrawingState.REFUSED


@pytest.mark.parametrize(
    ("drawings", "description", "part"),
    [
        ([DrawingState.REVIEW], CLEAN, PartState.REVIEW),
        ([DrawingState.REVIEW, DrawingState.WAIVED], CLEAN, PartState.REVIEW),
        ([DrawingState.WAIVED], CLEAN, PartState.REVIEW),
        ([DrawingState.WAIVED, DrawingState.REFUSED], CLEAN, PartState.REFUSED),
        ([DrawingState.REVIEW, DrawingState.RECEIVED], CLEAN, PartState.INSPECTING),
        ([DrawingState.REVIEW], Description.UNREAD, PartState.INSPECTING),
        ([DrawingState.REVIEW], Description.REFUSED, PartState.REFUSED),
        ([DrawingState.REVIEW, DrawingState.REFUSED], CLEAN, PartState.REFUSED),
        ([DrawingState.REFUSED, DrawingState.FAILED], CLEAN, PartState.FAILED),
        ([DrawingState.RELEASED], CLEAN, PartState.RELEASED),
        ([DrawingState.RELEASED, DrawingState.WITHDRAWN], CLEAN, PartState.WITHDRAWN),
        ([], CLEAN, PartState.REFUSED),
    ],
)
def test_a_part_is_what_its_drawings_make_of_it(
    drawings: list[DrawingState], description: Description, part: PartState
) -> None:
    assert part_state(drawings, description) is part


@given(st.lists(st.sampled_from(DrawingState)), st.sampled_from(Description))
def test_a_part_is_releasable_only_when_everything_in_it_is_clean(
    drawings: list[DrawingState], description: Description
) -> None:
    if part_state(drawings, description) is PartState.REVIEW:
        assert description is CLEAN
        bad = {
            DrawingState.RECEIVED,
            DrawingState.INSPECTING,
            DrawingState.REFUSED,
            DrawingState.FAILED,
        }
        assert not set(drawings) & bad
