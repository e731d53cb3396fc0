"""Streams of native CAD files: properties, previews, users and paths, changed in their place.

Room: redaction/carriers. Pure; linear in the stream. No stream changes its length. Shared by the
formats that are compound files and by SOLIDWORKS' own container. What is done to a stream is told
by what it holds, and for a few of SOLIDWORKS' by its name (its API's "document manager").
"""

import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from redaction.carriers import addressed_texts, buried_paths, packed_streams, property_sets
from redaction.carriers.packed_streams import Packed
from redaction.carriers.xml_part import Change
from redaction.errors import ForeignStreamError, ResidueError, TooComplexError
from redaction.model import Action, CarrierClass, Category, Edit, Finding, Profile, patched

PREVIEW: Final = re.compile(
    r"(?:^|/)(?:Preview|PreviewPNG|Config-\d+-PreviewPNG|PreviewMetafile|\w*Thumbnail\w*)$",
    re.IGNORECASE,
)
SHEETS: Final = re.compile(
    r"(?:^|/)(?:Images|SheetPreviews)/|(?:^|/)JDraftViewerInfo/\d+$", re.IGNORECASE
)
PNG: Final = b"\x89PNG\r\n\x1a\n"
# One transparent dot; what follows it in the stream is ignored by every reader.
EMPTY_PNG: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000b4944415478da636000020000050001e9fadcd80000"
    "000049454e44ae426082"
)
BITMAP_HEADER_BYTES: Final = 40
USERS: Final = b"su_CStringArray"
# Who saved a file, when and from where: every directory in it goes.
RECORDS: Final = re.compile(
    r"(?:^|/)(?:Biography|History|docProps/[^/]*|ISolidWorksInformation[^/]*)$", re.IGNORECASE
)
# Data of programs that were added to SOLIDWORKS, known to their makers alone.
ADDED: Final = re.compile(r"(?:^|/)ThirdPty(?:Store)?/", re.IGNORECASE)
MAX_NAMES: Final = 500


