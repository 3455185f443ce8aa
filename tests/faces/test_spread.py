import numpy as np
import pytest

from rofi.faces.spread import spread


def test_a_constant_known_in_one_place_is_everywhere():
    weights = np.zeros((37, 53), np.float32)
    weights[20:24, 30:34] = 1
    np.testing.assert_allclose(spread(np.full((37, 53, 3), 7, np.float32), weights), 7, atol=1e-3)


def test_known_values_stay_and_between_them_is_between():
    values, weights = np.zeros((32, 32, 3), np.float32), np.zeros((32, 32), np.float32)
    values[:, 24:], weights[:, :8], weights[:, 24:] = 10, 1, 1
    filled = spread(values, weights)
    np.testing.assert_allclose(filled[:, :8], 0, atol=1e-5)
    np.testing.assert_allclose(filled[:, 24:], 10, atol=1e-5)
    assert filled.min() >= -1e-5
    assert filled.max() <= 10 + 1e-4
    assert filled[16, 15:17].mean() == pytest.approx(5, abs=2)


def test_pictures_of_a_few_pixels_have_their_mean():
    values = np.arange(18, dtype=np.float32).reshape(2, 3, 3)
    mean = np.broadcast_to([7.5, 8.5, 9.5], (2, 3, 3))
    np.testing.assert_allclose(spread(values, np.ones((2, 3), np.float32)), mean)
