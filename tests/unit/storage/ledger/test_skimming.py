"""What is skimmed off a leaf is what decoding it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.ledger.errors import UnfitEventError
from storage.ledger.leaf import decode, encode
from storage.ledger.skimming import FACTS, skimmed
from tests.unit.gateway.review.leaves import leaf


@given(number=st.integers(0, 10_000))
def test_the_facts_are_those_that_decoding_finds(number: int) -> None:
    raw = leaf(number)
    decoded = decode(raw)
    expected = {"t": decoded.kind.value, "ts": decoded.at, **decoded.facts}
    assert skimmed(raw).told() == {name: expected[name] for name in FACTS}


def test_the_first_version_has_no_word_for_where_somebody_was_seen() -> None:
    raw = leaf(3, obs=None, reg=None, src="CN")
    old = decode(raw)
    first = encode(type(old)(old.kind, old.at, old.facts, old.slots, old.key, version=1))
    assert b'"obs"' not in first
    told = skimmed(first).told()
    assert (told["obs"], told["reg"], told["src"]) == (None, None, "CN")


@pytest.mark.parametrize("raw", [b"", b"{}", b"null", b'{"basis":null}', b"\xff" * 99])
def test_what_is_no_leaf_is_refused(raw: bytes) -> None:
    with pytest.raises(UnfitEventError):
        skimmed(raw)


def test_a_row_of_what_could_confuse_it_takes_no_time() -> None:
    for token in (b'"', b"{", b'{"basis":"', b'","cm":{', b"\\"):
        with pytest.raises(UnfitEventError):
            skimmed(token * 100_000)
