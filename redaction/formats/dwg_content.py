"""Words of a DWG: who is named in them is reported, and replaced only if asked for.

Room: redaction/formats. Pure. All strings of all objects are searched together, each on its line,
so that a name written below its label is found; an attribute stands behind its tag, which labels
it. What is replaced keeps its length. Source: Open Design Specification for .dwg files 5.4.1, §20.3
(types of objects).
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from redaction.carriers import drawing_words
from redaction.carriers.drawing_words import Words
from redaction.formats.dwg_bits import Text, written
from redaction.formats.dwg_objects import Objects, Stretch
from redaction.formats.dwg_paths import close
from redaction.formats.dwg_strings import String, strings
from redaction.model import Action, CarrierClass, Category, Finding, Profile
from redaction.text import people

_TYPES: Final = """
    1=TEXT 2=ATTRIB 3=ATTDEF 20=DIMENSION 21=DIMENSION 22=DIMENSION 23=DIMENSION 24=DIMENSION
    25=DIMENSION 26=DIMENSION 44=MTEXT 46=TOLERANCE 72=GROUP
"""
SHOWN: Final = {int(one.split("=")[0]): one.split("=")[1] for one in _TYPES.split()}
# What a drawing's parts are called, and by what they refer to each other: never changed.
_NAMES: Final = """
    4=BLOCK 42=DICTIONARY 48=BLOCK 49=BLOCK 51=LAYER 53=STYLE 57=LTYPE 61=VIEW 63=UCS 65=VPORT
    67=APPID 69=DIMSTYLE
