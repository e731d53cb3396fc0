"""Triangles become a shaded picture, as a drawing board shows a part: from above, right, front.

Room: redaction/preview. Pure, numpy only. No graphics card, no window, no thread: every triangle
becomes the rows of pixels it covers, and the nearest one wins a pixel. Triangles are worked many
at a time, so that a fine mesh costs no loop in Python for each of them.

    triangles --projected--> pixels and depths --nearest--> which triangle, where --shaded--> page
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from redaction.errors import TooComplexError
from redaction.preview.errors import NothingToDrawError

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

SIDE_PIXELS: Final = 1000
OVERSAMPLED: Final = 2
MARGIN: Final = 0.06
MAX_TRIANGLES: Final = 3_000_000
# As many samples as are worked on at once; each is a few floats.
BATCH_SAMPLES: Final = 2_000_000

# Where the eye is, seen from the part; z is up.
EYE: Final = (0.66, -0.95, 0.62)
LIGHT: Final = (0.25, -0.75, 0.95)
AMBIENT: Final = 0.42
MATERIAL: Final = (198.0, 220.0, 240.0)
INK: Final = (38, 48, 60)
# Neighbouring pixels whose faces turn by more than this have an edge between them.
EDGE_COSINE: Final = 0.90
EDGE_DEPTH: Final = 0.02
NOBODY: Final = np.iinfo(np.uint64).max
OWNER: Final = np.uint64(0xFFFFFFFF)
DEPTH_STEPS: Final = 2**31
# A triangle covers a little more than itself, so that no crack shows between neighbours.
SLACK: Final = 1e-6
FLAT_PIXELS: Final = 1e-9


def shaded(triangles: Floats) -> Image.Image:
    """Return a picture of ``triangles``, an array of (n, 3 corners, 3 coordinates).

    Raises:
        NothingToDrawError: none of them has a place and an extent.
        TooComplexError: there are more than a picture can show.
    """
    if len(triangles) > MAX_TRIANGLES:
        raise TooComplexError
    placed = triangles[np.isfinite(triangles).all(axis=(1, 2))]
    if not len(placed):
        raise NothingToDrawError
    screen, (width, height) = _projected(_unit(placed))
    winners = _nearest(screen, width, height)
    colours = _coloured(winners, screen, width, height)
    picture = Image.fromarray(colours, "RGB")
    return picture.resize(
        (width // OVERSAMPLED, height // OVERSAMPLED), Image.Resampling.BOX
    ).quantize(128, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def _unit(triangles: Floats) -> Floats:
    """Return the triangles moved and scaled into a cube round the origin."""
    points = triangles.reshape(-1, 3)
    low, high = points.min(axis=0), points.max(axis=0)
    with np.errstate(over="ignore"):
        extent = float((high - low).max())
    if not (0 < extent < np.inf):
        raise NothingToDrawError
    unit: Floats = (triangles - low) / extent - (high - low) / (2 * extent)
    return unit


def _projected(triangles: Floats) -> tuple[Floats, tuple[int, int]]:
    """Return corners as (x, y, depth) in pixels, y downwards, and the picture's size."""
    toward = _normal(np.array(EYE))
    right = _normal(np.array((toward[1] * -1.0, toward[0], 0.0)))
    up = np.cross(toward, right)
    axes = np.stack((right, -up, -toward))
    turned = np.einsum("nij,kj->nik", triangles, axes)
    low = turned.min(axis=(0, 1))
    extent = turned.max(axis=(0, 1)) - low
    longest = max(float(extent[0]), float(extent[1]))
    if not longest > 0:
        raise NothingToDrawError
    side = SIDE_PIXELS * OVERSAMPLED
    scale = side * (1 - 2 * MARGIN) / longest
    margin = side * MARGIN
    size = [int(extent[axis] * scale + 2 * margin) // OVERSAMPLED * OVERSAMPLED for axis in (0, 1)]
    screen = (turned - low) * scale
    screen[:, :, :2] += margin
    return screen, (size[0], size[1])


def _nearest(screen: Floats, width: int, height: int) -> NDArray[np.uint64]:
    """Return, for each pixel, depth in the upper half and the nearest triangle in the lower."""
    pixels = np.full(width * height, NOBODY, dtype=np.uint64)
    corners = screen * (1.0, 1.0, DEPTH_STEPS / (float(screen[:, :, 2].max()) or 1.0))
    low, high = corners.min(axis=1), corners.max(axis=1)
    # So many samples a triangle takes at most; batches end where their sum passes a bound.
    samples = ((high - low)[:, :2] + 1).prod(axis=1) / 2 + (high - low)[:, 1] + 1
    batches = (samples.cumsum() // BATCH_SAMPLES).astype(np.int64)
    ends = np.flatnonzero(np.diff(batches, append=batches[-1] + 1)) + 1
    for start, end in pairwise((0, *ends.tolist())):
        owners = np.arange(start, end)
        rows = _rows(corners[start:end], (width, height))
        where, keys = _samples(rows, owners, width)
        np.minimum.at(pixels, where, keys)
    return pixels


@dataclass(frozen=True, slots=True)
class _Rows:
    """Runs of pixels: of which triangle, where they begin, how many, depth there and per pixel."""

    triangle: Numbers
    y: Numbers
    x: Numbers
    length: Numbers
    depth: Floats
    deeper: Floats


def _rows(corners: Floats, size: tuple[int, int]) -> _Rows:
    """Return the runs of pixels that the triangles cover, row by row.

    In a triangle's plane each corner's share of a pixel rises evenly to the right and downwards.
    A pixel is covered where no share is negative: three bounds for x in each row.
    """
    first = np.maximum(np.ceil(corners[:, :, 1].min(axis=1)), 0).astype(np.int64)
    last = np.minimum(np.floor(corners[:, :, 1].max(axis=1)), size[1] - 1).astype(np.int64)
    across, down, start, flat = _shares(corners)
    counts = np.where(flat, 0, np.maximum(last - first + 1, 0))
    triangle = np.repeat(np.arange(len(corners)), counts)
    y = first[triangle] + _counted(counts)
    level = start[:, triangle] + down[:, triangle] * y  # of each share, at x = 0
    rise = across[:, triangle]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        bound = (-SLACK - level) / rise
    left = np.where(rise > 0, bound, -np.inf).max(axis=0, initial=0.0)
    right = np.where(rise < 0, bound, np.inf).min(axis=0, initial=size[0] - 1.0)
    never = ((rise == 0) & (level < -SLACK)).any(axis=0)
    x = np.ceil(left).astype(np.int64)
    length = np.where(never, 0, np.maximum(np.floor(right).astype(np.int64) - x + 1, 0))
    depths = corners[triangle, :, 2].T
    depth = ((level + rise * x) * depths).sum(axis=0)
    return _Rows(triangle, y, x, length, depth, (rise * depths).sum(axis=0))


def _shares(corners: Floats) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    """Return how each corner's share changes to the right, downwards, and what it is at (0, 0).

    Each is (3 corners, n); last, which triangles are seen from the edge and have no shares.
    """
    x, y = corners[:, :, 0].T, corners[:, :, 1].T
    following, preceding = [1, 2, 0], [2, 0, 1]
    area = (x[1] - x[0]) * (y[2] - y[0]) - (y[1] - y[0]) * (x[2] - x[0])
    flat = np.abs(area) < FLAT_PIXELS
    area = np.where(flat, 1.0, area)
    across = (y[following] - y[preceding]) / area
    down = (x[preceding] - x[following]) / area
    start = (x[following] * y[preceding] - x[preceding] * y[following]) / area
    return across, down, start, flat


def _samples(rows: _Rows, owners: Numbers, width: int) -> tuple[Numbers, NDArray[np.uint64]]:
    """Return every pixel of the runs, and its key: how deep, and whose it is."""
    run = np.repeat(np.arange(len(rows.length)), rows.length)
    along = _counted(rows.length)
    depth = rows.depth[run] + rows.deeper[run] * along
    keys = np.clip(depth, 0.0, DEPTH_STEPS).astype(np.uint64) << np.uint64(32)
    keys |= owners[rows.triangle[run]].astype(np.uint64)
    return (rows.y * width + rows.x)[run] + along, keys


def _counted(counts: Numbers) -> Numbers:
    """Return 0, 1, … for each of ``counts``, one after the other."""
    ends = counts.cumsum()
    numbers: Numbers = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - counts, counts)
    return numbers


def _coloured(
    winners: NDArray[np.uint64], screen: Floats, width: int, height: int
) -> NDArray[np.uint8]:
    """Return the pixels, red, green and blue; light and edges are worked out a triangle at a time.

    Raises:
        NothingToDrawError: no pixel is covered.
    """
    drawn = winners != NOBODY
    if not drawn.any():
        raise NothingToDrawError
    owners = np.where(drawn, winners & OWNER, 0).astype(np.int64).reshape(height, width)
    normals = _normals(screen)
    # Both sides of a face are lit: many meshes do not say which is outside.
    facing = np.where(normals[:, 2:] > 0, -1.0, 1.0) * normals
    bright = AMBIENT + (1 - AMBIENT) * np.clip(facing @ _normal(_on_screen(LIGHT)), 0.0, 1.0)
    shades = np.minimum(255.0, np.array(MATERIAL) * bright[:, None]).astype(np.uint8)
    drawn = drawn.reshape(height, width)
    picture = np.where(drawn[:, :, None], shades[owners], np.uint8(255))
    depths = (winners >> np.uint64(32)).astype(np.int64).reshape(height, width)
    picture[_edges(owners, drawn, depths, facing)] = INK
    return picture


def _edges(
    owners: Numbers, drawn: NDArray[np.bool_], depths: Numbers, facing: Floats
) -> NDArray[np.bool_]:
    """Return the pixels whose neighbour to the right or below lies on another face."""
    edges = np.zeros(owners.shape, dtype=bool)
    for here, there in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1, :], np.s_[1:, :])):
        both = drawn[here] & drawn[there]
        step = np.abs(depths[here] - depths[there]) > EDGE_DEPTH * DEPTH_STEPS
        edges[here] |= (step & both) | (drawn[here] ^ drawn[there])
        rows, columns = np.nonzero(both & (owners[here] != owners[there]))
        one, other = owners[here][rows, columns], owners[there][rows, columns]
        bent = np.einsum("ij,ij->i", facing[one], facing[other]) < EDGE_COSINE
        edges[here][rows[bent], columns[bent]] = True
    return edges


def _on_screen(direction: tuple[float, float, float]) -> Floats:
    toward = _normal(np.array(EYE))
    right = _normal(np.array((toward[1] * -1.0, toward[0], 0.0)))
    up = np.cross(toward, right)
    turned: Floats = np.stack((right, -up, -toward)) @ np.array(direction)
    return turned


def _normals(screen: Floats) -> Floats:
    normals = np.cross(screen[:, 1] - screen[:, 0], screen[:, 2] - screen[:, 0])
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    unit: Floats = np.divide(normals, lengths, out=np.zeros_like(normals), where=lengths > 0)
    return unit


def _normal(vector: Floats) -> Floats:
    unit: Floats = vector / np.linalg.norm(vector)
    return unit
