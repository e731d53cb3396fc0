"""The commands of a Gerber file, one by one, and which of them no Gerber file has.

Room: redaction/formats. Pure; linear in the file. A command is words up to a star, or stands
between percent signs, where a macro has several. Sources: Ucamco, "The Gerber Layer Format
Specification" 2024.05 §3.5 and §8 (deprecated commands); the RS-274X format guide (1998).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from redaction.errors import ActiveContentError, UnreadableError

TOKEN: Final = re.compile(
    rb"\s*+(?:(?P<extended>%[^%]*+%)|(?P<comment>(?:N[0-9]++)?G0?4(?![0-9])[^*]*+\*)"
    rb"|(?P<words>[^*%]*+\*))"
)
WORDS: Final = re.compile(rb"[GDMXYIJNAB0-9+.\s-]*\*")
END: Final = re.compile(rb"(?:N[0-9]++)?M0?[02]\*")
INNER: Final = re.compile(rb"[^*]*+\*")
MACRO: Final = re.compile(rb"\s*AM[^*%\s]++\s*\*")
MACRO_COMMENT: Final = re.compile(rb"\s*0(?:\s[^*]*)?\*")
PRIMITIVE: Final = re.compile(rb"[-+0-9.,$xX/()=\s]*\*")
ATTRIBUTE: Final = re.compile(rb"\s*T[FAO]")
NAME: Final = re.compile(rb"\s*(?:IN|LN)")
INCLUDE: Final = re.compile(rb"\s*IF")
# A hash stands for a number.
_SETTING: Final = (
    rb"\s*(?:FS[LTD]?[AI](?:[NGDM]#)*X#Y#(?:[DM]#)*|MO(?:MM|IN)|AB(?:D#)?|TD[.\w$-]*|LP[DC]"
    rb"|LM(?:N|XY?|Y)|L[RS]#|SR(?:[XYIJ]#)*|IP(?:POS|NEG)|AS[AB][XY][AB][XY]|IR#"
    rb"|(?:MI|OF|SF)(?:[AB]#)*|KO[CD]?(?:[XYIJK]#)*|ADD#[^,*%\s]++(?:,[-+0-9.X\s]*+)?)\s*\*"
)
SETTING: Final = re.compile(_SETTING.replace(b"#", rb"[-+0-9.]*+"))


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its kind, where it begins and ends with its star, and where its block does.

    ``kind`` is one of words, comment, attribute, name, setting, macro; for a remark inside a macro
    it is comment.
    """

    kind: str
    start: int
    end: int
    block: tuple[int, int]
    alone: bool = True


def commands(data: bytes) -> Iterator[Command]:
    """Yield every command up to the one that ends the file.

    Raises:
        UnreadableError: no Gerber file has such a command, or it is cut off.
        ActiveContentError: another file is read in.
    """
    position = 0
    while found := TOKEN.match(data, position):
        kind = str(found.lastgroup)
        start, position = found.span(kind)
        if kind == "extended":
            yield from _extended(data, start, position)
            continue
        if kind == "words" and WORDS.fullmatch(data, start, position) is None:
            raise UnreadableError("a command no Gerber file has")
        yield Command(kind, start, position, (start, position))
        if kind == "words" and END.fullmatch(data, start, position):
            return
    if data[position:].strip():
        raise UnreadableError("cut off")


def _extended(data: bytes, start: int, end: int) -> Iterator[Command]:
    position, stop = start + 1, end - 1
    in_macro = MACRO.match(data, position, stop) is not None
    alone = data.find(b"*", position, stop) == data.rfind(b"*", position, stop)
    while found := INNER.match(data, position, stop):
        kind = _macro(found) if in_macro else _kind(found)
        yield Command(kind, *found.span(), (start, end), alone)
        position = found.end()
    if data[position:stop].strip():
        raise UnreadableError("a command without an end")


def _macro(found: re.Match[bytes]) -> str:
    said = found.group()
    if MACRO_COMMENT.fullmatch(said):
        return "comment"
    if PRIMITIVE.fullmatch(said) or MACRO.fullmatch(said):
        return "macro"
    raise UnreadableError("a primitive no macro has")


def _kind(found: re.Match[bytes]) -> str:
    said = found.group()
    if ATTRIBUTE.match(said):
        return "attribute"
    if NAME.match(said):
        return "name"
    if INCLUDE.match(said):
        raise ActiveContentError
    if SETTING.fullmatch(said) is None:
        raise UnreadableError("a command no Gerber file has")
    return "setting"
