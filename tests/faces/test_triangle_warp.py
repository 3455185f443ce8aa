import cv2
import numpy as np
import pytest
from skimage.data import astronaut
from skimage.transform import PiecewiseAffineTransform, warp

from rofi.faces.triangle_warp import triangle_warp


def texture(side=64):
    return cv2.GaussianBlur(astronaut()[60 : 60 + side, 190 : 190 + side].astype(np.float32), (0, 0), 1.5)


def lattice(side=64, steps=5, margin=4.0):
    line = np.linspace(margin, side - 1 - margin, steps)
    points = np.stack(np.meshgrid(line, line), -1).reshape(-1, 2)
    inner = (points > margin).all(1) & (points < side - 1 - margin).all(1)
    return points + inner[:, None] * np.random.default_rng(0).uniform(-3, 3, points.shape)  # one triangulation only


def test_points_that_stay_leave_the_texture_as_it_is():
    picture, covered = triangle_warp(texture(), lattice(), lattice(), 64)
    assert np.abs(picture - texture())[covered].max() < 1e-3


def test_covered_is_where_the_mesh_lies():
    _, covered = triangle_warp(texture(), lattice(), lattice(), 64)
    expected = np.zeros((64, 64), bool)
    expected[4:60, 4:60] = True
    assert (covered != expected).sum() <= 4 * 56  # a pixel on the rim either way
    assert covered[5:59, 5:59].all()
    assert not covered[:3].any()


def test_an_affine_map_agrees_with_opencv():
    matrix = np.array([[1.2, 0.3, -10], [-0.2, 0.9, 12]])
    points = lattice() @ matrix[:, :2].T + matrix[:, 2]
    picture, covered = triangle_warp(texture(), lattice(), points, 80)
    expected = cv2.warpAffine(texture(), matrix, (80, 80), flags=cv2.INTER_CUBIC)
    inner = cv2.erode(covered.astype(np.uint8), np.ones((5, 5))) > 0
    assert inner.sum() > 1000
    assert np.abs(picture - expected)[inner].mean() < 0.3  # OpenCV rounds places to 1/32 pixel
    assert np.abs(picture - expected)[inner].max() < 4


def test_a_bent_mesh_agrees_with_scikit_image():
    bent = lattice() + 2 * np.sin(lattice()[:, ::-1] / 8)
    picture, covered = triangle_warp(texture(), lattice(), bent, 64)
    theirs = PiecewiseAffineTransform.from_estimate(bent, lattice())
    expected = warp(texture(), theirs, order=3, preserve_range=True)
    inner = cv2.erode(covered.astype(np.uint8), np.ones((7, 7))) > 0
    # theirs triangulates the bent points, ours the texture's: the two may differ on thin triangles
    assert np.abs(picture - expected)[inner].mean() < 1
    assert np.percentile(np.abs(picture - expected)[inner], 95) < 3


def test_triangles_that_are_turned_over_are_not_drawn():
    """A flap beside a square, folded over onto it as the far cheek of a turned face, hides nothing of the square."""
    flat = np.array([[5.0, 10], [35, 12], [35, 50], [5, 52], [60, 30]])
    folded = flat.copy()
    folded[4] = [15, 30]
    expected, _ = triangle_warp(texture(), flat, flat, 64)
    picture, covered = triangle_warp(texture(), flat, folded, 64)
    square = np.s_[14:49, 6:34]
    assert covered[square].all()
    np.testing.assert_allclose(picture[square], expected[square], atol=1e-3)
    assert not covered[:, 37:].any()


def test_a_mirrored_mesh_draws_nothing():
    _, covered = triangle_warp(texture(), lattice(), lattice() * [-1, 1] + [63, 0], 64)
    assert not covered.any()


@pytest.mark.parametrize("shift", [(1000, 0), (-40, 20)])
def test_points_outside_the_picture_are_cut_off(shift):
    picture, covered = triangle_warp(texture(), lattice(), lattice() + np.array(shift), 64)
    assert picture.shape == (64, 64, 3)
    assert covered.any() == (shift[0] < 0)
