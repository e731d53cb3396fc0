"""One walk from left to right proves where every entry shown stands."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.ledger.errors import NotInLedgerError
from storage.ledger.merkle import leaf_hash, root_of
from storage.ledger.spans import Climb, between


def leaves(size: int) -> list[bytes]:
    return [leaf_hash(str(number).encode()) for number in range(size)]


@given(size=st.integers(0, 600), shown=st.sets(st.integers(0, 599)))
@example(size=0, shown=set())
@example(size=256, shown=set())
@example(size=257, shown={256})
@example(size=9, shown={2, 5})
def test_entries_and_the_hashes_between_them_lead_to_the_root(size: int, shown: set[int]) -> None:
    hashes = leaves(size)
    climb, at = Climb(), 0
    for number in [*sorted(one for one in shown if one < size), size]:
        for height, place in between(at, number):
            below = hashes[place << height : (place + 1) << height]
            climb.add(height, root_of(below))
        if number < size:
            assert climb.size == number
            climb.add(0, hashes[number])
        at = number + 1
    assert climb.size == size
    assert climb.root() == root_of(hashes)


@given(start=st.integers(0, 5000), length=st.integers(0, 5000))
def test_a_gap_is_filled_from_end_to_end_with_few_subtrees(start: int, length: int) -> None:
    at, count = start, 0
    for height, number in between(start, start + length):
        assert number << height == at
        at, count = at + (1 << height), count + 1
    assert at == start + length
    assert count <= 2 * max(length, 1).bit_length()


def test_a_subtree_where_none_can_begin_is_refused() -> None:
    climb = Climb()
    climb.add(0, bytes(32))
    for height, node in ((1, bytes(32)), (-1, bytes(32)), (63, bytes(32)), (0, bytes(31))):
        with pytest.raises(NotInLedgerError):
            climb.add(height, node)
    assert climb.size == 1
