"""Tiles: paths, bundles and the growing edge, against C2SP's own examples."""

from hashlib import sha256

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage.ledger.errors import NoSuchEntryError
from storage.ledger.merkle import check_inclusion, inclusion_path, leaf_hash, root_of
from storage.ledger.tiles import (
    Edge,
    Tile,
    bundle,
    bundles_of,
    full_root,
    hashes_in,
    nodes_from,
    tiles_of,
    unbundle,
)

PATHS = {
    Tile(0, 5): "tile/0/005",
    Tile(0, 256): "tile/0/256",
    Tile(0, 1234067): "tile/0/x001/x234/067",
    Tile(0, 1234067, 5): "tile/0/x001/x234/067.p/5",
    Tile(None, 1000, 255): "tile/entries/x001/000.p/255",
    Tile(63, 0): "tile/63/000",
}
# The 257-entry log of entries entry-0 … entry-256, checked with Go's tlog and Tessera's fsck.
KNOWN_257 = {
    "tile/0/000": "8921c57d2f65271c82bf0f686c002793863c80c8d1cbbbf5db6046ff59e8b590",
    "tile/0/001.p/1": "1836493ddda68daf095fefb1d2d8d6e678d8ae3eaea2e0638817062a1d56a659",
    "tile/1/000.p/1": "0dbddfec97fdc03a63eca701dce6bc0a6493d5d938070377900a6529cc71a448",
    "tile/entries/000": "2e41f76a98595afb6b3a27a02a74792386a99b155db3579513faf3bf67057752",
    "tile/entries/001.p/1": "5e63a7d6520561db197f6a82ed88c6dfa058bf34c1486572aef8dd1ee1346cf8",
}
BOUNDARIES = (0, 1, 2, 255, 256, 257, 511, 512, 513)


def grown(leaves: list[bytes]) -> tuple[Edge, dict[tuple[int, int], bytes]]:
    edge, kept = Edge(), {}
    for leaf in leaves:
        edge.append(leaf)
        kept.update(edge.take_full())
    return edge, kept | edge.partial()


@pytest.mark.parametrize(("tile", "path"), PATHS.items())
def test_a_path_is_written_and_read_as_the_specification_says(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert Tile.parse(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/5",
        "tile/0/0005",
        "tile/0/x000/005",
        "tile/00/005",
        "tile/-1/005",
        "tile/100/005",
        "tile/0/005.p/0",
        "tile/0/005.p/256",
        "tile/0/005.p/05",
        "tile/0/005.p/999",
        "tile/0/../0/005",
        "tile/data/005",
        "tile/0/005/",
        "tile/0/００５",
        "x" * 100_000,
        "tile/0/" + "x000/" * 20_000 + "000",
    ],
)
def test_anything_else_is_no_tile(path: str) -> None:
    with pytest.raises(NoSuchEntryError):
        Tile.parse(path)


def test_a_log_of_70000_has_the_tiles_of_the_specification() -> None:
    every = list(tiles_of(70_000))
    assert sum(1 for tile in every if tile.level == 0 and tile.width == 256) == 273
    assert [tile for tile in every if tile.width < 256] == [
        Tile(0, 273, 112),
        Tile(1, 1, 17),
        Tile(2, 0, 1),
    ]
    assert list(tiles_of(256)) == [Tile(0, 0), Tile(1, 0, 1)]
    assert list(tiles_of(0)) == list(bundles_of(0)) == []
    assert list(bundles_of(257)) == [Tile(None, 0), Tile(None, 1, 1)]


def test_the_files_of_a_known_log_are_byte_for_byte_known() -> None:
    entries = [b"entry-%d" % number for number in range(257)]
    edge, kept = grown([leaf_hash(entry) for entry in entries])
    files = {tile.path: kept[tile.level or 0, tile.number] for tile in tiles_of(257)}
    for place in bundles_of(257):
        first = place.number * 256
        files[place.path] = bundle(entries[first : first + place.width])
    assert {path: sha256(content).hexdigest() for path, content in files.items()} == KNOWN_257
    assert edge.root().hex().startswith("918b1cec64f317c76e3cf55c0536841c039eff06772ebb88")


@pytest.mark.parametrize("size", [*BOUNDARIES, 65_535, 65_536, 65_537])
def test_the_edge_has_the_root_and_exactly_the_tiles_of_its_tree(size: int) -> None:
    leaves = [sha256(b"%d" % number).digest() for number in range(size)]
    edge, kept = grown(leaves)
    assert edge.size == size
    assert edge.root() == root_of(leaves)
    widths = {place: len(tile) // 32 for place, tile in kept.items()}
    assert widths == {(tile.level, tile.number): tile.width for tile in tiles_of(size)}


@given(st.integers(1, 600), st.integers(0, 600))
@example(256, 257)
@example(255, 256)
def test_an_edge_goes_on_from_where_it_was_kept(first: int, more: int) -> None:
    leaves = [sha256(b"%d" % number).digest() for number in range(first + more)]
    edge, _ = grown(leaves[:first])
    again = edge.copy()
    for leaf in leaves[first:]:
        again.append(leaf)
    assert again.root() == grown(leaves)[0].root()
    assert edge.root() == root_of(leaves[:first])


@given(st.integers(1, 600), st.integers(0, 599))
@example(257, 256)
@example(512, 0)
def test_proofs_are_read_out_of_tiles(size: int, index: int) -> None:
    index %= size
    leaves = [sha256(b"%d" % number).digest() for number in range(size)]
    edge, kept = grown(leaves)
    nodes = nodes_from(lambda level, number: kept[level, number])
    check_inclusion(leaves[index], index, inclusion_path(index, size, nodes), size, edge.root())


@given(st.lists(st.binary(max_size=300), max_size=20))
@example([b""])
@example([bytes(65_535)])
def test_a_bundle_gives_back_its_entries(entries: list[bytes]) -> None:
    packed = bundle(entries)
    assert unbundle(packed, len(entries)) == entries
    for bad, width in ((packed + b"\x00", len(entries)), (packed[:-1], len(entries))):
        with pytest.raises(ValueError, match="bundle"):
            unbundle(bad, width if entries else 1)
    with pytest.raises(ValueError, match="bundle"):
        unbundle(packed, len(entries) + 1)


def test_a_full_tile_has_the_root_of_its_hashes() -> None:
    tile = b"".join(sha256(b"%d" % number).digest() for number in range(256))
    assert full_root(tile) == root_of(hashes_in(tile))