"""
NAMES: Final = {int(one.split("=")[0]): one.split("=")[1] for one in _NAMES.split()}
ATTRIBUTES: Final = frozenset({2, 3})
INLINE: Final = frozenset({2, 3, 44})
# Fields, formats and paths of programs: what looks like a number or a place there is neither.
SOUGHT_ELSEWHERE: Final = frozenset({Category.PERSON, Category.EMAIL, Category.USERNAME})
OLE_FRAME: Final = 74
UTF_8: Final = "utf-8"
MAX_LABEL_CHARS: Final = 60
MAX_FINDINGS: Final = 2_000


@dataclass(slots=True)
class _Passage:
    """Words that stand together, and every place they stand at."""

    label: str
    words: Words
    kind: int
    places: list[String] = field(default_factory=list)

    @property
    def carrier(self) -> str:
        return f"DWG.{SHOWN.get(self.kind) or NAMES.get(self.kind) or 'object'}"


def plan_content(objects: Objects, text: Text, profile: Profile) -> tuple[bytes, list[Finding]]:
    """Return the stream without what the profile asks to be taken out, and who is named."""
    passages = _passages(objects, text)
    begins = [0]
    for passage in passages:
        begins.append(begins[-1] + len(passage.label) + len(passage.words.text) + 1)
    whole = "\n".join(passage.label + passage.words.text for passage in passages)
    new = bytearray(objects.stream)
    touched: set[Stretch] = set()
    found: list[Finding] = []
    for span in people.find(whole):
        at = bisect_right(begins, span.start) - 1
        passage, offset = passages[at], begins[at] + len(passages[at].label)
        start, end = max(span.start, offset), min(span.end, begins[at + 1] - 1)
        moved = replace(span, start=start - offset, end=end - offset)
        if start >= end or not _counts(passage, moved):
            continue
        done = _goes(passage, moved, profile)
        for one in passage.places if done else ():
            _overwrite(new, one, passage.words.place(moved.start, moved.end), moved.category, text)
            touched.add(one.stretch)
        found.append(_told(passage, moved, objects.handle(passage.places[0].stretch), done=done))
    close(new, touched)
    return bytes(new), [*_embedded(objects), *found[:MAX_FINDINGS]]


def _embedded(objects: Objects) -> Iterator[Finding]:
    """Yield the documents in the drawing, which are not opened."""
    for stretch in objects.stretches:
        if objects.kind(stretch) == OLE_FRAME:
            yield Finding(
                "DWG.OLE2FRAME",
                Category.ATTACHMENT,
                Action.REVIEW,
                "embedded document",
                where=f"handle {objects.handle(stretch):X}",
                carrier_class=CarrierClass.CONTENT,
                seed=False,
            )


def _passages(objects: Objects, text: Text) -> list[_Passage]:
    """Return the words of the drawing, each passage once."""
    known: dict[tuple[str, bytes, int], _Passage] = {}
    held: list[String] = []
    for one in [*strings(objects, text), None]:
        if one is None or (held and held[0].stretch != one.stretch):
            for label, said in _labelled(objects, held, text):
                kind = objects.kind(said.stretch)
                passage = known.get((label, said.raw, kind))
                if passage is None:
                    words = _read(said.raw, kind, text)
                    passage = _Passage(label, words, kind)
                    known[label, said.raw, kind] = passage
                passage.places.append(said)
            held = []
        if one is not None:
            held.append(one)
    return list(known.values())


def _labelled(objects: Objects, held: list[String], text: Text) -> Iterator[tuple[str, String]]:
    """Yield the strings of one object with what labels them."""
    label = ""
    if len(held) > 1 and objects.kind(held[0].stretch) in ATTRIBUTES:
        tag = held[1].raw.decode(text.codec, "replace").replace("_", " ")
        label = tag.strip("\x00")[:MAX_LABEL_CHARS] + ": "
    for at, one in enumerate(held):
        yield (label if at == 0 else ""), one


def _read(raw: bytes, kind: int, text: Text) -> Words:
    """Return ``raw`` as it is read; ``bounds`` are bytes of ``raw``, or of the same in UTF-8."""
    if text.wide:
        return drawing_words.read(_as_utf8(raw), UTF_8, kind in INLINE)
    return drawing_words.read(raw, text.codec, kind in INLINE)


def _as_utf8(raw: bytes) -> bytes:
    return raw.decode("utf-16-le", "replace").encode(UTF_8, "replace")


def _counts(passage: _Passage, span: people.Span) -> bool:
    """Return whether a finding is one: words that no sheet shows must tell it by themselves."""
    if passage.kind in SHOWN:
        return True
    name = passage.words.text[span.start : span.end]
    is_code = span.category is Category.PERSON and name.isascii() and " " not in name
    if span.category not in SOUGHT_ELSEWHERE or is_code:
        return False
    alone = people.find(passage.words.text)
    return any(one.category is span.category and one.start <= span.start < one.end for one in alone)


def _goes(passage: _Passage, span: people.Span, profile: Profile) -> bool:
    """Return whether the owner wants out what ``span`` names, and it can be taken out."""
    value = passage.words.text[span.start : span.end]
    if passage.kind in NAMES or not profile.asks(passage.carrier, span.category, value):
        return False
    # No code of multi-line text may stand inside a name.
    start, end = passage.words.place(span.start, span.end)
    return passage.words.bounds is None or end - start == len(value.encode(UTF_8))


def _told(passage: _Passage, span: people.Span, handle: int, *, done: bool) -> Finding:
    return Finding(
        passage.carrier,
        span.category,
        Action.REPLACED if done else Action.REVIEW,
        passage.words.text[span.start : span.end],
        where=f"handle {handle:X}",
        carrier_class=CarrierClass.CONTENT,
        seed=done,
        confidence=span.confidence,
        rule=span.rule,
    )


def _overwrite(
    new: bytearray, one: String, place: tuple[int, int], category: Category, text: Text
) -> None:
    """Overwrite the bytes ``place`` of a string, in UTF-8 where the release is wide."""
    start, end = place
    if text.wide:
        shown = _as_utf8(one.raw)
        start, end = (len(shown[:at].decode(UTF_8).encode("utf-16-le")) for at in place)
    room = (end - start) // text.size
    written(new, one.at + 8 * start, stand_in(category, room).encode(text.shape))


def stand_in(category: Category, chars: int) -> str:
    """Return what is read in place of somebody: a token, or dashes where none has room.

    Blanks would let the label before them name whatever is read next.
    """
    token = people.token(category)
    return token.ljust(chars) if len(token) <= chars else "-" * chars
