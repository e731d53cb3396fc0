"""The words a STEP file keeps: paths in them are cut, people in them are shown to their owner.

Room: redaction/formats. Pure; linear in the file. Names of products, notes and layers are the
drawing's own, and the same few stand in it a thousand times: each is looked at once. A path is
cut to the name of its file wherever it stands, since a directory makes no part.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from redaction.carriers import path_cuts
from redaction.carriers.changes import Changes
from redaction.formats import step_syntax
from redaction.formats.step_outline import Outline
from redaction.formats.step_rules import ADMINISTRATION
from redaction.model import Category, Edit, Profile
from redaction.text import people
from redaction.text.span import Span, without_overlaps

MIN_CHARS: Final = 4
# Nothing that is looked for goes on over this.
BETWEEN: Final = "\n\0\n"
LETTER: Final = re.compile(rb"[A-Za-z\\\x80-\xff]|[0-9+(][0-9 ().+/-]{6}")
INSTANCE: Final = re.compile(rb"\s*+#([0-9]++)\s*+=\s*+\(?+\s*+([A-Za-z0-9_]++)")
# An instance whose strings lie further from its beginning is not named in the report.
INSTANCE_BYTES: Final = 4096


def read(
    data: bytes,
    outline: Outline,
    profile: Profile,
    changes: Changes,
    gone: frozenset[bytes] = frozenset(),
) -> str:
    """Plan the cuts in strings that are not replaced anyway, and report whom they name.

    Those in ``gone`` are replaced wherever they stand.

    Returns all the different strings, one below the other, for a second look.
    """
    edited = {edit.start for edit in changes.edits}
    raws = [raw for raw in _different(data, outline, edited) if raw not in gone]
    texts = [step_syntax.decoded(raw) for raw in raws]
    joined = BETWEEN.join(texts)
    telling: dict[bytes, list[Span]] = {}
    removed = [found.value for found in changes.findings if found.category is Category.PATH]
    for at, span in _spans(joined, texts, removed):
        telling.setdefault(raws[at], []).append(span)
    settled: dict[tuple[bytes, bytes], _Settled] = {}
    for found in _telling(data, outline, telling) if telling else ():
        if found.start() in edited:
            continue
        entity = _place(data, found.start())[1]
        known = settled.get((found[1], entity))
        if known is None:
            known = _settled(found[1], telling[found[1]], partial(_is_cut, profile, entity))
            settled[found[1], entity] = known
        _settle(data, found.start() + 1, known, changes)
    return joined


def _different(data: bytes, outline: Outline, edited: set[int]) -> dict[bytes, None]:
    """Return every string once, if there is enough in it to name anybody."""
    seen: dict[bytes, None] = {}
    for start, end in outline.stretches.rest(outline.end):
        for found in step_syntax.STRINGS.finditer(data, start, end):
            if found[1] and found.start() not in edited:
                seen[found[1]] = None
    for _, _, strings in outline.stretches.strings():
        seen.update(dict.fromkeys(strings))
    return {raw: None for raw in seen if len(raw) >= MIN_CHARS and LETTER.search(raw)}


def _telling(
    data: bytes, outline: Outline, telling: Mapping[bytes, object]
) -> Iterator[re.Match[bytes]]:
    """Yield the strings that are ``telling``, in order, wherever they stand."""
    ranges = [
        *outline.stretches.rest(outline.end),
        *(
            (start, end)
            for start, end, strings in outline.stretches.strings()
            if not telling.keys().isdisjoint(strings)
        ),
    ]
    for start, end in sorted(ranges):
        for found in step_syntax.STRINGS.finditer(data, start, end):
            if found[1] in telling:
                yield found


def _spans(joined: str, texts: list[str], directories: Iterable[str]) -> list[tuple[int, Span]]:
    """Return whom and what the texts name: the number of the text, and the place in it."""
    starts = [0]
    for text in texts:
        starts.append(starts[-1] + len(text) + len(BETWEEN))
    found = [*people.find(joined), *path_cuts.found(joined, directories)]
    for at, text in enumerate(texts):
        if path_cuts.ROOTED.fullmatch(text):
            end = starts[at] + len(text)
            found.append(Span(starts[at], end, Category.PATH, people.SURE))
    placed = []
    for span in without_overlaps(found):
        at = bisect_right(starts, span.start) - 1
        moved = replace(span, start=span.start - starts[at], end=span.end - starts[at])
        placed.append((at, moved))
    return placed


def _is_cut(profile: Profile, entity: bytes, span: Span, value: str) -> bool:
    if span.category is Category.PATH or entity in ADMINISTRATION:
        return True
    return profile.asks(_carrier(entity), span.category, value)


def _carrier(entity: bytes) -> str:
    return f"{entity.decode('latin-1')} string".strip()


@dataclass(frozen=True, slots=True)
class _Settled:
    """What is to be done with a string wherever it stands: cuts in its bytes, and findings."""

    cuts: tuple[tuple[int, int, bytes], ...]
    removed: tuple[tuple[Span, str], ...]
    reviewed: tuple[tuple[Span, str], ...]


def _settled(raw: bytes, spans: Iterable[Span], wanted: Callable[[Span, str], bool]) -> _Settled:
    """Return what becomes of ``spans``: those that are ``wanted`` out are cut, others shown."""
    text, offsets = step_syntax.located(raw)
    out = [span for span in spans if wanted(span, text[span.start : span.end])]
    return _Settled(
        tuple(
            (
                offsets[begins],
                offsets[ends],
                people.token(instead).encode() if instead else b"",
            )
            for begins, ends, instead in path_cuts.cuts(text, out)
        ),
        tuple((span, text[span.start : span.end]) for span in out),
        tuple((span, text[span.start : span.end]) for span in spans if span not in out),
    )


def _settle(data: bytes, start: int, settled: _Settled, changes: Changes) -> None:
    """Do with the string that begins at ``start`` as was settled."""
    where, entity = _place(data, start)
    carrier = _carrier(entity)
    for begins, ends, token in settled.cuts:
        changes.edits.append(Edit(start + begins, start + ends, token))
    for span, said in settled.removed:
        if span.category is Category.PATH or entity in ADMINISTRATION:
            changes.tell(carrier, span.category, said, where)
        else:
            changes.content(carrier, span, said, where, out=True)
    for span, said in settled.reviewed:
        changes.content(carrier, span, said, where, out=False)


def _place(data: bytes, at: int) -> tuple[str, bytes]:
    """Return the instance that the string at ``at`` stands in, and its entity, if it is near."""
    before = data.rfind(b";", max(0, at - INSTANCE_BYTES), at)
    found = INSTANCE.match(data, before + 1) if before >= 0 else None
    return (f"#{found[1].decode()}", found[2].upper()) if found else ("", b"")
