"""Where a presentation (PPT) names people: its last user, authors of comments, links; slides stay.

Room: redaction/formats. Pure; linear in the stream. Records stand within records; each says its
kind and size, and none moves. What was left behind by earlier savings is wiped. Source: [MS-PPT]
§2.3.2 (current user), §2.3.3 (edits), §2.4.22 (comments), §2.4.17 (routing), §2.10 (links).
"""

import struct
from typing import Final

from redaction.carriers.compound_file import Stream
from redaction.carriers.slots import Packing
from redaction.errors import ActiveContentError, EncryptedError, UnreadableError
from redaction.formats import office_art
from redaction.formats.office_paper import Paper
from redaction.formats.office_ppt_records import CONTAINER, HEAD, Record, records, split
from redaction.model import Category

USER_STREAM: Final = "Current User"
USER, STRING, OBJECT = 0x0FF6, 0x0FBA, 0x1011
ENCRYPTED: Final = 0xF3D1C4DF
MACROS, CONTROL = 0x0400, 0x0FEE
ROUTING, ENVELOPES = 0x0406, frozenset({0x1784, 0x1785})
COMMENT, COMMENT_ATOM, AUTHORS = 0x2EE0, 0x2EE1, 0x2EE4
WIDE_TEXT, NARROW_TEXT = 0x0FA0, 0x0FA8
FIRST_USER_BYTE: Final = 20
TIME: Final = (4, 20)
# Strings that may hold paths: of links, sounds, films, objects.
LINKING: Final = frozenset(
    {0x0FD7, 0x0FCC, 0x0FCE, 0x1005, 0x1006, 0x1007, 0x100D, 0x100F, 0x1010, 0x07E6}
)
SHAPES: Final = frozenset({0xF00B, 0xF121, 0xF122})


def read(paper: Paper, stream: Stream) -> None:
    """Blank whom the presentation in ``stream`` names.

    Raises:
        RedactionError: it is damaged, protected, has macros, or holds deleted slides.
    """
    content = bytes(paper.contents[stream.name])
    user = paper.stream((*stream.path[:-1], USER_STREAM))
    if user is None:
        raise UnreadableError("no current user")
    valid, left = split(content, last_edit(user.content(paper.data)))
    for record in left:
        _left(paper, stream.name, record)
    found = list(records(content, valid))
    if any(_is_program(content, record) for record in found):
        raise ActiveContentError
    shown: list[str] = []
    for record in found:
        place = record.start, record.end
        if record.kind == OBJECT:
            _object(paper, stream, record)
        elif record.kind == WIDE_TEXT:
            shown.append(content[slice(*place)].decode("utf-16-le", "replace"))
        elif record.kind == NARROW_TEXT:
            shown.append(content[slice(*place)].decode("latin-1"))
        elif carries(record):
            _blank(paper, stream.name, record)
    for picture in office_art.pictures(content):
        paper.keep(stream, [picture.place], picture.packing)
    paper.show(stream.name, "\n".join(shown).replace("\r", "\n").replace("\x0b", "\n"))


def last_edit(user: bytes) -> int:
    """Return where the record of the last saving begins.

    Raises:
        EncryptedError: the presentation is protected by a password.
        UnreadableError: damaged.
    """
    _, kind, _ = HEAD.unpack_from(user)
    _, token, at = struct.unpack_from("<III", user, HEAD.size)
    if kind != USER:
        raise UnreadableError("no user")
    if token == ENCRYPTED:
        raise EncryptedError
    return int(at)


def _left(paper: Paper, name: str, record: Record) -> None:
    """Wipe a record that was left behind; what remains of it is one without a meaning."""
    mark = paper.contents[name][record.head] & ~CONTAINER
    paper.write(name, record.head, bytes([mark]))
    paper.wipe(name, (record.start, record.end), "PPT.left behind", Category.HISTORY)


def _is_program(content: bytes, record: Record) -> bool:
    """Return whether ``record`` says that there are macros, or is a control."""
    if record.kind == MACROS and record.end - record.start >= 8:
        persisted, has = struct.unpack_from("<II", content, record.start)
        return bool(persisted or has)
    return record.kind == CONTROL


def carries(record: Record) -> bool:
    """Return whether ``record`` may tell of people, and so differ afterwards."""
    if record.kind in {COMMENT_ATOM, ROUTING} | ENVELOPES | SHAPES:
        return True
    above = set(record.above)
    if record.kind == STRING:
        named = bool(above & {COMMENT, AUTHORS}) and record.instance != 1
        return named or bool(above & LINKING)
    return False


def _blank(paper: Paper, name: str, record: Record) -> None:
    place = record.start, record.end
    if record.kind == COMMENT_ATOM and record.end - record.start >= TIME[1]:
        start, end = record.start + TIME[0], record.start + TIME[1]
        paper.wipe(name, (start, end), "PPT.comment time", Category.TIME)
    elif record.kind in SHAPES:
        paper.paths(name, place, "PPT.link")
    elif record.kind != STRING:
        paper.wipe(name, place, "PPT.routing", Category.PERSON)
    elif {COMMENT, AUTHORS} & set(record.above):
        category = Category.COMMENT if record.instance == 2 else Category.PERSON
        paper.blank(name, place, "PPT.comment author", category, wide=True)
    else:
        paper.paths(name, place, "PPT.link")


def _object(paper: Paper, stream: Stream, record: Record) -> None:
    """Note an embedded object, a compound file that may be deflated."""
    if record.end == record.start:
        return
    if record.instance:
        paper.keep(stream, [(record.start + 4, record.end)], Packing.DEFLATED)
    else:
        paper.keep(stream, [(record.start, record.end)])


def read_user(paper: Paper, stream: Stream) -> None:
    """Blank the user who saved last, in one and in two bytes a character.

    Raises:
        EncryptedError: the presentation is protected by a password.
        UnreadableError: damaged.
    """
    content = bytes(paper.contents[stream.name])
    last_edit(content)
    (size,) = struct.unpack_from("<I", content, HEAD.size)
    (chars,) = struct.unpack_from("<H", content, HEAD.size + 12)
    start = HEAD.size + max(size, FIRST_USER_BYTE)
    if start + chars > len(content):
        raise UnreadableError("a damaged user")
    paper.blank(stream.name, (start, start + chars), "PPT.user", Category.PERSON, wide=False)
    start += chars + 4
    wide = min(start + 2 * chars, len(content) - (len(content) - start) % 2)
    if start < wide:
        paper.blank(stream.name, (start, wide), "PPT.user", Category.PERSON, wide=True)
        paper.wipe(stream.name, (wide, len(content)), "PPT.user", Category.HISTORY)
