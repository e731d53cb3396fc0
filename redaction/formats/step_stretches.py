"""Long stretches of a data section in which nothing is to be done, told without reading them.

Room: redaction/formats. Pure. A model is millions of instances and few ways to write one: without
their digits and signs, the points, lines and faces of a file are the same few hundred words. Each
is looked at once. A stretch of nothing but such instances holds no comment, no binary and no
link, and no person; only its strings are still to be read, and they lie between its quotes.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from redaction.formats.step_rules import ENTITIES

MOST_BYTES: Final = 32 * 1024
LEAST_BYTES: Final = 2 * 1024
# More different shapes than this are forgotten and looked at again.
MAX_SHAPES: Final = 20_000
# What a shape is without.
VARIES: Final = b"0123456789+-"
STEM: Final = str.maketrans("", "", VARIES.decode())
# Where user-defined attributes are told: a name, what it belongs to, and a value.
PROPERTIES: Final = frozenset(
    b"""
    PROPERTY_DEFINITION GENERAL_PROPERTY GENERAL_PROPERTY_ASSOCIATION REPRESENTATION
    PROPERTY_DEFINITION_REPRESENTATION DESCRIPTIVE_REPRESENTATION_ITEM IFCPROPERTYSINGLEVALUE
    """.split()
)
# The entities of a complex instance.
PARTS: Final = re.compile(rb"(?<![A-Za-z0-9_])[A-Za-z][A-Za-z0-9_]*+(?=\s*+\()")
# One equals sign, strings closed and none with a quote in it, and nothing that may hide either.
SHAPE: Final = re.compile(rb"\s*+#\s*+=\s*+(!?[A-Za-z_]++|(?=\())(?:[^'\"/<=]++|'[^'=]*+'(?!'))*+")
# A string that may be empty in a shape and is not.
VARYING: Final = re.compile(rb"'[0-9+-]")
NAMED: Final = re.compile(rb"=\s*+(?:(!?[A-Za-z_0-9-]++)|(\([^;]*+))")


def parts(instance: bytes) -> set[bytes]:
    """Return the entities of a complex instance, in capitals."""
    return {part.upper() for part in PARTS.findall(instance)}


@dataclass(slots=True)
class Stretches:
    """The plain stretches of ``data``: whole instances, each stretch begins where one may begin."""

    data: bytes
    found: list[tuple[int, int]] = field(default_factory=list)
    # Names of the entities in them, without digits and signs.
    stems: set[bytes] = field(default_factory=set)
    _worded: list[tuple[int, int]] = field(default_factory=list)
    _shapes: set[bytes] = field(default_factory=set)
    _mute: set[bytes] = field(default_factory=set)
    _tried_bytes: int = field(default_factory=lambda: MOST_BYTES)

    def end(self, start: int) -> int:
        """Return where a plain stretch ends that begins at ``start``; ``start`` if none does.

        ``start`` is between two instances.
        """
        stop = self.data.rfind(b";", start, start + self._tried_bytes) + 1
        end = self._plain_end(start, stop) if stop else start
        if end > start:
            self.found.append((start, end))
        # Where one instance is of interest, more of them are near.
        self._tried_bytes = max(min(2 * (end - start), MOST_BYTES), LEAST_BYTES)
        return end

    def _plain_end(self, start: int, stop: int) -> int:
        # A semicolon inside a string leaves an odd number of quotes on either side, and a shape
        # has an even one: up to the first that is no shape, each semicolon ended an instance.
        stretch = self.data[start : stop - 1]
        written = stretch.translate(None, VARIES).split(b";")
        shapes = set(written)
        fresh = shapes - self._shapes
        if fresh:
            stems = {shape: _stems(shape) for shape in fresh}
            others = [shape for shape, found in stems.items() if found is None]
            if others:
                count = min(map(written.index, others))
                if not count:
                    return start
                shapes = set(written[:count])
                stretch = stretch[: -len(stretch.split(b";", count)[-1]) - 1]
            for shape in fresh & shapes:
                self._learn(shape, stems[shape] or set())
        end = start + len(stretch) + 1
        if not shapes <= self._mute or VARYING.search(stretch):
            self._worded.append((start, end))
        return end

    def _learn(self, shape: bytes, stems: set[bytes]) -> None:
        if len(self._shapes) > MAX_SHAPES:
            self._shapes.clear()
            self._mute.clear()
        self.stems |= stems
        self._shapes.add(shape)
        if b"'" not in shape.replace(b"''", b""):
            self._mute.add(shape)

    def strings(self) -> Iterator[tuple[int, int, list[bytes]]]:
        """Yield each stretch that has a string which is not empty, and all of its strings."""
        for start, end in self._worded:
            yield start, end, self.data[start:end].split(b"'")[1::2]

    def rest(self, end: int) -> Iterator[tuple[int, int]]:
        """Yield what lies before, between and behind the stretches, up to ``end``."""
        position = 0
        for start, behind in (*self.found, (end, end)):
            if position < start:
                yield position, start
            position = behind

    def names(self) -> set[bytes]:
        """Return the names of all entities in them, in capitals, as they are written."""
        known: set[bytes] = set()
        for start, end in self.found:
            for name, instance in set(NAMED.findall(self.data, start, end)):
                known |= {name.upper()} if name else parts(instance)
        return known


def _stems(shape: bytes) -> set[bytes] | None:
    """Return the names in an instance that is of no interest; None if it may be of some."""
    found = SHAPE.fullmatch(shape)
    if found is None:
        return None
    name = found[1].upper()
    if not name:
        named = parts(shape)
        return named if named.isdisjoint(ENTITIES) else None
    return None if name in ENTITIES or name in PROPERTIES else {name}


class Vocabulary:
    """The words that the names of entities are made of, in capitals."""

    def __init__(self, stretches: Stretches, names: Iterable[bytes]) -> None:
        self._stretches = stretches
        # A complex instance has no name of its own.
        self._words = _words(names) - {""}
        self._stems = {word.translate(STEM) for word in self._words} | _words(stretches.stems)
        self._is_whole = False

    def isdisjoint(self, words: Iterable[str]) -> bool:
        """Return whether none of ``words`` is among them.

        The names in plain stretches are only read if one could be.
        """
        likely = [word for word in words if word.translate(STEM) in self._stems]
        if likely and not self._is_whole:
            self._words |= _words(self._stretches.names())
            self._is_whole = True
        return self._words.isdisjoint(likely)


def _words(names: Iterable[bytes]) -> set[str]:
    return {word for name in names for word in name.decode("latin-1").split("_")}
