from itertools import product

import cv2
import numpy as np
import pytest
import scipy.fft
import torch
from skimage.data import astronaut

from rofi.model.dct import zigzag
from rofi.model.residue import AMPLITUDE, DATA_SLOTS, VISIBLE, ResidueCodec
from rofi.training.residue_fit import ROUNDING_NOISE, allocate, fit_residue


def signal_to_noise():
    numbers = [64 - shown for shown in VISIBLE]
    power = sum(n * a**2 for n, a in zip(numbers, AMPLITUDE, strict=True)) / sum(numbers)
    return power / ROUNDING_NOISE**2


@pytest.mark.parametrize("variances", [(9.0, 1.0, 0.2), (1.0, 1.0, 1.0), (100.0, 0.001, 0.0), (5.0, 4.0, 0.03)])
@pytest.mark.parametrize("slots", [1, 4, 6])
def test_allocation_is_as_good_as_the_best_of_all(variances, slots):
    def error(repeats):
        return sum(v / (1 + r * signal_to_noise()) for v, r in zip(variances, repeats, strict=True))

    best = min(error(repeats) for repeats in product(range(slots + 1), repeat=3) if sum(repeats) == slots)
    chosen = allocate(torch.tensor(variances, dtype=torch.float64), slots)
    assert len(chosen) == slots
    assert error(torch.bincount(chosen.long(), minlength=3).tolist()) == pytest.approx(best)


def test_a_shorter_allocation_is_the_beginning_of_a_longer_one():
    variances = torch.linspace(3, 0.1, 192, dtype=torch.float64)
    assert torch.equal(allocate(variances, 40), allocate(variances, 149)[:40])


def test_rounding_noise_is_what_rounding_leaves_in_a_luma_coefficient():
    random = np.random.default_rng(0).uniform(20, 235, (3, 200, 8, 8))
    luma = np.tensordot([0.299, 0.587, 0.114], np.rint(random) - random, 1)
    assert scipy.fft.dctn(luma, axes=(1, 2), norm="ortho").std() == pytest.approx(ROUNDING_NOISE, abs=0.01)


@pytest.fixture(scope="module")
def views():
    crop = cv2.resize(astronaut()[20:276, 90:346], (256, 256))
    return np.stack([crop, crop[:, ::-1]])


@pytest.fixture(scope="module")
def fitted(views):
    codec = ResidueCodec()
    fit_residue(codec, views)
    return codec


def test_statistics_of_luma_agree_with_scipy(fitted, views):
    """At scale 1, over the blocks that are not in the sixth next to the border."""
    blocks = []
    for view in views:
        luma = view @ np.array([0.299, 0.587, 0.114]) - 128
        inner = range(5, 27)
        blocks += [luma[8 * y : 8 * y + 8, 8 * x : 8 * x + 8] for y in inner for x in inner]
    coefficients = scipy.fft.dctn(np.array(blocks), axes=(1, 2), norm="ortho").reshape(-1, 64)[:, zigzag()]
    np.testing.assert_allclose(fitted.mean[1, :64], coefficients.mean(0), atol=0.02)
    np.testing.assert_allclose(fitted.deviation[1, :64], coefficients.std(0, ddof=1), rtol=2e-3)


def test_worth_falls_with_frequency_and_small_faces_have_more_detail_per_block(fitted):
    luma = fitted.deviation[:, :64]
    assert (luma[:, 0] > 5 * luma[:, 20]).all()
    assert (luma[0, 10:40] > luma[2, 10:40]).all()


def test_large_scales_get_the_noise_that_cameras_have(fitted):
    assert fitted.deviation[2, 63] > 0.5


def test_allocations_fill_all_slots_and_begin_with_the_brightness(fitted):
    assert fitted.source.shape == (3, DATA_SLOTS)
    assert (fitted.source[:, 0] == 0).all()
    assert 0 <= fitted.source.min() <= fitted.source.max() < 192


def test_a_fit_is_repeatable(fitted, views):
    again = ResidueCodec()
    fit_residue(again, views)
    assert torch.equal(again.deviation, fitted.deviation)
    assert torch.equal(again.source, fitted.source)
