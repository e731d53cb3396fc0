"""Words of a drawing, as they are read and not as they are written.

Room: redaction/carriers. Pure; linear in the text. A value is bytes in the file's code page (UTF-8
from release 2007 on) with escapes: \\U+XXXX and \\M+nXXXX for characters the page lacks, %%nnn, and
in multi-line text the codes for fonts, colours and breaks that may stand inside a word (DXF
Reference, "MTEXT", "Text codes"). Each character remembers the bytes it came from.
"""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

# From this release on everything is UTF-8, whatever $DWGCODEPAGE says.
UTF8_SINCE: Final = b"AC1021"
DEFAULT_PAGE: Final = "cp1252"
_ALIASES: Final = """
    ansi_874=cp874 ansi_932=cp932 ansi_936=gbk ansi_949=cp949 ansi_950=big5 ansi_1250=cp1250
    ansi_1251=cp1251 ansi_1252=cp1252 ansi_1253=cp1253 ansi_1254=cp1254 ansi_1255=cp1255
    ansi_1256=cp1256 ansi_1257=cp1257 ansi_1258=cp1258 ansi_1361=johab dos437=cp437 dos850=cp850
    dos852=cp852 dos855=cp855 dos857=cp857 dos860=cp860 dos861=cp861 dos863=cp863 dos864=cp864
    dos865=cp865 dos866=cp866 dos869=cp869 dos932=cp932 ascii=cp1252 utf-8=utf-8 utf8=utf-8
    mac-roman=mac_roman big5=big5 gb2312=gbk ksc5601=cp949 johab=johab koi8-r=koi8_r
    iso8859-1=latin-1 iso8859-2=iso8859_2 iso8859-3=iso8859_3 iso8859-4=iso8859_4
    iso8859-5=iso8859_5 iso8859-6=iso8859_6 iso8859-7=iso8859_7 iso8859-8=iso8859_8
    iso8859-9=iso8859_9
"""
PAGES: Final = dict(alias.split("=") for alias in _ALIASES.split())
# \M+1 … \M+5 name a double-byte page each.
DOUBLE_BYTE: Final = {"1": "cp932", "2": "big5", "3": "cp949", "4": "johab", "5": "gbk"}

_ESCAPES: Final = (
    r"\\[Uu]\+(?P<point>[0-9A-Fa-f]{4})|\\[Mm]\+(?P<page>[1-5][0-9A-Fa-f]{4})"
    r"|%%(?P<decimal>[0-9]{3})|%%(?P<sign>[DdPpCc])|%%[UuOoKk]|\^(?P<caret>[IJM ])"
)
ESCAPE: Final = re.compile(_ESCAPES)
INLINE: Final = re.compile(
    _ESCAPES + r"|\\(?P<break>[PXN])|\\(?P<blank>~)|\\(?P<literal>[\\{}])"
    r"|\\[LlOoKkS]|\\[ACHTQWFfpc][^;\\{}]{0,120}+;|[{}]"
)
TRIGGERS: Final = (b"\\", b"%%", b"^", b"{")
SIGNS: Final = {"d": "°", "p": "±", "c": "⌀"}
UNPAIRED: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Words:
    """Text as it is read; ``bounds`` are the bytes of each character, None if they are its own."""

    text: str
    bounds: tuple[tuple[int, int], ...] | None = None

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return the bytes from which characters ``start`` up to ``end`` were read."""
        if self.bounds is None:
            return start, end
        if start == end:
            at = self.bounds[start][0] if start < len(self.bounds) else self.bounds[-1][1]
            return at, at
        return self.bounds[start][0], self.bounds[end - 1][1]


def page_of(version: bytes, code_page: bytes) -> str:
    """Return the codec for a file's text by its $ACADVER and $DWGCODEPAGE."""
    if version >= UTF8_SINCE:
        return "utf-8"
    return PAGES.get(code_page.decode("ascii", "replace").lower(), DEFAULT_PAGE)


def read(raw: bytes, codec: str, inline: bool = False) -> Words:
    """Return ``raw`` as it is read; ``inline`` undoes the codes of multi-line text too.

    Bytes that mean nothing in ``codec`` become U+FFFD.
    """
    escaped = any(trigger in raw for trigger in TRIGGERS)
    if raw.isascii() and not escaped:
        return Words(raw.decode("ascii"))
    text, codec = _decoded(raw, codec)
    characters: list[tuple[str, int, int]] = []
    position = 0
    for found in (INLINE if inline else ESCAPE).finditer(text) if escaped else ():
        characters += ((text[at], at, at + 1) for at in range(position, found.start()))
        shown = _undone(found)
        if shown:
            characters.append((shown, *found.span()))
        position = found.end()
    characters += ((text[at], at, at + 1) for at in range(position, len(text)))
    if not characters:
        return Words("")
    shown = "".join(character for character, _, _ in characters)
    offsets = _offsets(text, codec)
    bounds = tuple((offsets[start], offsets[end]) for _, start, end in characters)
    return Words(UNPAIRED.sub("\ufffd", shown), bounds)


def _decoded(raw: bytes, codec: str) -> tuple[str, str]:
    """Return text and codec; what is valid UTF-8 is hardly ever meant as anything else."""
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        page = DEFAULT_PAGE if codec == "utf-8" else codec
        return raw.decode(page, "surrogateescape"), page


def _offsets(text: str, codec: str) -> list[int]:
    """Return at which byte each character begins, and where the last one ends."""
    if text.isascii():
        return list(range(len(text) + 1))
    offsets = [0]
    for character in text:
        offsets.append(offsets[-1] + len(character.encode(codec, "surrogateescape")))
    return offsets


def _undone(escape: re.Match[str]) -> str:
    kind = escape.lastgroup or ""
    value = escape[kind] if kind else ""
    shown = _UNDO[kind](value) if kind in _UNDO else ""
    # One escape is one character, so that places can be told from characters.
    return shown[:1]


def _double_byte(code: str) -> str:
    return bytes.fromhex(code[1:]).decode(DOUBLE_BYTE[code[0]], "ignore").strip("\x00")


_UNDO: Final[dict[str, Callable[[str], str]]] = {
    "point": lambda digits: chr(int(digits, 16)),
    "page": _double_byte,
    "decimal": lambda digits: chr(int(digits)),
    "sign": lambda letter: SIGNS[letter.lower()],
    "caret": lambda letter: "\n" if letter in "JM" else "\t" if letter == "I" else "^",
    "break": lambda _: "\n",
    "blank": lambda _: " ",
    "literal": lambda character: character,
}


def warm() -> None:
    """Load the code pages, so that no file is opened afterwards."""
    for codec in {*PAGES.values(), *DOUBLE_BYTE.values()}:
        codecs.lookup(codec)
