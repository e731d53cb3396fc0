"""The plain sections of a DWG that tell of people: each is overwritten at the same length.

Room: redaction/formats. Pure. Names become blanks, times the first of January 1970, pictures
zeros. Sources: Open Design Specification for .dwg files 5.4.1, §13 (preview), §14 (summary), §17
(file dependencies); the history of applications is XML in UTF-16 and described nowhere.
"""

import re
import struct
from collections.abc import Callable
from typing import Final

from redaction.carriers import naming
from redaction.errors import UnreadableError
from redaction.formats.dwg_bits import Text
from redaction.formats.dwg_paths import relative
from redaction.model import Action, Category, Finding

SUMMARY: Final = (
    "title",
    "subject",
    "author",
    "keywords",
    "comments",
    "last_saved_by",
    "revision",
    "hyperlink_base",
)
TIMES: Final = ("editing_time", "created", "updated")
EPOCH: Final = struct.pack("<II", 2440588, 0)
WIDE: Final = "utf-16-le"
# <prop id="8"><string>who</string></prop> and the like, in UTF-16; 258 and 259 name the program.
HISTORY: Final = re.compile(
    r"<prop (?!id=\"25[89]\")[^<>]{1,200}><(?P<kind>string|datetime)>(?P<value>[^<]*)</"
)
PERSON_PROPERTY: Final = re.compile(r"id=\"[48]\"")
PLACE_PROPERTY: Final = re.compile(r"id=\"257\"")
NO_TIME: Final = "1970-01-01T00:00:00.0000000Z"
GUID: Final = re.compile(r"[0-9a-fA-F]")
PREVIEW_BEGIN: Final = bytes.fromhex("1f256d07d43628289d57ca3f9d44102b")
PREVIEW_END: Final = bytes.fromhex("e0da92f82bc9d7d762a835c062bbefd4")
NAME_BYTES: Final = 64 * 1024
# Of a file: its size, whether it changes the picture, how often it is used.
REST_BYTES: Final = 10

Rewrite = Callable[[bytes, Text], tuple[bytes, list[Finding]]]


