"""How bytes are changed when nothing is known of them: flips, numbers, words, cuts and splices."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

MAX_BYTES: Final = 4 * 1024 * 1024
NUMBERS: Final = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000)
NUMERALS: Final = tuple(
    b"0 -1 1 2 255 256 65535 65536 2147483647 2147483648 4294967295 4294967296 "
    b"18446744073709551616 99999999999999999999999999 1e308 1e999 -0.0 nan 0x7f 00000001".split()
)
SEPARATORS: Final = (b"\n", b"\r\n", b"\r", b";", b",", b">", b" ")
DIGITS: Final = frozenset(b"0123456789")
LONG: Final = 4096


@dataclass(frozen=True, slots=True)
class Means:
    """What a mutation may draw on: chance, the format's words, and other files of the corpus."""

    chance: Random
    words: Sequence[bytes]
    others: Sequence[bytes]


Mutation = Callable[[bytes, Means], bytes]


def flip(data: bytes, means: Means) -> bytes:
    """Change bits or bytes in one to eight places."""
    out = bytearray(data)
    for _ in range(means.chance.randint(1, 8)):
        at = means.chance.randrange(len(out))
        out[at] = means.chance.choice((out[at] ^ 1 << means.chance.randrange(8), 0, 0xFF, 0x20))
    return bytes(out)


def number(data: bytes, means: Means) -> bytes:
    """Overwrite a binary number, most of all one that looks like a length or an offset."""
    chance = means.chance
    size = chance.choice((1, 2, 4, 4, 8))
    order = chance.choice(("little", "big"))
    at = chance.randrange(len(data))
    for _ in range(32):
        here = int.from_bytes(data[at : at + size], order)
        if 0 < here <= len(data):
            break
        at = chance.randrange(len(data))
    here = int.from_bytes(data[at : at + size], order)
    left = len(data) - at
    near = (here + 1, here - 1, here * 2, here // 2, left, left - size, left + 1, at)
    value = chance.choice((*near, *NUMBERS, (1 << 8 * size) - 1))
    raw = (value % (1 << 8 * size)).to_bytes(size, order)
    return data[:at] + raw + data[at + size :]


def numeral(data: bytes, means: Means) -> bytes:
    """Write another number where one is written in digits."""
    at = means.chance.randrange(len(data))
    while at < len(data) and data[at] not in DIGITS:
        at += 1
    end = at
    while end < len(data) and data[end] in DIGITS:
        end += 1
    return data[:at] + means.chance.choice(NUMERALS) + data[end:]


def word(data: bytes, means: Means) -> bytes:
    """Put a word of the format somewhere, over what is there or between."""
    if not means.words:
        return flip(data, means)
    said = means.chance.choice(means.words)
    at = means.chance.randrange(len(data) + 1)
    if means.chance.random() < 0.3:
        other = means.chance.choice(means.words)
        found = data.find(other, at)
        if found >= 0:
            return data[:found] + said + data[found + len(other) :]
    return data[:at] + said + data[at + means.chance.choice((0, len(said))) :]


def cut(data: bytes, means: Means) -> bytes:
    """Take a stretch out, or everything behind a place."""
    at, end = _stretch(data, means.chance)
    return data[:at] if means.chance.random() < 0.3 else data[:at] + data[end:]


def repeat(data: bytes, means: Means) -> bytes:
    """Write a stretch again, a few times or many, here or elsewhere."""
    at, end = _stretch(data, means.chance)
    to = means.chance.choice((end, means.chance.randrange(len(data) + 1)))
    times = means.chance.choice((1, 1, 2, 3, 16, 300))
    piece = data[at:end][: max(1, (MAX_BYTES - len(data)) // times)]
    return data[:to] + piece * times + data[to:]


def swap(data: bytes, means: Means) -> bytes:
    """Exchange two stretches that follow each other."""
    at, middle = _stretch(data, means.chance)
    end = min(len(data), middle + (middle - at))
    return data[:at] + data[middle:end] + data[at:middle] + data[end:]


def fill(data: bytes, means: Means) -> bytes:
    """Overwrite or enlarge a stretch with one byte many times."""
    at, end = _stretch(data, means.chance)
    byte = bytes([means.chance.choice((0, 0xFF, 0x20, 0x0A, 0x28, 0x29, 0x27, 0x5C, 0x3C, 0x7B))])
    count = means.chance.choice((end - at, LONG, 1))
    return data[:at] + byte * count + data[end:]


def splice(data: bytes, means: Means) -> bytes:
    """Go on with the end of another file."""
    other = means.chance.choice(means.others) if means.others else data
    at, end = _stretch(data, means.chance)
    begin, stop = _stretch(other, means.chance)
    if means.chance.random() < 0.5:
        return data[:at] + other[begin:stop] + data[end:]
    return data[:at] + other[begin:]


def lines(data: bytes, means: Means) -> bytes:
    """Repeat, drop, move or join lines, statements, elements or words."""
    chance = means.chance
    separator = chance.choice(SEPARATORS)
    begin, end = _window(data, chance)
    parts = data[begin:end].split(separator)
    if len(parts) < 2:
        return repeat(data, means)
    at, to = chance.randrange(len(parts)), chance.randrange(len(parts))
    match chance.randrange(5):
        case 0:
            parts[at:at] = parts[at : at + chance.randint(1, 4)] * chance.choice((1, 2, 50))
        case 1:
            del parts[at : at + chance.randint(1, 4)]
        case 2:
            parts[at], parts[to] = parts[to], parts[at]
        case 3:
            parts.insert(to, parts[at])
        case _:
            parts[at] = parts[at][: len(parts[at]) // 2]
    return data[:begin] + separator.join(parts) + data[end:]


def _window(data: bytes, chance: Random) -> tuple[int, int]:
    """Return a window that is small enough to be taken apart."""
    begin = chance.randrange(max(1, len(data) - LONG * 4))
    return begin, min(len(data), begin + LONG * 4)


def _stretch(data: bytes, chance: Random) -> tuple[int, int]:
    at = chance.randrange(len(data) + 1)
    length = chance.choice((1, 2, 4, 8, 16, 64, 256, 1024, len(data) // 4))
    return at, min(len(data), at + chance.randint(1, max(1, length)))


BLIND: Final[tuple[Mutation, ...]] = (
    flip,
    number,
    number,
    numeral,
    word,
    word,
    cut,
    repeat,
    swap,
    fill,
    splice,
    lines,
    lines,
)


def blind(data: bytes, means: Means) -> bytes:
    """Return ``data`` after one mutation that knows nothing of its format."""
    if not data:
        return means.chance.choice(means.words) if means.words else b"\x00"
    return means.chance.choice(BLIND)(data, means)[:MAX_BYTES]
