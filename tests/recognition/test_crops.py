import numpy as np
import pytest
import torch

from rofi.recognition.crops import ARCFACE_TEMPLATE, CropJitter, crop_size, crop_view

TEMPLATE = np.array(ARCFACE_TEMPLATE)


def view_points(view: int, canvas: int) -> np.ndarray:
    """Where the README of the data puts the template's points: scaled by view / (112 * 1.12), centred on the canvas."""
    return (TEMPLATE - 56) * (view / (112 * 1.12)) + canvas / 2


def dlib_points() -> np.ndarray:
    return (TEMPLATE - TEMPLATE.mean(axis=0)) / 112 * 150 * 1.1 + (75, 82)


def dots(points: np.ndarray, size: int, width: float) -> torch.Tensor:
    """(5, 1, size, size): one image per point with a Gaussian dot on it."""
    y, x = np.mgrid[:size, :size]
    images = [np.exp(-((x - px) ** 2 + (y - py) ** 2) / (2 * width**2)) for px, py in points]
    return torch.tensor(np.stack(images)[:, None], dtype=torch.float32)


def centroids(images: torch.Tensor) -> np.ndarray:
    weights = images[:, 0].double().numpy()
    y, x = np.mgrid[: weights.shape[1], : weights.shape[2]]
    total = weights.sum(axis=(1, 2))
    return np.stack([(weights * x).sum(axis=(1, 2)) / total, (weights * y).sum(axis=(1, 2)) / total], axis=1)


@pytest.mark.parametrize("view", [96, 112, 144, 255, 256, 512])
def test_arcface_crop_puts_the_points_on_the_template(view):
    crop = crop_view(dots(view_points(view, view), view, width=view / 80), "arcface")
    assert crop.shape[-2:] == (112, 112)
    np.testing.assert_allclose(centroids(crop), TEMPLATE, atol=0.05)


@pytest.mark.parametrize("view", [96, 144, 256, 512])
def test_dlib_crop_puts_the_points_where_dlib_wants_them(view):
    crop = crop_view(dots(view_points(view, view), view, width=view / 80), "dlib")
    assert crop.shape[-2:] == (150, 150)
    np.testing.assert_allclose(centroids(crop), dlib_points(), atol=0.05)


@pytest.mark.parametrize("view", [112, 256])
def test_wide_crop_is_the_arcface_box_and_a_twentieth_about_it(view):
    crop = crop_view(dots(view_points(view, view), view, width=view / 80), "wide")
    assert crop.shape[-2:] == (160, 160)
    np.testing.assert_allclose(centroids(crop), (TEMPLATE - 56) * 160 / 112 / 1.1 + 79.5, atol=0.1)


@pytest.mark.parametrize("kind", ["arcface", "dlib", "wide"])
@pytest.mark.parametrize(("view", "canvas"), [(144, 180), (256, 320)])
def test_a_canvas_gives_the_crop_of_the_view_in_its_middle(kind, view, canvas):
    images = torch.rand(2, 3, canvas, canvas, generator=torch.Generator().manual_seed(0))
    margin = (canvas - view) // 2
    views = images[..., margin : margin + view, margin : margin + view]
    torch.testing.assert_close(crop_view(images, kind, view), crop_view(views, kind), rtol=0, atol=1e-4)


def test_shrinking_takes_the_mean_over_the_area_and_does_not_alias():
    """Stripes one pixel wide in a 512-pixel view are finer than the crop: it must be grey, not striped."""
    stripes = (torch.arange(512) % 2).float().expand(1, 1, 512, 512)
    crop = crop_view(stripes, "arcface")
    assert (crop - 0.5).abs().max() < 0.15
    sampled_at_points = torch.nn.functional.interpolate(stripes, size=112, mode="bilinear")
    assert (sampled_at_points - 0.5).abs().max() > 0.3


def test_a_linear_ramp_stays_one():
    """Area means and bilinear samples of a linear ramp are the ramp itself, at the pixel's centre."""
    view = 256
    ramp = torch.arange(view).float().expand(1, 1, view, view)
    expected = (torch.arange(112) - 56) * (view / (112 * 1.12)) + view / 2
    torch.testing.assert_close(crop_view(ramp, "arcface")[0, 0, 50], expected, rtol=0, atol=1e-3)


def test_jitter_moves_the_sampling_place():
    """Sampling a tenth of the crop's side further right shows the points as far further left; turns turn them back."""
    images = dots(view_points(256, 256), 256, width=3)
    right = torch.tensor([[[1.0, 0.0, 0.1], [0.0, 1.0, 0.0]]])
    np.testing.assert_allclose(centroids(crop_view(images, "arcface", jitter=right)), TEMPLATE - (11.2, 0), atol=0.05)
    quarter = torch.tensor([[[0.0, -1.0, 0.0], [1.0, 0.0, 0.0]]])
    turned = np.stack([TEMPLATE[:, 1], 111 - TEMPLATE[:, 0]], axis=1)
    np.testing.assert_allclose(centroids(crop_view(images, "arcface", jitter=quarter)), turned, atol=0.05)


def test_jitter_beyond_the_view_mirrors_it():
    """Twice the box in a view only 1.12 times as large: no black border, a constant image stays constant."""
    wide = torch.tensor([[[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]]])
    torch.testing.assert_close(
        crop_view(torch.full((1, 1, 128, 128), 0.7), "arcface", jitter=wide), torch.full((1, 1, 112, 112), 0.7)
    )


def test_drawn_jitter_stays_within_its_limits_and_repeats_with_its_seed():
    limits = CropJitter(rotation=10, scale=0.1, shift=0.05)
    drawn = limits.draw(500, torch.Generator().manual_seed(1)).numpy()
    size = np.sqrt(np.linalg.det(drawn[:, :, :2]))
    angle = np.degrees(np.arctan2(drawn[:, 1, 0], drawn[:, 0, 0]))
    assert 0.9 <= size.min() < 0.92
    assert 1.08 < size.max() <= 1.1
    assert -10 <= angle.min() < -9
    assert 9 < angle.max() <= 10
    assert 0.045 < np.abs(drawn[:, :, 2]).max() <= 0.05
    assert np.array_equal(drawn, limits.draw(500, torch.Generator().manual_seed(1)).numpy())


def test_autocast_does_not_coarsen_the_coordinates():
    images = torch.rand(1, 3, 256, 256, generator=torch.Generator().manual_seed(2))
    jitter = CropJitter().draw(1, torch.Generator().manual_seed(3))
    expected = crop_view(images, "arcface", jitter=jitter)
    with torch.autocast("cpu", torch.bfloat16):
        torch.testing.assert_close(crop_view(images, "arcface", jitter=jitter), expected)


def test_crop_sizes_are_those_of_the_networks():
    assert (crop_size("arcface"), crop_size("dlib"), crop_size("wide")) == (112, 150, 160)
