"""A legacy Office document being cleaned: its streams as they will be, and what was taken out.

Room: redaction/formats. Pure. The readers in ``office_streams`` blank what tells of people in their
streams, note the files inside, and show the words; no stream changes its length.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from redaction.carriers import blanks, buried_paths
from redaction.carriers.changes import says_nothing
from redaction.carriers.compound_file import Compound, Stream
from redaction.carriers.slots import Packing, Slot, packing_of, within
from redaction.carriers.xml_words import Words
from redaction.errors import TooComplexError, UnreadableError
from redaction.model import Action, Category, Finding

MAX_NAMES: Final = 500
MAX_SLOTS: Final = 10_000
# What Office puts before the names of streams that are no document.
MARKS: Final = "\x01\x02\x03\x05\x06"
SOUGHT: Final = frozenset(
    {Category.PERSON, Category.ORGANISATION, Category.EMAIL, Category.PHONE}
    | {Category.PATH, Category.HOST, Category.ADDRESS}
)
# Numbers, or what programs left behind: nothing to be read aloud.
UNREAD: Final = frozenset({Category.TIME, Category.HISTORY})
Place = tuple[int, int]  # where in a stream: start and end


@dataclass(slots=True)
class Paper:
    """The document so far; ``contents`` are by the names of the streams."""

    compound: Compound
    data: bytes = field(repr=False)
    contents: dict[str, bytearray] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    shown: list[Words] = field(default_factory=list)
    notes: list[tuple[str, Place, bool]] = field(default_factory=list)

    def stream(self, path: tuple[str, ...]) -> Stream | None:
        """Return the stream at ``path``, if there is one."""
        return next((known for known in self.compound.streams if known.path == path), None)

    def tell(self, carrier: str, category: Category, value: str, where: str) -> None:
        """Note that ``value`` was taken out; what says nothing is no finding."""
        said = value.replace("\0", " ").strip()
        if says_nothing(said):
            return
        seed = category in SOUGHT and bool(said)
        place = where.lstrip(MARKS)
        found = Finding(carrier, category, Action.REMOVED, said, place, seed=seed)
        self.findings.append(found)
        if category is Category.PATH:
            for home in buried_paths.homes(said):
                self.findings.append(Finding(carrier, Category.PERSON, Action.REMOVED, home, place))

    def write(self, name: str, start: int, blank: bytes) -> bool:
        """Overwrite bytes of the stream called ``name``; return whether that changed them.

        Raises:
            UnreadableError: they lie outside it.
        """
        content = self.contents[name]
        end = start + len(blank)
        if start < 0 or end > len(content):
            raise UnreadableError("a structure leads outside its stream")
        if content[start:end] == blank:
            return False
        content[start:end] = blank
        return True

    def wipe(self, name: str, place: Place, carrier: str, category: Category) -> None:
        """Overwrite what stands at ``place`` with zeros."""
        start, end = place
        held = bytes(self.contents[name][start:end])
        if end > start and self.write(name, start, bytes(end - start)):
            said = "" if category in UNREAD else blanks.words(held)
            where = name.lstrip(MARKS)
            self.findings.append(
                Finding(
                    carrier, category, Action.REMOVED, said or category.value, where, seed=False
                )
            )

    def blank(
        self, name: str, place: Place, carrier: str, category: Category, *, wide: bool
    ) -> None:
        """Overwrite the text at ``place`` with blanks; zeros in it stay.

        Raises:
            UnreadableError: it lies outside the stream.
        """
        start, end = place
        held = bytes(self.contents[name][start:end])
        if start < 0 or len(held) != end - start:
            raise UnreadableError("a text leads outside its stream")
        said = held.decode("utf-16-le" if wide else "cp1252", "replace")
        if self.write(name, start, blanks.wide(held) if wide else blanks.narrow(held)):
            self.tell(carrier, category, said, name)

    def paths(self, name: str, place: Place, carrier: str) -> None:
        """Take the directories of local paths at ``place``; the names of files stay."""
        start, end = place
        for buried in buried_paths.paths(bytes(self.contents[name][start:end])):
            if self.write(name, start + buried.edit.start, buried.edit.replacement):
                self.tell(carrier, Category.PATH, buried.path, name)

    def keep(self, stream: Stream, pieces: Iterable[Place], packing: Packing | None = None) -> None:
        """Note that a file lies at ``pieces`` of ``stream``, to be cleaned by its own handler."""
        found = tuple(place for piece in pieces for place in within(stream.extents, *piece))
        first = self.data[found[0][0] : found[0][0] + 16] if found else b""
        slot = Slot(f"file {len(self.slots) + 1}", found, packing or packing_of(first))
        if len(self.slots) >= MAX_SLOTS:
            raise TooComplexError
        self.slots.append(slot)

    def show(self, where: str, text: str) -> None:
        """Note text that a reader sees."""
        self.shown.append(Words(where.lstrip(MARKS), text, "", ""))

    def names(self) -> Iterator[str]:
        """Yield the people that were taken out, and can be told from chance."""
        wanted = {
            found.value
            for found in self.findings
            if found.category is Category.PERSON and found.action is Action.REMOVED and found.seed
        }
        telling = [name for name in wanted if buried_paths.is_telling(name)]
        if len(telling) > MAX_NAMES:
            raise TooComplexError
        yield from sorted(telling, key=lambda name: (-len(name), name))
