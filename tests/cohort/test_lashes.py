import numpy as np
import pytest

from rofi.cohort.face import Eye, Side
from rofi.cohort.frame import Frame, Patch
from rofi.cohort.lashes import part_lashes


def line(y):
    return np.stack([np.linspace(-13, 13, 9), np.full(9, float(y))], -1)


def eye_and_patch(scale):
    """Even skin with upright dark lashes 0.2 mm wide and 1.6 mm apart, from 0.5 to 3 mm above the margin."""
    eye = Eye(
        side=Side.OS,
        frame=Frame(np.array([30.0, 30]) * scale, np.array([1.0, 0]), np.array([0, 1.0]), scale),
        upper=line(-5),
        lower=line(4),
        iris=np.zeros(2),
        iris_radius=5.8,
        crease=line(-10),
        brow=line(-18),
        lid_border=line(12),
    )
    side = int(60 * scale)
    picture = np.full((side, side, 3), 180, np.float32)
    rows, columns = (np.mgrid[:side, :side] / scale) - 30
    hairs = (rows > -8) & (rows < -5.5) & (np.abs((columns + 0.8) % 1.6 - 0.8) < 0.1)
    picture[hairs] = 50
    return eye, Patch.around(picture, eye.frame, (-28, -28), (28, 28)), hairs


@pytest.fixture(scope="module")
def parted():
    eye, patch, hairs = eye_and_patch(8.0)
    return patch, hairs[patch.slices], *part_lashes(eye, patch)


def test_lashes_and_skin_make_the_picture(parted):
    patch, _, bare, lashes = parted
    np.testing.assert_allclose(bare * lashes[..., None], patch.pixels, rtol=1e-4)


def test_lashes_are_found_and_skin_is_not(parted):
    patch, hairs, bare, lashes = parted
    middle = (np.abs(patch.x) < 8) & (patch.y < -6.5) & (patch.y > -7.5)
    assert lashes[hairs & middle].max() < 0.6
    assert np.median(lashes[~hairs & middle]) > 0.9
    assert bare[hairs & middle].mean() > 2 * 50
    elsewhere = (patch.y > -5) | (patch.y < -12) | (patch.x < -15)
    np.testing.assert_array_equal(lashes[elsewhere], 1)


def test_a_coarse_picture_has_none():
    eye, patch, _ = eye_and_patch(1.2)
    bare, lashes = part_lashes(eye, patch)
    np.testing.assert_array_equal(lashes, 1)
    np.testing.assert_array_equal(bare, patch.pixels)
