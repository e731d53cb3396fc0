"""A document in RTF taken apart: what is cut, what is rewritten, pictures, words.

Room: redaction/formats. Pure; linear in the file. Tables: ``rtf_tables``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from redaction.carriers.changes import Changes
from redaction.errors import ActiveContentError, OpaqueStreamError, UnreadableError
from redaction.formats import rtf_syntax, rtf_tables
from redaction.formats.rtf_syntax import Character, Group
from redaction.model import Category, Edit

# Folders of a local path; in orders to fields each separator is doubled.
FOLDERS: Final = re.compile(
    r"(?:file:/{2,3})?(?:(?<![A-Za-z])[A-Za-z]:[\\/]++|(?<![:\w\\/])(?:\\{2,}|/{2})(?=\w)"
    r"|(?<![\w.:/])/(?=(?:home|Users|Volumes)/))(?:[^\\/\"<>|?*\x00\n]{1,255}+[\\/]++)*+",
    re.IGNORECASE,
)
ORDERING: Final = re.compile(r"\s*+DDE(?:AUTO)?\b", re.IGNORECASE)
NOT_HEX: Final = re.compile(rb"[^0-9A-Fa-f\s]")
WORD_AT_END: Final = re.compile(rb"\\[A-Za-z]+-?[0-9]*\Z")
SPACE: Final = re.compile(rb"\s++")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: where its digits lie in the file."""

    start: int
    end: int

    def content(self, data: bytes) -> bytes:
        """Return the file that the digits spell.

        Raises:
            UnreadableError: they spell none.
        """
        digits = SPACE.sub(b"", data[self.start : self.end])
        if NOT_HEX.search(digits) or len(digits) % 2:
            raise UnreadableError("a picture that does not decode")
        return bytes.fromhex(digits.decode("ascii"))


@dataclass(slots=True)
class Markup:
    """A document taken apart."""

    data: bytes = field(repr=False)
    edits: list[Edit] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    pictures: list[Picture] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    document: Group = field(init=False)
    encoding: str = field(init=False)

    def __post_init__(self) -> None:
        self.document = rtf_syntax.read(self.data)
        self.encoding = rtf_syntax.encoding_of(self.document)
        waiting = [self.document]
        while waiting:
            group = waiting.pop()
            if self._group(group):
                waiting += reversed(list(group.groups()))
        end = self.document.end
        if self.data[end:].strip(b"\0\r\n\t "):
            self.edits.append(Edit(end, len(self.data), b"\n"))
            self.changes.gone("RTF.end", Category.COMMENT, "bytes behind the end", "")

    def _group(self, group: Group) -> bool:
        """Deal with one group; return whether to look at the groups inside it."""
        word = group.word
        late = {i["word"] for i in group.items if not isinstance(i, Group)} - {word}
        if late & rtf_tables.FIRST:
            raise UnreadableError("a group says late what it is for")
        if word in rtf_tables.OBJECTS:
            raise OpaqueStreamError
        if word in rtf_tables.GONE:
            self._cut(group)
            return False
        if word == rtf_tables.REVISERS:
            for reviser in group.groups():
                self._reviser(reviser)
            return False
        if word == rtf_tables.PICTURE:
            self._picture(group)
        elif word in rtf_tables.ORDERS:
            self._paths(group)
        elif word not in rtf_tables.UNREAD:
            self.shown.append(rtf_syntax.text(group.items, self.encoding))
        self._times(group)
        return True

    def _said(self, group: Group) -> list[Character]:
        return rtf_syntax.characters(group.items, self.encoding)

    def _text(self, group: Group) -> str:
        return rtf_syntax.text(group.items, self.encoding).replace("\x00", "").strip()

    def _cut(self, group: Group) -> None:
        # Without a blank, a word before the group would run into what follows it.
        start = group.start
        for edit in reversed(self.edits):
            if edit.end != start or edit.replacement:
                break
            start = edit.start
        before = WORD_AT_END.search(self.data[max(0, start - 64) : start])
        runs_on = before is not None and self.data[group.end : group.end + 1] not in b"\\{}\r\n"
        self.edits.append(Edit(group.start, group.end, b" " if runs_on else b""))
        category = rtf_tables.GONE[group.word]
        found = False
        for inner in group.walk():
            said = self._text(inner)
            if said:
                found = True
                told = rtf_tables.PEOPLE.get(inner.word, category)
                self.changes.tell(self._name(inner.word or group.word), told, said, "")
        if not found:
            self.changes.gone(self._name(group.word), category, category.value, "")

    def _reviser(self, group: Group) -> None:
        """Write nobody's name in place of a reviser's; the number of revisers stays."""
        said = self._said(group)
        name = self._text(group).rstrip("; ")
        if not name or name.encode("latin-1", "replace") in (rtf_tables.NOBODY, rtf_tables.UNKNOWN):
            return
        self.edits.append(Edit(said[0].start, said[-1].end, rtf_tables.NOBODY + b";"))
        self.changes.tell(self._name(b"reviser"), Category.PERSON, name, "")

    def _picture(self, group: Group) -> None:
        words = {item["word"] for item in group.items if not isinstance(item, Group)}
        if words & rtf_tables.DOTS:
            return
        if not words & rtf_tables.FILES:
            raise OpaqueStreamError
        digits = [
            item.span()
            for item in group.items
            if not isinstance(item, Group) and item["text"] and item["text"].strip()
        ]
        if len(digits) > 1:
            raise UnreadableError("a picture in pieces")
        self.pictures += [Picture(*span) for span in digits]

    def _paths(self, group: Group) -> None:
        said = self._said(group)
        text = "".join(character.said for character in said)
        if ORDERING.match(text):
            raise ActiveContentError
        for start, end in folders(text):
            self.edits.append(Edit(said[start].start, said[end - 1].end, b""))
            file = re.match(r"[^\\/\"<>|?*\x00\n]*", text[end:])
            path = text[start:end] + (file[0] if file else "")
            path = path.replace("\\\\", "\\")
            self.changes.tell(self._name(group.word), Category.PATH, path, "")

    def _times(self, group: Group) -> None:
        for item in group.items:
            if isinstance(item, Group) or item["word"] not in rtf_tables.TIMES:
                continue
            if int(item["number"] or 0):
                self.edits.append(Edit(*item.span("number"), b"0"))
                self.changes.gone(self._name(item["word"]), Category.TIME, "time", "")

    def _name(self, word: bytes) -> str:
        return f"RTF.{word.decode('ascii', 'replace')}"


def folders(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the folders of local paths stand in ``text``."""
    for found in FOLDERS.finditer(text):
        if found.end() > found.start():
            yield found.span()
