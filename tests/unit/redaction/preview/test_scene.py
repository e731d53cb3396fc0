"""Triangles become pixels: the near ones win, wherever and however large the part is."""

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from redaction.errors import TooComplexError
from redaction.preview import scene
from redaction.preview.errors import NothingToDrawError
from redaction.preview.measures import of_triangles
from redaction.preview.model import Drawn
from redaction.preview.scene import shaded
from tests.unit.redaction.preview.drawn import CUBE, inked, measured, pixels


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene, "SIDE_PIXELS", 200)


def drawn(triangles: np.ndarray) -> Drawn:  # type: ignore[type-arg]
    return Drawn((shaded(triangles),), 1, of_triangles(triangles))


def test_a_cube_shows_three_faces_and_their_edges() -> None:
    picture = pixels(drawn(CUBE))
    shades, counts = np.unique(picture.reshape(-1, 3), axis=0, return_counts=True)
    faces = [tuple(shade) for shade, count in zip(shades, counts, strict=True) if count > 1_500]
    assert len(faces) == 4  # three faces, each lit differently, and the white round them
    assert 0.55 < inked(drawn(CUBE)) < 0.85
    assert (picture.max(axis=2) < 140).any()


def test_what_is_near_hides_what_is_behind() -> None:
    behind = np.array([[[0, 1, 0], [1, 1, 0], [0.5, 1, 1.0]]])
    # The eye looks along +y: a wall before it leaves nothing of what is behind.
    wall = np.array([[[-2, -1, -2], [3, -1, -2], [0.5, -1, 4.0]]])
    both = pixels(drawn(np.concatenate([behind, wall])))
    assert np.array_equal(both, pixels(drawn(np.concatenate([wall, behind]))))
    far = np.concatenate([behind + np.array((0, 40, 0)), wall])
    assert not np.array_equal(pixels(drawn(far)), both)


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9, 1e150])
@pytest.mark.parametrize("place", [0.0, 1e6])
def test_no_size_or_place_changes_the_picture(scale: float, place: float) -> None:
    moved = drawn((CUBE + place) * scale)
    assert abs(inked(moved) - inked(drawn(CUBE))) < 0.02


def test_the_same_triangles_make_the_same_picture() -> None:
    assert np.array_equal(pixels(drawn(CUBE)), pixels(drawn(CUBE.copy())))


@pytest.mark.parametrize(
    "triangles",
    [
        np.zeros((0, 3, 3)),
        np.zeros((3, 3, 3)),
        np.full((2, 3, 3), np.nan),
        np.full((2, 3, 3), 1e308) * np.array([1, -1, 1]),
        np.array([[[0.0, 0, 0], [1, 1, 1], [2, 2, 2]]]),
    ],
)
def test_what_has_no_extent_has_no_picture(triangles: np.ndarray) -> None:  # type: ignore[type-arg]
    with np.errstate(all="ignore"), pytest.raises(NothingToDrawError):
        shaded(triangles)


def test_a_broken_triangle_does_not_spoil_the_others() -> None:
    broken = np.full((1, 3, 3), np.inf)
    assert np.array_equal(pixels(drawn(np.concatenate([CUBE, broken]))), pixels(drawn(CUBE)))


def test_more_triangles_than_a_picture_can_show_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scene, "MAX_TRIANGLES", 11)
    with pytest.raises(TooComplexError):
        shaded(CUBE)


def test_many_small_triangles_cover_as_one_large_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    large = np.array([[[0.0, 0, 0], [8, 0, 0], [0, 0, 8]]])
    small = large
    for _ in range(4):
        a, b, c = np.moveaxis(small, 1, 0)
        ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
        parts = ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))
        small = np.concatenate([np.stack(part, axis=1) for part in parts])
    # In batches of a few triangles too: no pixel falls between two of them.
    monkeypatch.setattr(scene, "BATCH_SAMPLES", 500)
    assert np.array_equal(pixels(drawn(small)), pixels(drawn(large)))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(arrays(np.float64, (4, 3, 3), elements=st.floats()))
@example(np.full((4, 3, 3), 5e-324))
def test_any_numbers_are_drawn_or_refused(triangles: np.ndarray) -> None:  # type: ignore[type-arg]
    with np.errstate(all="ignore"):
        try:
            picture = shaded(triangles)
        except NothingToDrawError:
            return
    assert max(picture.size) <= 202


def test_a_cube_is_measured() -> None:
    told = measured(drawn(CUBE * 2))
    assert told["triangles"] == "12"
    assert told["box"] == "2 × 2 × 2"
    assert told["area"] == "24"
    assert measured(Drawn((), 0, of_triangles(np.full((1, 3, 3), np.nan)))) == {"triangles": "1"}
