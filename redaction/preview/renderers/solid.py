"""STEP: solids as OpenCascade reads them, cut into triangles and drawn as a mesh is.

Room: redaction/preview. Runs only inside the sandbox worker. OpenCascade is an optional extra
(``drawbridge-gateway[kernel]``): where it is not installed there is no picture. It reads nothing
but the bytes it is handed, and what it counts and measures is a second opinion on the drawing
from a program that had no part in cleaning it.
"""

import importlib
import importlib.util
from io import BytesIO
from typing import Any, Final

import numpy as np

from redaction.errors import RedactionError, TooComplexError, UnreadableError
from redaction.preview.errors import NoKernelError, NothingToDrawError
from redaction.preview.model import Drawn, Measure
from redaction.preview.packing import unpacked
from redaction.preview.scene import Floats, shaded

KERNEL: Final = "OCP"
PARTS: Final = (
    "BRep",
    "BRepBndLib",
    "BRepGProp",
    "BRepMesh",
    "Bnd",
    "GProp",
    "IFSelect",
    "STEPControl",
    "TopAbs",
    "TopExp",
    "TopLoc",
    "collections",
    "TopoDS",
)
# Deviation of triangles from the surface, as a share of the part's size; and their turn.
DEVIATION: Final = 0.002
TURN_RADIANS: Final = 0.35
MAX_PARTS: Final = 2_000_000
SOLIDS: Final = (("solids", "SOLID"), ("faces", "FACE"), ("edges", "EDGE"))


def installed() -> bool:
    """Whether OpenCascade is here."""
    return importlib.util.find_spec(KERNEL) is not None


def warm() -> None:
    """Load OpenCascade, where it is installed."""
    if installed():
        for part in PARTS:
            _part(part)


def draw(data: bytes) -> Drawn:
    """Return a shaded picture of the solids in ``data``, with what OpenCascade makes of them.

    Raises:
        NoKernelError: OpenCascade is not installed.
        UnreadableError: it cannot read the file.
        NothingToDrawError: it finds no face.
    """
    if not installed():
        raise NoKernelError
    content = unpacked(data)
    try:
        shape = _read(content)
        measures = _measured(shape)
        triangles = _triangles(shape)
    except (RedactionError, MemoryError, RecursionError):
        raise
    except Exception as error:  # each of its classes raises something of its own
        raise UnreadableError from error
    return Drawn((shaded(triangles),), 1, measures)


def _read(content: bytes) -> Any:
    reader = _part("STEPControl").STEPControl_Reader()
    status = reader.ReadStream("drawing", BytesIO(content))
    if status != _part("IFSelect").IFSelect_ReturnStatus.IFSelect_RetDone:
        raise UnreadableError
    reader.TransferRoots()
    shape = reader.OneShape()
    if shape is None or shape.IsNull():
        raise NothingToDrawError
    return shape


def _measured(shape: Any) -> tuple[Measure, ...]:
    """Return how many solids, faces and edges there are, their box, area and volume."""
    kinds = _part("TopAbs").TopAbs_ShapeEnum
    counts = [
        Measure.count(name, _different(shape, getattr(kinds, f"TopAbs_{kind}")))
        for name, kind in SOLIDS
    ]
    properties = _part("GProp").GProp_GProps
    area, volume = properties(), properties()
    _part("BRepGProp").BRepGProp.SurfaceProperties_s(shape, area)
    _part("BRepGProp").BRepGProp.VolumeProperties_s(shape, volume)
    return (
        *counts,
        Measure.length("box", *_box(shape)),
        Measure.length("area", area.Mass()),
        Measure.length("volume", abs(volume.Mass())),
    )


def _box(shape: Any) -> Floats:
    bound = _part("Bnd").Bnd_Box()
    _part("BRepBndLib").BRepBndLib.Add_s(shape, bound, False)
    if bound.IsVoid():
        raise NothingToDrawError
    low, high = bound.CornerMin(), bound.CornerMax()
    sides: Floats = np.array([high.X() - low.X(), high.Y() - low.Y(), high.Z() - low.Z()])
    return sides


def _triangles(shape: Any) -> Floats:
    size = float(_box(shape).max())
    if not 0 < size < np.inf:
        raise NothingToDrawError
    mesher = _part("BRepMesh").BRepMesh_IncrementalMesh
    # The last argument: no threads; the sandbox would not let it have any.
    mesher(shape, size * DEVIATION, False, TURN_RADIANS, False)
    faces = [_face(face) for face in _every(shape, _part("TopAbs").TopAbs_ShapeEnum.TopAbs_FACE)]
    found = [face for face in faces if face is not None]
    if not found:
        raise NothingToDrawError
    return np.concatenate(found)


def _face(face: Any) -> Floats | None:
    location = _part("TopLoc").TopLoc_Location()
    mesh = _part("BRep").BRep_Tool.Triangulation_s(_part("TopoDS").TopoDS.Face(face), location)
    if mesh is None:
        return None
    move = location.Transformation()
    nodes = np.array(
        [
            (point.X(), point.Y(), point.Z())
            for number in range(1, mesh.NbNodes() + 1)
            for point in [mesh.Node(number).Transformed(move)]
        ]
    )
    corners = np.array([mesh.Triangle(n).Get() for n in range(1, mesh.NbTriangles() + 1)])
    triangles: Floats = nodes[corners - 1]
    return triangles


def _different(shape: Any, kind: Any) -> int:
    """Return how many parts of one kind there are; an edge that two faces share is one."""
    found = _part("collections").IndexedMap_TopoDS_Shape_TopTools_ShapeMapHasher()
    _part("TopExp").TopExp.MapShapes_s(shape, kind, found)
    count: int = found.Extent()
    return count


def _every(shape: Any, kind: Any) -> list[Any]:
    """Return each part of one kind as often as it stands there: one in two places is two."""
    explorer = _part("TopExp").TopExp_Explorer(shape, kind)
    found = []
    while explorer.More():
        found.append(explorer.Current())
        explorer.Next()
        if len(found) > MAX_PARTS:
            raise TooComplexError
    return found


def _part(name: str) -> Any:
    return importlib.import_module(f"{KERNEL}.{name}")
