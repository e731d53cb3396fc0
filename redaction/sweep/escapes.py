"""Undo the escapes in which text hides in drawings, all in one pass.

Room: redaction/sweep. Pure. Works on bytes already in lower case; what an escape stands for
comes out as UTF-8 in lower case, so that one needle finds every spelling. Sources:
ISO 10303-21 §6.4.3 (STEP strings), the DXF reference on \\U+ and %%, RFC 3986 §2.1 (percent),
HTML character references, ISO 32000-2 §7.3.4.2 (PDF octal), RFC 8259 §7 (JSON).
"""

import html
import re
from collections.abc import Callable, Mapping
from typing import Final

ESCAPE: Final = re.compile(
    rb"\\x2\\(?P<step16>(?:[0-9a-f]{4})++)\\x0\\"
    rb"|\\x4\\(?P<step32>(?:[0-9a-f]{8})++)\\x0\\"
    rb"|\\x\\(?P<step8>[0-9a-f]{2})"
    rb"|\\s\\(?P<shifted>[\x20-\x7e])"
    rb"|\\u\+?(?P<point>[0-9a-f]{4})"
    rb"|\\m\+[1-5](?P<page>[0-9a-f]{4})"
    rb"|\\(?P<octal>[0-3]?[0-7]{2})"
    rb"|%%(?P<decimal>[0-9]{3})"
    rb"|%(?P<percent>[0-9a-f]{2})"
    rb"|&(?P<entity>#?[0-9a-z]{2,8});"
)
TRIGGERS: Final = (b"\\", b"%", b"&")


def unescaped(lower: bytes) -> bytes | None:
    """Return ``lower`` with every escape undone, or None when there is none in it."""
    if not any(trigger in lower for trigger in TRIGGERS):
        return None
    plain, found = ESCAPE.subn(_undone, lower)
    return plain if found else None


def _undone(escape: re.Match[bytes]) -> bytes:
    kind = escape.lastgroup or ""
    try:
        return UNDO[kind](escape[kind])
    except (UnicodeError, ValueError, OverflowError):
        return escape.group()


def _text(text: str) -> bytes:
    return text.lower().encode("utf-8", "ignore")


def _hexadecimal(encoding: str) -> Callable[[bytes], bytes]:
    return lambda digits: _text(bytes.fromhex(digits.decode()).decode(encoding, "ignore"))


UNDO: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "step16": _hexadecimal("utf-16-be"),
    "step32": _hexadecimal("utf-32-be"),
    "step8": _hexadecimal("latin-1"),
    # \S\ adds 128 to the character that follows; Part 21 starts with the page ISO 8859-1.
    "shifted": lambda character: _text(chr(character[0] | 0x80)),
    "point": _hexadecimal("utf-16-be"),
    # \M+1 … \M+5 name double-byte pages; Shift JIS and GBK are the ones that were used.
    "page": _hexadecimal("gbk"),
    "octal": lambda digits: bytes([int(digits, 8) & 0xFF]).lower(),
    "decimal": lambda digits: _text(chr(int(digits))),
    # Several percent escapes may make up one UTF-8 character, so bytes come out as they are.
    "percent": lambda digits: bytes.fromhex(digits.decode()).lower(),
    "entity": lambda name: _text(html.unescape(f"&{name.decode()};")),
}