@dataclass(slots=True)
class Draft:
    """Streams as they will be, and what was taken out of them.

    Directories that are known to tell of nobody stay, unless the ``profile`` asks for them;
    without a profile, none stays.
    """

    family: str
    profile: Profile | None = None
    contents: dict[str, bytes] = field(default_factory=dict)
    packed: dict[str, tuple[bytes, Packed]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def change(self, name: str, content: bytes) -> None:
        """Take properties, previews, users and paths out of the stream called ``name``.

        Raises:
            UnreadableError: a property set is damaged.
        """
        if property_sets.is_set(content):
            content = self._properties(name, content)
        elif PREVIEW.search(name):
            content = self._preview(name, content)
        elif SHEETS.search(name) and content:
            told = Finding(
                f"{self.family}.sheet",
                Category.PREVIEW,
                Action.KEPT,
                "picture of a sheet",
                name,
                seed=False,
            )
            self.findings.append(told)
        content = self._users(name, content)
        self.contents[name] = self._paths(name, content)
        packed_streams.check(content)

    def replace(self, name: str, content: bytes, preview: bytes) -> None:
        """Put ``preview``, which shows nothing, in the place of the stream called ``name``."""
        if content != preview:
            self._tell("preview", Category.PREVIEW, "preview picture", name)
        self.contents[name] = preview

    def stays(self) -> Iterator[Finding]:
        """Yield what its owner may still have taken out."""
        return (found for found in self.findings if found.action is Action.REVIEW)

    def told(self, name: str, changes: Iterable[Change]) -> None:
        """Note what was already taken out of the stream called ``name``."""
        for change in changes:
            self._tell(change.name, change.category, change.value, name)

    def change_packed(self, name: str, stream: bytes, packed: Packed) -> None:
        """Do the same to what the stream holds packed; ``finish`` packs it into its place again."""
        self.contents[name] = self._paths(name, packed.content)
        self.packed[name] = stream, packed

    def finish(self) -> None:
        """Blank the strings that are, as a whole, a name that was taken out elsewhere.

        Raises:
            ForeignStreamError: one stands in the data of a program added to the CAD system,
                and not in a string of the class library.
            OpaqueStreamError: what was packed does not fit into its place any more.
            ResidueError: a name stands inside a longer text that is packed.
        """
        taken = {
            found.value
            for found in self.findings
            if found.category is Category.PERSON and found.action is Action.REMOVED and found.seed
        }
        wanted = {name for name in taken if buried_paths.is_telling(name)}
        if len(taken) > MAX_NAMES:
            raise TooComplexError
        for name, content in self.contents.items():
            edits: list[Edit] = []
            found = (*buried_paths.names(content, wanted), *buried_paths.equal(content, taken))
            for edit, value in sorted(found):
                if not edits or edit.start >= edits[-1].end:
                    edits.append(edit)
                    self._tell("name", Category.PERSON, value, name)
            # A string that says where it ends is one for its owner; other bytes may be anything.
            if ADDED.search(name) and not {(edit.start, edit.end) for edit in edits} <= {
                (start, end) for start, end, _ in buried_paths.strings(content)
            }:
                raise ForeignStreamError
            self.contents[name] = patched(content, edits)
        for name, (stream, packed) in self.packed.items():
            # The sweep cannot look into imploded data, nor into data cut up by sectors.
            if any(buried_paths.holds(self.contents[name], value) for value in wanted):
                raise ResidueError
            self.contents[name] = packed_streams.rewritten(stream, packed, self.contents[name])

    def named(self) -> list[Finding]:
        """Return, for review, who is reached or located in texts that stay."""
        return [
            finding
            for name, content in self.contents.items()
            for finding in addressed_texts.found(f"{self.family}.text", _shown(name), content)
        ]

    def _properties(self, name: str, content: bytes) -> bytes:
        edits: dict[int, Edit] = {}
        for value in property_sets.values(content):
            blank = value.blank(content)
            if value.category is None or content[value.start : value.end] == blank:
                continue
            edits[value.start] = Edit(value.start, value.end, blank)
            called = value.name or f"property {value.number}"
            told = value.text.strip() or value.category.value
            self._tell(called, value.category, told, name)
        return patched(content, _apart(edits.values()))

    def _preview(self, name: str, content: bytes) -> bytes:
        blank = _blank_picture(content)
        if blank != content:
            self._tell("preview", Category.PREVIEW, "preview picture", name)
        return blank

    def _users(self, name: str, content: bytes) -> bytes:
        """Blank the users who saved a SOLIDWORKS file, the first list in its header."""
        if not name.endswith(("Header2", "-ModelHeader")):
            return content
        mark = content.find(USERS)
        if mark < 0:
            return content
        at = mark + len(USERS)
        count = int.from_bytes(content[at : at + 2], "little")
        edits: list[Edit] = []
        for start, end, text in list(buried_paths.strings(content, at + 2))[:count]:
            if text.strip() and text.strip().casefold() not in buried_paths.GENERIC:
                edits.append(Edit(start, end, b" \0" * ((end - start) // 2)))
                self._tell("users", Category.PERSON, text, name)
        return patched(content, edits)

    def _paths(self, name: str, content: bytes) -> bytes:
        found = list(buried_paths.paths(content, whole=self.profile is None))
        if RECORDS.search(name) or any(self._asked(buried.kept) for buried in found):
            found = list(buried_paths.paths(content))
        for buried in found:
            self._tell("path", buried.category, buried.path, name)
            for home in buried_paths.homes(buried.path):
                self._tell("path", Category.PERSON, home, name)
            if buried.kept:
                self._keep("path", Category.PATH, buried.kept, name)
        return patched(content, [buried.edit for buried in found])

    def _asked(self, kept: str) -> bool:
        carrier = f"{self.family}.path"
        return bool(kept and self.profile and self.profile.asks(carrier, Category.PATH, kept))

    def _keep(self, carrier: str, category: Category, value: str, where: str) -> None:
        self.findings.append(
            Finding(
                f"{self.family}.{carrier}",
                category,
                Action.REVIEW,
                value,
                _shown(where),
                CarrierClass.CONTENT,
            )
        )

    def _tell(self, carrier: str, category: Category, value: str, where: str) -> None:
        seed = category in (
            *(Category.PERSON, Category.ORGANISATION, Category.EMAIL, Category.PHONE),
            *(Category.PATH, Category.ADDRESS),
        )
        self.findings.append(
            Finding(
                f"{self.family}.{carrier}",
                category,
                Action.REMOVED,
                value,
                _shown(where),
                seed=seed,
            )
        )


def profiles(findings: Iterable[Finding]) -> tuple[Profile | None, ...]:
    """Return the profiles by which streams with these ``findings`` may have been drafted.

    Where no directory stayed, nothing can have been asked for that would not have gone anyway.
    """
    kept = any(
        found.action is Action.REVIEW and found.category is Category.PATH for found in findings
    )
    return (Profile(), None) if kept else (None,)


def _apart(edits: Iterable[Edit]) -> Sequence[Edit]:
    kept: list[Edit] = []
    for edit in sorted(edits):
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    return kept


def _blank_picture(content: bytes) -> bytes:
    """Return a picture of the same length that shows nothing, of the same kind if it is known."""
    if content.startswith(PNG) and len(content) >= len(EMPTY_PNG):
        return EMPTY_PNG + bytes(len(content) - len(EMPTY_PNG))
    for start in (0, 4):
        if content[start : start + 4] == BITMAP_HEADER_BYTES.to_bytes(4, "little"):
            head = _bitmap_head(content, start)
            if head is not None and head <= len(content):
                return content[:head] + b"\xff" * (len(content) - head)
    return bytes(len(content))


def _bitmap_head(content: bytes, start: int) -> int | None:
    """Return where the dots of an uncompressed bitmap begin, after its colours."""
    if start + BITMAP_HEADER_BYTES > len(content):
        return None
    depth, packing = struct.unpack_from("<HI", content, start + 14)
    (colours,) = struct.unpack_from("<I", content, start + 32)
    if packing or depth not in (1, 4, 8, 16, 24, 32) or colours > 256:
        return None
    listed = colours or (1 << depth if depth <= 8 else 0)
    return start + BITMAP_HEADER_BYTES + 4 * listed


def _shown(name: str) -> str:
    return name.lstrip("\x05\x01\x03")
