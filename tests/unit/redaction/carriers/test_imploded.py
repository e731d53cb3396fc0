"""Imploded data is opened as its makers' library opens it, and packed again into its old room."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from redaction.carriers import imploded, imploding, packed_streams
from redaction.errors import OpaqueStreamError, TooLargeError, UnreadableError

# Packed by hand from the format's description: AI, then 11 bytes from 2 back, then the end.
HAND_MADE = bytes.fromhex("00048224258f807f")
HEADS = [bytes((coded, window)) for coded in (0, 1) for window in imploded.WINDOWS]
PIECES = st.lists(
    st.one_of(
        st.binary(max_size=40),
        st.sampled_from((b"moPart_c", b"\0" * 600, b"ab" * 30, b"C:\\Users\\jroe\\")),
    ),
    max_size=6,
).map(b"".join)


def test_what_was_packed_by_hand_is_opened() -> None:
    assert imploded.exploded(HAND_MADE, 100) == (b"AIAIAIAIAIAIA", len(HAND_MADE))


@settings(deadline=None, max_examples=25)
@given(content=PIECES)
@example(content=b"")
@example(content=b"\0" * 5000)
@example(content=bytes(range(256)) * 5)
def test_what_is_packed_is_opened_again(content: bytes) -> None:
    for head in HEADS:
        packed = imploding.imploded(content, head)
        assert packed[:2] == head
        assert imploded.exploded(packed + b"\0\0", len(content)) == (content, len(packed))


def test_what_repeats_itself_takes_little_room() -> None:
    assert len(imploding.imploded(b"\0" * 5180, b"\0\6")) < 40


@pytest.mark.parametrize(
    ("packed", "error"),
    [
        (b"", UnreadableError),
        (b"\x02\x04\x00\x00", UnreadableError),  # neither plain nor coded
        (b"\x00\x07\x00\x00", UnreadableError),  # no such window
        (HAND_MADE[:-1], UnreadableError),
        (HAND_MADE[:4], UnreadableError),
        (b"\x00\x04" + b"\xff" * 8, UnreadableError),  # a copy from before the beginning
    ],
)
def test_what_is_no_imploded_data_is_told(packed: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        imploded.exploded(packed, 1000)


def test_what_unpacks_to_more_than_allowed_stops() -> None:
    bomb = imploding.imploded(b"\0" * 100_000, b"\0\6")
    with pytest.raises(TooLargeError):
        imploded.exploded(bomb, 10_000)


def test_an_imploded_stream_is_told_by_its_name_and_a_body_by_its_length() -> None:
    packed = imploding.imploded(b"geometry" * 90, b"\1\6")
    named = packed_streams.opened("Contents/DisplayLists__Zip", packed + b"\0\0")
    assert named is not None
    assert (named.start, named.content) == (0, b"geometry" * 90)
    body = b"\0" + len(packed).to_bytes(4, "little") + packed
    inside = packed_streams.opened("Contents/Config-0-Body", body)
    assert inside is not None
    assert (inside.start, inside.content) == (5, b"geometry" * 90)
    assert packed_streams.opened("Contents/Config-0-Body", body + b"\0") is None
    broken = body[:5] + b"\1\6" + b"\xff" * (len(packed) - 2)
    assert packed_streams.opened("Contents/Config-0-Body", broken) is None


def test_what_follows_imploded_data_must_be_nothing() -> None:
    packed = imploding.imploded(b"geometry", b"\0\4")
    with pytest.raises(OpaqueStreamError):
        packed_streams.opened("A__Zip", packed + b"words")


def test_a_changed_stream_keeps_its_room_or_is_refused() -> None:
    words = b"C:\\Users\\jroe\\a.SLDPRT " + bytes(range(200))
    stream = imploding.imploded(words, b"\1\6")
    packed = packed_streams.opened("A__Zip", stream)
    assert packed is not None
    blanked = words.replace(b"jroe", b"    ")
    written = packed_streams.rewritten(stream, packed, blanked)
    assert len(written) == len(stream)
    again = packed_streams.opened("A__Zip", written)
    assert again is not None
    assert again.content == blanked
    assert packed_streams.rewritten(stream, packed, words) is stream
    with pytest.raises(OpaqueStreamError):
        packed_streams.rewritten(stream, packed, words + bytes(range(256)))
