"""The Merkle tree of RFC 6962: roots, inclusion, consistency.

Room: storage/ledger. Pure. Hashes are 32 bytes. Source: RFC 6962 section 2.1 (the same tree as RFC
9162), with the verification algorithms of RFC 9162 sections 2.1.3.2 and 2.1.4.2.

    leaf  SHA-256(0x00 || entry)
    node  SHA-256(0x01 || left || right)      left is the largest full tree that fits
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final

from storage.ledger.errors import NotInLedgerError

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256().digest()

# The hash of the full subtree of 2**height leaves that begins at leaf number * 2**height.
Nodes = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of an entry's exact bytes."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two others."""
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the root over ``hashes``: of leaves, or of full subtrees of equal height.

    The last may also be of a subtree that is not full: the tree splits at the same places.
    """
    if not hashes:
        return EMPTY_ROOT
    stack: list[bytes] = []
    for number, node in enumerate(hashes):
        while number & 1:
            node = node_hash(stack.pop(), node)
            number >>= 1
        stack.append(node)
    root = stack.pop()
    while stack:
        root = node_hash(stack.pop(), root)
    return root


def subtree(start: int, end: int, nodes: Nodes) -> bytes:
    """Return MTH(D[start:end]) for a range that occurs in a tree, as the RFC's recursion does."""
    length = end - start
    height = (length - 1).bit_length()
    if length == 1 << height:
        return nodes(height, start >> height)
    middle = start + (1 << (height - 1))
    return node_hash(subtree(start, middle, nodes), subtree(middle, end, nodes))


def inclusion_path(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """Return PATH(index, D[size]): sibling hashes from the leaf upwards.

    Raises:
        NotInLedgerError: the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise NotInLedgerError(f"index {index} outside a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + (1 << ((end - start - 1).bit_length() - 1))
        if index < middle:
            path.append(subtree(middle, end, nodes))
            end = middle
        else:
            path.append(subtree(start, middle, nodes))
            start = middle
    return path[::-1]


def consistency_path(old: int, size: int, nodes: Nodes) -> list[bytes]:
    """Return PROOF(old, D[size]); empty when there is nothing to prove.

    Raises:
        NotInLedgerError: the tree has never been that large.
    """
    if not 0 <= old <= size:
        raise NotInLedgerError(f"size {old} beyond a tree of {size}")
    if old in (0, size):
        return []
    path: list[bytes] = []
    start, end, whole = 0, size, True
    while old != end:
        middle = start + (1 << ((end - start - 1).bit_length() - 1))
        if old <= middle:
            path.append(subtree(middle, end, nodes))
            end = middle
        else:
            path.append(subtree(start, middle, nodes))
            start, whole = middle, False
    if not whole:
        path.append(subtree(start, end, nodes))
    return path[::-1]


def check_inclusion(
    leaf: bytes, index: int, proof: Sequence[bytes], size: int, root: bytes
) -> None:
    """Return if ``leaf`` is number ``index`` of the tree; otherwise raise.

    Args:
        leaf: the leaf hash, 32 bytes.
        index: position in the ledger, counted from 0.
        proof: sibling hashes from the leaf upwards; 32 bytes each.
        size: number of entries the tree had when ``root`` was signed.
        root: 32 bytes, from a checkpoint whose signature was already verified.

    Raises:
        NotInLedgerError: always, unless the proof holds. There is no False.

    Source: RFC 9162 section 2.1.3.2; the names fn, sn, r are the RFC's own.
    """
    if not 0 <= index < size:
        raise NotInLedgerError(f"index {index} outside a tree of {size}")
    _check_lengths(leaf, root, *proof)
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            raise NotInLedgerError("proof is longer than the tree is high")
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0 or r != root:
        raise NotInLedgerError("proof leads to a different root")


def check_consistency(
    old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> None:
    """Return if the tree of ``old`` entries is a beginning of the tree of ``size``.

    Raises:
        NotInLedgerError: always, unless the proof holds.

    Source: RFC 9162 section 2.1.4.2; fn, sn, fr, sr are the RFC's own.
    """
    if not 0 <= old <= size:
        raise NotInLedgerError(f"size {old} beyond a tree of {size}")
    if old in (0, size):
        _check_same(old_root, root if old == size else EMPTY_ROOT, proof)
        return
    _check_lengths(old_root, root, *proof)
    hashes = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not proof:
        raise NotInLedgerError("proof is empty")
    fn, sn = old - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = hashes[0]
    for c in hashes[1:]:
        if sn == 0:
            raise NotInLedgerError("proof is longer than the tree is high")
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0 or fr != old_root or sr != root:
        raise NotInLedgerError("proof leads to different roots")


def _check_lengths(*hashes: bytes) -> None:
    # Of other lengths, two different pairs could be the same bytes in a row.
    if any(len(node) != HASH_BYTES for node in hashes):
        raise NotInLedgerError("a hash has another length")


def _check_same(old_root: bytes, root: bytes, proof: Sequence[bytes]) -> None:
    if proof or old_root != root:
        raise NotInLedgerError("trees of these sizes need no proof, and differ")
