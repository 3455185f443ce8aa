import math

import numpy as np
import pytest
import skimage.metrics
import torch
from skimage import data

from rofi.errors import RofiError
from rofi.evaluation.image_quality import largest_difference, psnr, ssim


@pytest.fixture(scope="module")
def pairs() -> tuple[torch.Tensor, torch.Tensor]:
    """Two images and the same with noise: (2, 3, 60, 50) each."""
    astronaut = data.astronaut()
    clean = np.stack([astronaut[80:140, 190:240], astronaut[300:360, 100:150]]).astype(np.float32) / 255
    noisy = np.clip(clean + np.random.default_rng(0).normal(0, [[[[0.02]]], [[[0.2]]]], clean.shape), 0, 1)
    return tuple(torch.tensor(x, dtype=torch.float32).permute(0, 3, 1, 2) for x in (noisy, clean))


def as_numpy(images: torch.Tensor) -> list[np.ndarray]:
    return list(images.permute(0, 2, 3, 1).double().numpy())


def test_psnr_agrees_with_scikit_image(pairs):
    expected = [
        skimage.metrics.peak_signal_noise_ratio(clean, noisy, data_range=1)
        for noisy, clean in zip(*map(as_numpy, pairs), strict=True)
    ]
    assert psnr(*pairs).tolist() == pytest.approx(expected, abs=1e-4)


def test_ssim_agrees_with_scikit_image(pairs):
    """Its documentation names these arguments as the ones that match Wang et al."""
    expected = [
        skimage.metrics.structural_similarity(
            clean, noisy, channel_axis=2, data_range=1, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
        )
        for noisy, clean in zip(*map(as_numpy, pairs), strict=True)
    ]
    assert ssim(*pairs).tolist() == pytest.approx(expected, abs=1e-5)


def test_psnr_of_a_hand_worked_case():
    """An error of 0.1 everywhere is a mean square of 0.01: 20 dB."""
    assert psnr(torch.full((1, 3, 4, 4), 0.6), torch.full((1, 3, 4, 4), 0.5)).item() == pytest.approx(20, abs=1e-4)


def test_ssim_of_constant_images_is_the_luminance_term():
    assert ssim(torch.full((1, 1, 11, 11), 0.2), torch.full((1, 1, 11, 11), 0.6)).item() == pytest.approx(
        (2 * 0.2 * 0.6 + 1e-4) / (0.2**2 + 0.6**2 + 1e-4), abs=1e-4
    )


def test_equal_images_are_perfect(pairs):
    assert psnr(pairs[0], pairs[0]).tolist() == [math.inf, math.inf]
    assert ssim(pairs[0], pairs[0]).tolist() == pytest.approx([1, 1], abs=1e-5)


@pytest.mark.parametrize("metric", [psnr, ssim])
def test_shapes_that_differ_are_an_error(metric):
    with pytest.raises(RofiError, match="must be the same"):
        metric(torch.zeros(1, 3, 16, 16), torch.zeros(1, 1, 16, 16))


@pytest.mark.parametrize("metric", [psnr, ssim])
def test_a_single_image_without_batch_is_an_error(metric):
    with pytest.raises(RofiError, match=r"\(N, C, H, W\)"):
        metric(torch.zeros(3, 16, 16), torch.zeros(3, 16, 16))


def test_an_image_smaller_than_the_window_is_an_error():
    with pytest.raises(RofiError, match="11 pixels"):
        ssim(torch.zeros(1, 3, 10, 16), torch.zeros(1, 3, 10, 16))


def test_largest_difference_agrees_with_numpy(pairs):
    expected = [np.abs(noisy - clean).max() for noisy, clean in zip(*map(as_numpy, pairs), strict=True)]
    assert largest_difference(*pairs).tolist() == pytest.approx(expected)


def test_one_level_in_one_channel_of_one_pixel_is_a_difference():
    images = torch.zeros(2, 3, 5, 4)
    other = images.clone()
    other[1, 2, 4, 3] = -1
    assert largest_difference(images, other).tolist() == [0, 1]


def test_largest_difference_of_other_shapes_is_an_error():
    with pytest.raises(RofiError, match=r"\(N, C, H, W\)"):
        largest_difference(torch.zeros(1, 3, 5, 4), torch.zeros(1, 3, 4, 5))
