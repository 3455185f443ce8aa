import cv2
import numpy as np
import pytest
import torch
from skimage.data import astronaut
from torch import nn

from rofi.evaluation.attacks.bim import LEVEL, basic_iterative_method, extract_view, rounded, with_noise
from rofi.faces.alignment import Alignment
from rofi.faces.compositing import Window
from rofi.pipeline.networks import planes


@pytest.fixture
def pixels():
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (3, 16, 16), generator=generator) / 255


@pytest.fixture
def likeness():
    """Cosine between what a small network makes of rounded pixels and a fixed direction."""
    torch.manual_seed(0)
    restorer = nn.Sequential(nn.Conv2d(3, 8, 3), nn.Tanh(), nn.Flatten(), nn.Linear(8 * 14 * 14, 8)).requires_grad_(
        False
    )
    target = nn.functional.normalize(torch.randn(8), dim=0)
    return lambda pixels: (nn.functional.normalize(restorer(rounded(pixels)[None])[0], dim=0) * target).sum()


@pytest.mark.parametrize("norm", [0.01, 0.03, 0.05])
def test_stays_in_the_ball_on_whole_levels_and_becomes_more_alike(pixels, likeness, norm):
    changed = basic_iterative_method(likeness, pixels, norm)
    assert float((changed - pixels).abs().max()) <= norm + 1e-6
    assert float(changed.min()) >= 0
    assert float(changed.max()) <= 1
    assert torch.allclose(changed * 255, (changed * 255).round(), atol=1e-3)
    assert float(likeness(changed)) > float(likeness(pixels)) + 0.02


def test_reaches_the_corner_of_the_ball_for_a_linear_similarity(pixels):
    towards = torch.randn(pixels.shape, generator=torch.Generator().manual_seed(1))
    changed = basic_iterative_method(lambda some: (some * towards).sum(), pixels, 0.02)
    corner = (pixels + 5 * LEVEL * towards.sign()).clamp(0, 1)  # 0.02 of 255 levels holds 5 whole ones, 10 steps
    assert torch.allclose(changed, corner, atol=1e-6)


def test_a_ball_smaller_than_a_level_changes_nothing(pixels, likeness):
    assert torch.equal(basic_iterative_method(likeness, pixels, 0.003), pixels)


@pytest.mark.parametrize("side", [96, 40])
def test_differentiable_view_is_the_one_that_the_pipeline_extracts(side):
    alignment = Alignment.from_points([[203, 101], [246, 105], [221, 127], [201, 140], [241, 144.0]], side)
    window = Window.around(alignment, astronaut().shape[:2])
    photo = cv2.GaussianBlur(astronaut(), (0, 0), 1)  # interpolations differ on what no pixel grid can hold
    view = extract_view(planes(photo[window.slices]), alignment, window)[0].permute(1, 2, 0).numpy()
    assert np.abs(view - alignment.extract(photo)).max() < 2.0


def test_noise_has_the_deviation_asked_for_and_none_is_none():
    photo = np.full((64, 64, 3), 128, np.uint8)
    noisy = with_noise(photo, 4.0, np.random.default_rng(0)).astype(float)
    assert noisy.std() == pytest.approx(4, rel=0.05)
    assert np.array_equal(with_noise(photo, 0.0, np.random.default_rng(0)), photo)
