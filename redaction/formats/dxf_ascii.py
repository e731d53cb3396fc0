"""DXF as text: two lines a tag, the group code and the value.

Room: redaction/formats. Pure; linear in the file. Any line ends, even mixed. Runs of numbers are
passed over inside one compiled pattern, so that the interpreter only sees tags with words in them.
"""

import binascii
import re
from collections.abc import Iterator
from typing import Final

from redaction.errors import UnreadableError
from redaction.formats.dxf_tags import HIGHEST_CODE, LOWEST_CODE, Tag

BLANKS: Final = b" \t"
# A byte order mark, and blank lines some programs begin with.
BEGINNING: Final = re.compile(rb"(?:\xef\xbb\xbf)?+[\s\x00]*+")

_ANY_END: Final = rb"(?:\r\n?+|\n)"
# The codes of dxf_tags that hold numbers, handles and marks, as digits.
QUIET: Final = (
    rb"(?:[1-79][0-9]|5|1(?:[1-4][0-9]|[67][0-9])|2(?:[1-3]|[7-9])[0-9]|3[2-9][0-9]"
    rb"|4(?:[024-6][0-9]|8[01])|10(?:5|0[235]|[1-6][0-9]|7[01]))"
)
_TAG: Final = rb"[ \t]*+(-?[0-9]{1,6})[ \t]*+" + _ANY_END + rb"([^\r\n]*+)(?:\r\n?+|\n|\Z)"
TAG: Final = re.compile(_TAG)


def _telling(code_end: bytes, within: bytes, value_end: bytes) -> re.Pattern[bytes]:
    """Return what passes over all that tells nothing and stops at the next tag.

    ``within`` is inside a class of bytes: what no value holds.
    """
    value = rb"[^" + within + rb"]*+" + value_end
    bland = rb"[^" + within + rb"\\/:@]*+" + value_end
    quiet = rb"(?:%b%b%b|(?:[678]|10[02])%b%b)" % (QUIET, code_end, value, code_end, bland)
    quiet = rb"(?:[ \t]*+" + quiet + rb")*+"
    head = rb"[ \t]*+0" + code_end
    kind = rb"[ \t]*+(?!SECTION|ENDSEC|EOF|GEODATA)" + value
    record = head + kind + quiet + rb"(?=" + head + rb")"
    return re.compile(quiet + rb"(?:" + record + rb")*+(?P<tag>)" + _TAG)


# Where every line ends in a line feed there is less to ask, which makes reading half as fast again.
TELLING: Final = {
    False: _telling(rb"[ \t]*+" + _ANY_END, rb"\r\n", _ANY_END),
    True: _telling(rb"[ \t\r]*+\n", rb"\n", rb"\n"),
}


class AsciiGrid:
    """A text DXF read as tags; see ``dxf_tags.Grid``."""

    __slots__ = ("begin", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        beginning = BEGINNING.match(data)
        self.begin = beginning.end() if beginning else 0

    def telling(self) -> Iterator[Tag]:
        """Yield the tags that may tell something, to the end mark."""
        data, position = self.data, self.begin
        match = TELLING[_ends_in_line_feeds(data)].match
        while found := match(data, position):
            code = int(found[2])
            start, end = found.span(3)
            position = found.end()
            if not LOWEST_CODE <= code <= HIGHEST_CODE:
                raise UnreadableError("an impossible group code")
            yield Tag(code, found.start("tag"), start, end, position)
            if code == 0 and data[start:end].strip(BLANKS) == b"EOF":
                return
        raise UnreadableError("no tag, or no end")

    def tags(self, start: int, end: int) -> Iterator[Tag]:
        """Yield every tag from ``start`` up to ``end``."""
        data, position, match = self.data, start, TAG.match
        while position < end:
            found = match(data, position)
            if found is None:
                raise UnreadableError("no tag")
            value, value_end = found.span(2)
            yield Tag(int(found[1]), position, value, value_end, found.end())
            position = found.end()

    def raw(self, tag: Tag) -> bytes:
        """Return a text value as it stands, without the blanks around it."""
        return self.data[tag.start : tag.end].strip(BLANKS)

    def number(self, value: float) -> bytes:
        """Return how a double is written here."""
        return repr(value).encode("ascii")

    def value(self, tag: Tag) -> float | None:
        """Return the double that ``tag`` holds; None if it holds none."""
        try:
            return float(self.raw(tag))
        except ValueError:
            return None

    def chunk(self, tag: Tag) -> bytes:
        """Return the bytes that a binary chunk stands for; none if it is damaged."""
        try:
            return binascii.unhexlify(self.raw(tag))
        except binascii.Error:
            return b""

    def chunked(self, value: bytes) -> bytes:
        """Return how a binary chunk is written here."""
        return binascii.hexlify(value).upper()


def _ends_in_line_feeds(data: bytes) -> bool:
    """Return whether a carriage return only ever stands before a line feed."""
    return b"\r" not in data or data.count(b"\r") == data.count(b"\r\n")
