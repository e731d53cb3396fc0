"""Files in their places inside others: what comes back fits, or is refused."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redaction.carriers import blanks, slots, wmf_records
from redaction.carriers.slots import Packing, Slot
from redaction.errors import OpaqueStreamError, TooLargeError, UnreadableError
from redaction.model import patched

PICTURE = b"\xff\xd8\xff" + b"dots" + b"\xff\xd9"


def put(data: bytes, slot: Slot, content: bytes) -> bytes:
    return patched(data, slots.filled(data, [slot], {slot.name: content}))


def test_a_file_in_pieces_is_put_together_and_taken_apart_again() -> None:
    slot = Slot("a", ((2, 4), (6, 9)))
    data = b"..ab..cde."
    assert slot.content(data) == b"abcde"
    assert put(data, slot, b"ABCDE") == b"..AB..CDE."
    assert slot.room_bytes == 5


def test_a_picture_may_become_shorter_and_nothing_else() -> None:
    data = b"." + PICTURE + b"."
    ended = Slot("a", ((1, 1 + len(PICTURE)),), slots.packing_of(PICTURE))
    shorter = put(data, ended, PICTURE[:-3])
    assert shorter == b"." + PICTURE[:-3] + bytes(3) + b"."
    assert ended.content(shorter) == PICTURE[:-3]
    exact = Slot("a", ended.pieces, slots.packing_of(b"ISO-10303-21;"))
    for slot, content in ((exact, b"x"), (ended, PICTURE + b"x")):
        with pytest.raises(OpaqueStreamError):
            put(data, slot, content)


def test_a_length_is_written_anew() -> None:
    data = b"\x05\0\0\0abcde..."
    slot = Slot("a", ((4, 12),), Packing.COUNTED, ((0, 4),), least_bytes=2)
    assert slot.content(data) == b"abcde"
    assert put(data, slot, b"xyz") == b"\x03\0\0\0xyz" + bytes(5)
    assert put(data, slot, b"abcdefgh") == b"\x08\0\0\0abcdefgh"
    with pytest.raises(OpaqueStreamError):
        put(data, slot, b"x")
    with pytest.raises(UnreadableError):
        slot.content(b"\xff\0\0\0abcde...")


def test_deflated_files_are_one_however_they_are_deflated() -> None:
    content = b"Bracket " * 40
    data = zlib.compress(content, 1).ljust(60, b"\0")
    slot = Slot("a", ((0, 60),), Packing.DEFLATED)
    other = zlib.compress(content, 9).ljust(60, b"\0")
    assert slots.repacked_alike(data, other, [slot]) == data
    changed = put(data, slot, content.replace(b"B", b"P"))
    assert slots.repacked_alike(data, changed, [slot]) == changed


@pytest.mark.parametrize(
    ("packed", "error"),
    [
        (b"no deflate at all", UnreadableError),
        (zlib.compress(b"words " * 90)[:-8], UnreadableError),
        (zlib.compress(b"words") + b"behind", UnreadableError),
        (zlib.compress(bytes(17 * 1024 * 1024)), TooLargeError),
    ],
)
def test_what_does_not_unpack_is_refused(packed: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        Slot("a", ((0, len(packed)),), Packing.DEFLATED).content(packed)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.data())
def test_a_part_of_pieces_is_found_where_it_lies(sizes: list[int], data: st.DataObject) -> None:
    pieces, at = [], 0
    for size in sizes:
        pieces.append((at, at + size))
        at += size + 3
    total = sum(sizes)
    start = data.draw(st.integers(0, total))
    end = data.draw(st.integers(start, total))
    whole = bytes(range(at))
    found = slots.within(pieces, start, end)
    assert slots.gathered(whole, found) == slots.gathered(whole, pieces)[start:end]


def test_blanks_are_as_long_as_the_words_and_zeros_stay() -> None:
    assert blanks.narrow(b"ab\0c") == b"  \0 "
    assert blanks.wide("a\0b".encode("utf-16-le")) == " \0 ".encode("utf-16-le")
    assert blanks.wide(b"a\0b") == b" \0\0"
    assert blanks.words("Документ".encode("utf-16-le") + bytes(4)) == "Документ"
    assert blanks.words(b"Bracket\0\x01four") == "Bracket four"


def test_what_begins_like_a_metafile_and_is_none_is_refused() -> None:
    for data in (b"", b"\x01\0\x08\0\0\x03", b"\x01\0\x09\0\0\x03" + bytes(40)):
        with pytest.raises(UnreadableError):
            wmf_records.records(data)
