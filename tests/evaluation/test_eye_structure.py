import numpy as np
import pytest
import skimage.metrics
from skimage.data import astronaut

from rofi.errors import RofiError
from rofi.evaluation.eye_structure import eye_boxes, eye_structure_similarity
from rofi.faces.alignment import Alignment
from rofi.faces.detection import Detector


@pytest.fixture(scope="module")
def view() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (256, 256, 3), dtype=np.uint8)


def test_eyes_lie_where_the_template_puts_them():
    """In a view of 256 pixels the template's eyes are 71.9 apart, at (91.9, 119.2) and (163.8, 118.8)."""
    assert eye_boxes(256) == ((94, 144, 56, 128), (94, 144, 128, 200))


def test_the_boxes_hold_the_eyes_of_a_photograph():
    photo = astronaut()
    points = Detector(looks=1).detect(photo)[0].points
    eyes = Alignment.from_points(points, 256).to_view(points[:2])
    for (x, y), (top, bottom, left, right) in zip(eyes, eye_boxes(256), strict=True):
        assert top + 10 < y < bottom - 10
        assert left + 10 < x < right - 10


def test_similarity_agrees_with_skimage(view):
    noisy = np.clip(view + np.random.default_rng(1).normal(0, 60, view.shape), 0, 255).astype(np.uint8)
    expected = [
        skimage.metrics.structural_similarity(
            noisy[top:bottom, left:right],
            view[top:bottom, left:right],
            channel_axis=2,
            gaussian_weights=True,
            use_sample_covariance=False,
        )
        for top, bottom, left, right in eye_boxes(256)
    ]
    assert eye_structure_similarity(noisy[None], view[None])[0] == pytest.approx(np.mean(expected), abs=1e-4)


def test_what_lies_beyond_the_eyes_does_not_count(view):
    other = 255 - view
    for top, bottom, left, right in eye_boxes(256):
        other[top:bottom, left:right] = view[top:bottom, left:right]
    assert eye_structure_similarity(other[None], view[None]) == pytest.approx(1)


def test_one_eye_is_half(view):
    top, bottom, left, right = eye_boxes(256)[0]
    other = view.copy()
    other[top:bottom, left:right] = 255 - view[top:bottom, left:right]
    one = eye_structure_similarity(other[None], view[None])[0]
    assert eye_structure_similarity(255 - view[None], view[None])[0] < one < 1


def test_views_of_other_shapes_are_an_error(view):
    with pytest.raises(RofiError, match=r"\(N, V, V, 3\)"):
        eye_structure_similarity(view[None, :128, :128], view[None])
    with pytest.raises(RofiError, match=r"\(N, V, V, 3\)"):
        eye_structure_similarity(view, view)


def test_eyes_smaller_than_the_window_are_an_error(view):
    with pytest.raises(RofiError, match="11"):
        eye_structure_similarity(view[None, :32, :32], view[None, :32, :32])
