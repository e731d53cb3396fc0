"""3MF and AMF: the objects that are to be built, where they stand on the plate.

Room: redaction/preview. Runs only inside the sandbox worker. Formats: 3MF Core 1.3 (components,
build items, their transforms), ISO/ASTM 52915 (AMF; curved triangles are drawn flat). Elements are
read one by one and let go; how much a package may unpack to is bounded.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

import numpy as np
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse

from redaction.errors import TooComplexError, TooLargeError, UnreadableError
from redaction.preview.errors import NothingToDrawError
from redaction.preview.measures import of_triangles
from redaction.preview.model import Drawn
from redaction.preview.scene import MAX_TRIANGLES, Floats, shaded

ZIP: Final = b"PK\x03\x04"
MAX_UNPACKED_BYTES: Final = 512 * 1024 * 1024
MAX_DEPTH: Final = 16
MAX_INSTANCES: Final = 20_000
SAMPLE_AMF: Final = (
    b"<amf><object id='1'><mesh><vertices>"
    + b"".join(
        b"<vertex><coordinates><x>%d</x><y>%d</y><z>%d</z></coordinates></vertex>" % corner
        for corner in ((0, 0, 0), (1, 0, 0), (0, 1, 1))
    )
    + b"</vertices><volume><triangle><v1>0</v1><v2>1</v2><v3>2</v3></triangle></volume></mesh>"
    b"</object></amf>"
)


@dataclass(slots=True)
class _Object:
    """A mesh, other objects in their places, or both."""

    points: list[float] = field(default_factory=list)
    corners: list[int] = field(default_factory=list)
    components: list[tuple[str, Floats]] = field(default_factory=list)

    def triangles(self) -> Floats:
        if not self.corners:
            return np.zeros((0, 3, 3))
        points = np.array(self.points, dtype=np.float64).reshape(-1, 3)
        faces: Floats = points[np.array(self.corners, dtype=np.int64).reshape(-1, 3)]
        return faces


@dataclass(slots=True)
class _Model:
    """Objects by name, and what is built of them; in AMF without a plate all of them."""

    objects: dict[str, _Object] = field(default_factory=dict)
    items: list[tuple[str, Floats]] = field(default_factory=list)


def warm() -> None:
    """Load the XML parser and what draws."""
    draw(SAMPLE_AMF)


def draw(data: bytes) -> Drawn:
    """Return a shaded picture of what ``data`` says is to be built.

    Raises:
        NothingToDrawError: nothing is.
        TooLargeError, TooComplexError: it is more than a picture can show.
        UnreadableError: it cannot be read.
    """
    model = _Model()
    try:
        for path, content in _documents(data):
            _read(model, path, content)
        items = model.items or [(name, np.eye(4)) for name in model.objects]
        found = list(_instances(model, items))
    except (BadZipFile, zlib.error, ParseError, DefusedXmlException, EOFError) as error:
        raise UnreadableError from error
    except (KeyError, ValueError, IndexError, NotImplementedError) as error:
        raise UnreadableError from error
    if not found:
        raise NothingToDrawError
    triangles = np.concatenate(found)
    return Drawn((shaded(triangles),), 1, of_triangles(triangles))


def _documents(data: bytes) -> Iterator[tuple[str, bytes]]:
    if not data.startswith(ZIP):
        yield "", data
        return
    left = MAX_UNPACKED_BYTES
    with ZipFile(BytesIO(data)) as package:
        for info in package.infolist():
            if info.filename.lower().endswith((".model", ".amf")):
                with package.open(info) as member:
                    content = member.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise TooLargeError
                yield "/" + info.filename.lstrip("/"), content


def _read(model: _Model, path: str, content: bytes) -> None:
    current = _Object()
    for event, element in iterparse(BytesIO(content), events=("start", "end"), forbid_dtd=True):
        name = element.tag.rpartition("}")[2]
        if event == "start":
            if name == "object":
                current = model.objects.setdefault(f"{path}#{element.get('id')}", _Object())
            continue
        _take(model, current, path, name, element)
        if name not in {"x", "y", "z", "v1", "v2", "v3", "coordinates"}:
            element.clear()


def _take(model: _Model, current: _Object, path: str, name: str, element: Any) -> None:
    if name in {"vertex", "coordinates"}:
        current.points += _numbers(element, ("x", "y", "z"))
    elif name == "triangle":
        current.corners += map(int, _numbers(element, ("v1", "v2", "v3")))
    elif name in {"component", "item"}:
        # A component may live in another file of the package (3MF Production, §2.1).
        where = next((v for k, v in element.items() if k.endswith("}path")), path)
        target = (f"{where}#{element.get('objectid')}", _matrix(element.get("transform")))
        (current.components if name == "component" else model.items).append(target)
    if len(current.corners) > 3 * MAX_TRIANGLES:
        raise TooComplexError


def _numbers(element: Any, names: Sequence[str]) -> list[float]:
    """Return values that stand in attributes (3MF) or in elements of their own (AMF)."""
    found = [element.get(name) or element.findtext(f"{{*}}{name}") for name in names]
    return [] if found == [None] * len(names) else [float(value) for value in found]


def _matrix(transform: str | None) -> Floats:
    """Return the 4 by 4 matrix of twelve numbers, row by row, that act on row vectors."""
    matrix = np.eye(4)
    if transform:
        matrix[:, :3] = np.array([float(n) for n in transform.split()]).reshape(4, 3)
    return matrix


def _instances(model: _Model, items: Sequence[tuple[str, Floats]]) -> Iterator[Floats]:
    """Yield the triangles of everything that is built, each in its place.

    Raises:
        TooComplexError: objects hold each other too deeply, too often or in a circle.
    """
    pending = [(name, place, 0) for name, place in items]
    for _ in range(MAX_INSTANCES):
        if not pending:
            return
        name, place, depth = pending.pop()
        shown = model.objects[name]
        mesh = shown.triangles()
        if len(mesh):
            yield mesh @ place[:3, :3] + place[3, :3]
        pending += [(inner, own @ place, depth + 1) for inner, own in shown.components]
        if depth > MAX_DEPTH:
            break
    raise TooComplexError
