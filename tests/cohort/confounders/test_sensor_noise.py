import numpy as np
import pytest

from rofi.cohort.confounders.sensor_noise import sensor_noise
from rofi.cohort.optics import to_levels, to_linear


@pytest.fixture(scope="module")
def noisy(face):
    steps = np.repeat(to_levels([0.05, 0.2, 0.45]), 60)[:, None, None]
    even = face.painted(np.broadcast_to(steps, (180, 200, 3)).astype(np.float32))
    return to_linear(sensor_noise(even, np.random.default_rng(4)).picture).reshape(3, 60 * 200, 3)


def test_the_mean_stays(noisy):
    assert noisy.mean((1, 2)) == pytest.approx([0.05, 0.2, 0.45], rel=0.02)


def test_its_variance_grows_in_proportion_to_the_light(noisy):
    dark, middle, bright = noisy.var((1, 2))
    assert (bright - middle) / (middle - dark) == pytest.approx(0.25 / 0.15, rel=0.15)  # a Poisson variance is linear


def test_it_is_mostly_grey_but_not_all(noisy):
    red, green = noisy[1, :, 0], noisy[1, :, 1]
    assert 0.4 < np.corrcoef(red, green)[0, 1] < 0.8
