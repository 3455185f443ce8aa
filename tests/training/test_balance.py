import numpy as np
import pytest

from rofi.training.balance import MOST_WEIGHT, sampling_weights


def test_weights_even_out_the_classes_up_to_the_limit():
    angles = np.array([60.0] * 8 + [48.0] * 4 + [0.0])  # eight very light, four light, one brown
    weights = sampling_weights(angles)
    raw = np.array([1.0] * 8 + [2.0] * 4 + [MOST_WEIGHT])
    np.testing.assert_allclose(weights, raw / raw.mean())
    assert weights.mean() == pytest.approx(1)


def test_one_class_alone_has_equal_weights():
    np.testing.assert_array_equal(sampling_weights(np.full(5, 20.0)), np.ones(5))
