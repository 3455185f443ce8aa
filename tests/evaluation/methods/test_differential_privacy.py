import math

import numpy as np
import pytest
import scipy.stats

from evaluation.methods.portrait_photo import portrait, psnr
from rofi.errors import RofiError
from rofi.evaluation.methods.differential_privacy import (
    FeatureDp,
    PixelDp,
    noisy_coordinates,
    noisy_mosaic,
    pixel_sensitivity,
)
from rofi.evaluation.methods.method import Method
from rofi.imaging.decode import decode


def test_the_sensitivity_is_that_of_a_hand_worked_cell():
    """Fan's example, b = 16 and m = 16: one grey mean moves by 255 * 16 / 256 = 15.9375 levels, three by as much."""
    assert pixel_sensitivity(16, 16) == pytest.approx(3 * 15.9375)
    assert pixel_sensitivity(2, 16) == 3 * 255  # a cell cannot change more than from black to white


def test_two_pictures_that_differ_in_m_pixels_stay_within_the_sensitivity():
    generator = np.random.default_rng(0)
    one = np.zeros((32, 32, 3), np.uint8)
    other = one.copy()
    rows, columns = generator.integers(0, 32, (2, 16))
    other[rows, columns] = 255
    means = [picture.reshape(2, 16, 2, 16, 3).mean((1, 3)) for picture in (one.astype(float), other.astype(float))]
    assert np.abs(means[1] - means[0]).sum() <= pixel_sensitivity(16, 16) + 1e-9


def test_epsilon_is_the_sensitivity_over_the_scale():
    photo = portrait()
    method = PixelDp(scale=10.0, cells=16, pixels=16)
    cell = method.cell(photo)
    assert cell == round(256 / photo.alignment(256).scale / 16)
    assert method.epsilon(photo) == pytest.approx(3 * 255 * 16 / cell**2 / 10)
    assert PixelDp(0.0).epsilon(photo) == math.inf
    assert FeatureDp(2.0).epsilon == pytest.approx(2 * 3 * 512 / 2)


def test_the_noise_of_the_cells_is_laplace():
    grey = np.full((640, 640, 3), 128, np.uint8)
    made = noisy_mosaic(grey, 8, 9.0, np.random.default_rng(0))
    noise = made[::8, ::8].astype(float).ravel() - 128
    assert len(noise) == 80 * 80 * 3
    spread = np.random.default_rng(1).uniform(-0.5, 0.5, len(noise))  # takes the rounding to levels apart
    assert scipy.stats.kstest(noise + spread, scipy.stats.laplace(0, 9.0).cdf).statistic < 0.02


def test_a_cell_cut_off_by_the_border_gets_more_noise():
    grey = np.full((8, 8 * 4000 + 2, 3), 128, np.uint8)
    cut = noisy_mosaic(grey[:, :2], 8, 2.0, np.random.default_rng(0))
    again = np.random.default_rng(0).laplace(0, 1, (1, 1, 3)) * 2.0 * 64 / 16
    assert cut[0, 0] == pytest.approx(np.rint(128 + again[0, 0]), abs=1)


def test_without_noise_cells_have_the_means_of_their_pixels():
    pixels = np.random.default_rng(0).integers(0, 256, (20, 13, 3)).astype(np.uint8)
    made = noisy_mosaic(pixels, 8, 0.0, np.random.default_rng(0))
    for top in (0, 8, 16):
        for left in (0, 8):
            cell = slice(top, top + 8), slice(left, left + 8)
            assert made[cell].reshape(-1, 3) == pytest.approx(
                np.broadcast_to(np.rint(pixels[cell].mean((0, 1))), made[cell].reshape(-1, 3).shape)
            )


def test_noisy_coordinates_keep_unit_spread_and_forget_with_the_noise():
    generator = np.random.default_rng(0)
    faces = generator.standard_normal(100_000)
    for scale in (0.0, 0.5, 5.0):
        noisy = noisy_coordinates(faces, scale, generator)
        assert noisy.std() == pytest.approx(1, abs=0.02)
        assert np.corrcoef(noisy, faces)[0, 1] == pytest.approx(1 / math.sqrt(1 + 2 * scale**2), abs=0.02)


def test_no_coordinate_counts_for_more_than_the_clipping_allows():
    generators = (np.random.default_rng(0), np.random.default_rng(0))
    usual, unusual = (
        noisy_coordinates(np.array([size]), 1.0, g) for size, g in zip((3.0, 90.0), generators, strict=True)
    )
    assert usual == pytest.approx(unusual)


@pytest.mark.parametrize("make", [PixelDp, FeatureDp])
def test_more_noise_leaves_less_of_the_face_and_the_same_noise_the_same(make):
    photo = portrait()
    little, much = (make(scale) for scale in ((2.0, 200.0) if make is PixelDp else (0.0, 5.0)))
    assert isinstance(little, Method)
    files = [method.protect(photo) for method in (little, little, much)]
    assert files[0] == files[1]
    pictures = [decode(file, "made").pixels for file in files]
    middle = (slice(80, 125), slice(80, 130))
    likeness = [psnr(photo.pixels[middle], picture[middle]) for picture in pictures]
    assert likeness[0] > likeness[2] + 2
    assert little.facts.version != much.facts.version


def test_feature_wise_nothing_but_the_face_is_released():
    made = decode(FeatureDp(1.0).protect(portrait()), "made").pixels
    assert (made[:5] == 128).all()
    assert (made == 128).all(-1).mean() > 0.3


@pytest.mark.parametrize("scale", [-1.0, math.nan, math.inf])
@pytest.mark.parametrize("make", [PixelDp, FeatureDp])
def test_a_scale_out_of_range_is_refused(make, scale):
    with pytest.raises(RofiError, match="give a finite one"):
        make(scale)


def test_no_cells_are_refused():
    with pytest.raises(RofiError, match="0 cells"):
        PixelDp(1.0, cells=0)