class _Fields:
    """A cursor over a section that overwrites what it reads."""

    def __init__(self, data: bytes, text: Text) -> None:
        self.new = bytearray(data)
        self.text = text
        self.at = 0
        self.found: list[Finding] = []

    def number(self, size: int) -> int:
        if self.at + size > len(self.new):
            raise UnreadableError("a section is cut off")
        self.at += size
        return int.from_bytes(self.new[self.at - size : self.at], "little")

    def string(self, length: int) -> tuple[int, int, str]:
        """Return where the text of ``length`` bytes lies, without its closing zero, and itself."""
        start, end = self.at, self.at + length
        if end > len(self.new) or length > NAME_BYTES:
            raise UnreadableError("a section is cut off")
        self.at = end
        zero = b"\x00" * self.text.size
        while end - start >= len(zero) and self.new[end - len(zero) : end] == zero:
            end -= len(zero)
        return start, end, self.new[start:end].decode(self.text.codec, "replace")

    def short_string(self) -> tuple[int, int, str]:
        return self.string(self.number(2) * self.text.size)

    def blank(self, name: str, carrier: str = "") -> None:
        """Overwrite the next string with blanks."""
        start, end, value = self.short_string()
        blank = " ".encode(self.text.codec) * ((end - start) // self.text.size)
        if value.strip():
            told = naming.removed("DWG", name, value)
            self.found += [
                Finding(carrier or one.carrier, one.category, one.action, one.value, seed=one.seed)
                for one in told
            ]
            if name == "hyperlink_base":
                self.found += _site(carrier or f"DWG.{name}", value)
        self.new[start : start + len(blank)] = blank

    def put(self, value: bytes) -> bool:
        """Overwrite the next bytes; return whether that changed them."""
        self.number(len(value))
        place = slice(self.at - len(value), self.at)
        changed = self.new[place] != value
        self.new[place] = value
        return changed

    def stated(self, carrier: str, category: Category, value: str) -> None:
        self.found.append(Finding(carrier, category, Action.REPLACED, value, seed=False))


def summary(data: bytes, text: Text) -> tuple[bytes, list[Finding]]:
    """Return the summary section without its words and times, and what it said."""
    fields = _Fields(data, text)
    for name in SUMMARY:
        fields.blank(name)
    for name in TIMES:
        if fields.put(bytes(8) if name == "editing_time" else EPOCH):
            fields.stated(f"DWG.{name}", Category.TIME, "time")
    for _ in range(fields.number(2)):
        name = fields.short_string()[2]
        fields.blank(name, "DWG.custom_property")
    return bytes(fields.new), fields.found


def history(data: bytes, text: Text) -> tuple[bytes, list[Finding]]:
    """Return the history of applications without who and when, and what it said."""
    fields = _Fields(data, text)
    for shift in (0, 1):
        shown = data[shift : len(data) - (len(data) - shift) % 2].decode(WIDE, "surrogatepass")
        for one in HISTORY.finditer(shown):
            start, end = (shift + 2 * at for at in one.span("value"))
            value = one["value"]
            fields.at = start
            if one["kind"] == "datetime":
                if fields.put(NO_TIME.ljust(len(value), "0")[: len(value)].encode(WIDE)):
                    fields.stated("DWG.AppInfoHistory", Category.TIME, value)
            elif value.strip():
                fields.found += _told(one[0], value)
                fields.new[start:end] = " ".encode(WIDE) * len(value)
    return bytes(fields.new), fields.found


def _told(prop: str, value: str) -> list[Finding]:
    """Return what a property of the history says."""
    person = PERSON_PROPERTY.search(prop) is not None
    category = Category.PERSON if person else Category.COMMENT
    told = [Finding("DWG.AppInfoHistory", category, Action.REMOVED, value, seed=person)]
    return told + (_site("DWG.AppInfoHistory", value) if PLACE_PROPERTY.search(prop) else [])


def _site(carrier: str, value: str) -> list[Finding]:
    """Return the place on the web that links begin at: fields repeat it, so it is searched for."""
    shown = value.strip("\x00 ")
    if not shown.lower().startswith(naming.PUBLIC):
        return []
    return [Finding(carrier, Category.HOST, Action.REMOVED, shown)]


def dependencies(data: bytes, text: Text) -> tuple[bytes, list[Finding]]:
    """Return the list of files a drawing needs without their directories and times."""
    fields = _Fields(data, text)
    for _ in range(fields.number(4)):
        fields.string(fields.number(4))
    for _ in range(fields.number(4)):
        for name in ("file", "path"):
            start, end, value = fields.string(fields.number(4))
            new = relative(bytes(fields.new[start:end]).decode(text.shape, "replace"))
            if new is not None:
                told = Finding(f"DWG.FileDepList.{name}", Category.PATH, Action.REPLACED, value)
                fields.found.append(told)
                fields.new[start:end] = new.encode(text.shape)[: end - start]
        for _ in range(2):
            start, end, value = fields.string(fields.number(4))
            neutral = GUID.sub("0", value)
            if neutral != value:
                fields.stated("DWG.FileDepList.guid", Category.IDENTIFIER, "fingerprint")
                fields.new[start:end] = neutral.encode(text.codec, "replace")[: end - start]
        fields.number(4)
        if fields.put(bytes(4)):
            fields.stated("DWG.FileDepList.time", Category.TIME, "time")
        fields.number(REST_BYTES)
    return bytes(fields.new), fields.found


def preview(data: bytes, text: Text) -> tuple[bytes, list[Finding]]:  # noqa: ARG001 - pictures hold no text
    """Return the preview section without pictures."""
    if not data.startswith(PREVIEW_BEGIN):
        raise UnreadableError("no preview")
    size = int.from_bytes(data[16:20], "little")
    end = 20 + size
    if data[end : end + 16] != PREVIEW_END:
        raise UnreadableError("a preview without an end")
    new = data[:20] + bytes(size) + data[end:]
    if new == data:
        return data, []
    told = Finding("DWG.Preview", Category.PREVIEW, Action.REMOVED, "preview picture", seed=False)
    return new, [told]


SECTIONS: Final[dict[str, Rewrite]] = {
    "AcDb:SummaryInfo": summary,
    "AcDb:AppInfoHistory": history,
    "AcDb:FileDepList": dependencies,
    "AcDb:Preview": preview,
}
