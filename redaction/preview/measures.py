"""What is counted and measured of triangles, so that before and after can be told apart.

Room: redaction/preview. Pure, numpy only.
"""

import numpy as np

from redaction.preview.model import Measure
from redaction.preview.scene import Floats


def of_triangles(triangles: Floats) -> tuple[Measure, ...]:
    """Return how many triangles there are, their box, area and the volume they enclose."""
    placed = triangles[np.isfinite(triangles).all(axis=(1, 2))]
    count = Measure.count("triangles", len(triangles))
    if not len(placed):
        return (count,)
    points = placed.reshape(-1, 3)
    low = points.min(axis=0)
    with np.errstate(over="ignore", invalid="ignore"):
        box = points.max(axis=0) - low
        # Near the origin, or a part far from it would lose its digits.
        a, b, c = np.moveaxis(placed - low, 1, 0)
        across = np.cross(b - a, c - a)
        area = float(np.linalg.norm(across, axis=1).sum() / 2)
        volume = float(abs(np.einsum("ij,ij->i", a, np.cross(b, c)).sum()) / 6)
    return (
        count,
        Measure.length("box", *(float(side) for side in box)),
        Measure.length("area", area),
        Measure.length("volume", volume),
    )
