import numpy as np
import pytest

from rofi.errors import RofiError
from rofi.evaluation.eye_structure import eye_boxes
from rofi.evaluation.tumours.eye_halves import HEIGHT, VIEW, WIDTH, halves, joined


def test_halves_of_a_mirror_image_are_the_other_way_round():
    views = np.random.default_rng(0).integers(0, 256, (2, VIEW, VIEW, 3), np.uint8)
    cut, mirrored = halves(views), halves(views[:, :, ::-1])
    assert cut.shape == (4, HEIGHT, WIDTH, 3)
    np.testing.assert_array_equal(mirrored, cut[[1, 0, 3, 2]])


def test_halves_hold_the_eyes():
    """The regions of both eyes lie within."""
    for box in eye_boxes(VIEW):
        views = np.zeros((1, VIEW, VIEW), bool)
        views[0, box[0] : box[1], box[2] : box[3]] = True
        assert halves(views).sum() == views.sum()


def test_joined_halves_are_where_they_were():
    views = np.random.default_rng(1).random((3, VIEW, VIEW)) < 0.5
    again = joined(halves(views))
    seen = joined(halves(np.ones((1, VIEW, VIEW), bool)))[0]
    np.testing.assert_array_equal(again, views & seen)
    assert seen.sum() == 2 * HEIGHT * WIDTH


def test_other_sizes_are_an_error():
    with pytest.raises(RofiError, match="256"):
        halves(np.zeros((1, 128, 128, 3)))
    with pytest.raises(RofiError, match="even number"):
        joined(np.zeros((3, HEIGHT, WIDTH)))
    with pytest.raises(RofiError, match="even number"):
        joined(np.zeros((2, WIDTH, HEIGHT)))
