"""STL, OBJ, PLY, glTF: read by trimesh, drawn by redaction.preview.scene.

Room: redaction/preview. Runs only inside the sandbox worker. A file that leans on other files
(a glTF with its buffers beside it) has nothing here to draw.
"""

from io import BytesIO
from typing import Final

import numpy as np
import trimesh

from redaction.errors import RedactionError, UnreadableError
from redaction.preview.errors import NothingToDrawError
from redaction.preview.measures import of_triangles
from redaction.preview.model import Drawn
from redaction.preview.scene import Floats, shaded
from redaction.sniff import identify

GLB: Final = b"glTF"
# glTF counts in metres and has y up; a board shows millimetres with z up.
GLTF_TURNED: Final = np.array([[1.0, 0, 0], [0, 0, -1.0], [0, 1.0, 0]])


def warm() -> None:
    """Load every reader, by reading what it wrote itself."""
    box = trimesh.creation.box()
    for kind in ("stl", "stl_ascii", "obj", "ply", "glb", "gltf"):
        exported = box.export(file_type=kind)
        if isinstance(exported, dict):
            continue
        content = exported.encode() if isinstance(exported, str) else exported
        _triangles(content, kind)
    _triangles(trimesh.exchange.ply.export_ply(box, encoding="ascii"), "ply")
    sliver = np.array([[[0.0, 0, 0], [1, 0, 0], [1, 0, 0.01]]])
    shaded(sliver)
    of_triangles(sliver)


def draw(data: bytes) -> Drawn:
    """Return a shaded picture of the mesh in ``data``.

    Raises:
        NothingToDrawError: it has no faces.
        UnreadableError: it cannot be read.
    """
    kind = _kind(data)
    triangles = _triangles(data, kind)
    if kind in {"glb", "gltf"}:
        triangles = triangles @ GLTF_TURNED.T
    return Drawn((shaded(triangles),), 1, of_triangles(triangles))


def _kind(data: bytes) -> str:
    name = identify(data).name
    if name == "gltf":
        return "glb" if data.startswith(GLB) else "gltf"
    if name == "stl":
        facets = int.from_bytes(data[80:84], "little")
        return "stl" if len(data) >= 84 + 50 * facets and facets else "stl_ascii"
    return name


def _triangles(data: bytes, kind: str) -> Floats:
    try:
        scene = trimesh.load_scene(
            BytesIO(data), file_type=kind, process=False, maintain_order=True, allow_remote=False
        )
        found = [
            trimesh.transformations.transform_points(
                geometry.vertices.view(np.ndarray), scene.graph[node][0]
            )[geometry.faces]
            for node in scene.graph.nodes_geometry
            for geometry in [scene.geometry[scene.graph[node][1]]]
            if hasattr(geometry, "faces") and len(geometry.faces)
        ]
    except (RedactionError, MemoryError, RecursionError):
        raise
    except Exception as error:  # a reader of many formats fails in many ways
        raise UnreadableError from error
    if not found:
        raise NothingToDrawError
    triangles: Floats = np.concatenate(found).astype(np.float64)
    return triangles
