"""What is to change in a program or artwork: its remarks one by one, then those that echo.

Room: redaction/carriers. Pure; bounded work per file. Used by G-code, Gerber and Excellon, which
know where their remarks stand and what a machine or its operator reads.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from redaction.carriers import echoes, remarks, xml_words
from redaction.carriers.changes import Changes
from redaction.carriers.remarks import Remarks
from redaction.model import Action, Category, Edit, Finding, Profile
from redaction.text import people

MAX_TOLD_CHARS: Final = 1_000

# Bytes from, to.
Place = tuple[int, int]


@dataclass(slots=True)
class _Kept:
    """A remark that stays: where its words and it itself lie, what it said, and what is left."""

    body: Place
    whole: Place
    where: str
    said: str
    left: str
    encoding: str
    gone: bool = False


@dataclass(slots=True)
class Draft:
    """The remarks of ``data`` met so far; ``carrier`` is how findings call the format.

    ``shown`` are words that stay whatever is asked: what a machine or its operator reads.
    """

    carrier: str
    data: bytes
    changes: Changes = field(default_factory=Changes)
    shown: list[str] = field(default_factory=list)
    known: Remarks = field(default_factory=Remarks)
    _kept: list[_Kept] = field(default_factory=list)

    def remark(self, body: Place, whole: Place, where: str) -> None:
        """Read the remark whose words lie in ``body``; if it goes, ``whole`` goes."""
        said, encoding = decoded(self.data[slice(*body)])
        read = self.known.read(said)
        for start, end, category in read.cuts:
            self._tell(category, said[start:end], where)
        if read.left:
            self._kept.append(_Kept(body, whole, where, said, read.left, encoding))
        elif read.cuts:
            self.cut(whole)

    def cut(self, place: Place, instead: bytes = b"") -> None:
        """Plan to put ``instead`` into ``place``."""
        self.changes.edits.append(Edit(*place, instead))

    def settled(self, profile: Profile) -> list[Finding]:
        """Return all findings, after remarks were cut that repeat a name or hold a chosen one."""
        again = remarks.echoing(self.changes.findings)
        for kept in self._kept:
            if again is not None and again.search(kept.left):
                kept.gone = True
                self._tell(Category.COMMENT, kept.left, kept.where)
        staying = [kept for kept in self._kept if not kept.gone]
        carrier = f"{self.carrier}.text"
        text = "\n".join(dict.fromkeys((*self.shown, *(kept.left for kept in staying))))
        words = [xml_words.Words("", text, "", "")]
        told = xml_words.named(carrier, words)
        told += xml_words.echoes(carrier, echoes.telling(self.changes.findings), words)
        findings = [*self.changes.findings, *self._chosen(told, staying, profile)]
        for kept in self._kept:
            if kept.gone:
                self.cut(kept.whole)
            elif kept.left != kept.said:
                self.cut(kept.body, kept.left.encode(kept.encoding))
        self.changes.edits.sort()
        return findings

    def _chosen(
        self, told: Sequence[Finding], staying: Sequence[_Kept], profile: Profile
    ) -> Iterator[Finding]:
        """Take what its owner chose out of the remarks; what stands elsewhere too, stays."""
        fixed = "\n".join(dict.fromkeys(self.shown))
        for found in told:
            value = found.value
            if value in fixed or not profile.asks(found.carrier, found.category, value):
                yield found
                continue
            for kept in staying:
                if value in kept.left:
                    kept.left = kept.left.replace(value, people.token(found.category))
                    kept.gone = remarks.is_telling(kept.left)
            yield replace(found, action=Action.REPLACED)

    def _tell(self, category: Category, said: str, where: str) -> None:
        told = remarks.value(said)[:MAX_TOLD_CHARS]
        self.changes.tell(f"{self.carrier}.comment", category, told, where)


def decoded(piece: bytes) -> tuple[str, str]:
    """Return the text of a piece, and how it is encoded."""
    try:
        return piece.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return piece.decode("latin-1"), "latin-1"
