"""The tree, against the recursive definition of RFC 6962 and the vectors of Certificate
Transparency."""

from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.ledger.errors import NotInLedgerError
from storage.ledger.merkle import (
    EMPTY_ROOT,
    check_consistency,
    check_inclusion,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    root_of,
    subtree,
)

CT_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
LEAVES = [leaf_hash(b"%d" % number) for number in range(70)]


def naive(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1, word for word."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(naive(leaves[:k]), naive(leaves[k:]))


def nodes(height: int, number: int) -> bytes:
    return naive(LEAVES[number << height : (number + 1) << height])


def test_single_hashes_are_those_of_others() -> None:
    assert leaf_hash(b"L123456").hex().startswith("395aa064aa4c29f7010acfe3f25db948")
    assert node_hash(b"N123", b"N456").hex().startswith("aa217fe888e47007fa15edab33c2b492")
    assert EMPTY_ROOT.hex().startswith("e3b0c44298fc1c14")


@pytest.mark.parametrize(("size", "root"), CT_ROOTS.items())
def test_roots_are_those_of_certificate_transparency(size: int, root: str) -> None:
    assert root_of([leaf_hash(leaf) for leaf in CT_LEAVES[:size]]).hex() == root


@given(st.integers(0, 70))
@example(0)
@example(1)
@example(64)
@example(65)
def test_the_root_is_the_recursive_definition(size: int) -> None:
    assert root_of(LEAVES[:size]) == naive(LEAVES[:size])


def test_every_inclusion_in_every_small_tree_is_proved() -> None:
    for size in range(1, 40):
        root = naive(LEAVES[:size])
        for index in range(size):
            path = inclusion_path(index, size, nodes)
            check_inclusion(LEAVES[index], index, path, size, root)


def test_every_growth_of_every_small_tree_is_proved() -> None:
    for size in range(40):
        for old in range(size + 1):
            path = consistency_path(old, size, nodes)
            check_consistency(old, naive(LEAVES[:old]), size, naive(LEAVES[:size]), path)


@given(st.data())
def test_a_proof_with_anything_changed_proves_nothing(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 70))
    index = data.draw(st.integers(0, size - 1))
    path, root = inclusion_path(index, size, nodes), naive(LEAVES[:size])
    changed = list(path)
    at = data.draw(st.integers(0, len(path) - 1))
    changed[at] = bytes([changed[at][0] ^ 1]) + changed[at][1:]
    for bad in (changed, path[:-1], [*path, path[0]]):
        with pytest.raises(NotInLedgerError):
            check_inclusion(LEAVES[index], index, bad, size, root)
    with pytest.raises(NotInLedgerError):
        check_inclusion(leaf_hash(b"another"), index, path, size, root)
    with pytest.raises(NotInLedgerError):
        check_inclusion(LEAVES[index], index, path, size, naive(LEAVES[: size - 1]))


@given(st.data())
def test_a_tree_that_did_not_grow_from_another_is_not_said_to(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 70))
    old = data.draw(st.integers(1, size - 1))
    path = consistency_path(old, size, nodes)
    before, after = naive(LEAVES[:old]), naive(LEAVES[:size])
    forked = naive([*LEAVES[: old - 1], leaf_hash(b"another")])
    with pytest.raises(NotInLedgerError):
        check_consistency(old, forked, size, after, path)
    with pytest.raises(NotInLedgerError):
        check_consistency(old, before, size, leaf_hash(b"another"), path)
    for bad in ([], path[:-1], [*path, path[0]]):
        with pytest.raises(NotInLedgerError):
            check_consistency(old, before, size, after, bad)


def test_what_lies_outside_the_tree_is_refused() -> None:
    for index in (-1, 3, 4):
        with pytest.raises(NotInLedgerError):
            inclusion_path(index, 3, nodes)
        with pytest.raises(NotInLedgerError):
            check_inclusion(LEAVES[0], index, [], 3, naive(LEAVES[:3]))
    for old in (-1, 4):
        with pytest.raises(NotInLedgerError):
            consistency_path(old, 3, nodes)
        with pytest.raises(NotInLedgerError):
            check_consistency(old, EMPTY_ROOT, 3, naive(LEAVES[:3]), [])


def test_trees_of_equal_size_are_equal_or_refused() -> None:
    root = naive(LEAVES[:3])
    check_consistency(3, root, 3, root, [])
    check_consistency(0, EMPTY_ROOT, 3, root, [])
    with pytest.raises(NotInLedgerError):
        check_consistency(3, root, 3, LEAVES[0], [])
    with pytest.raises(NotInLedgerError):
        check_consistency(0, root, 3, root, [])
    with pytest.raises(NotInLedgerError):
        check_consistency(3, root, 3, root, [root])


@given(st.integers(0, 5), st.integers(0, 3))
def test_a_full_subtree_is_asked_for_as_one_node(height: int, number: int) -> None:
    start = number << height
    whole = subtree(start, start + (1 << height), lambda h, n: b"%d/%d" % (h, n))
    assert whole == b"%d/%d" % (height, number)
