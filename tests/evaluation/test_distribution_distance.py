from importlib.util import find_spec

import numpy as np
import pytest
import scipy.linalg
import torch

from rofi.errors import RofiError
from rofi.evaluation.distribution_distance import frechet_distance, kernel_distance

needs_torchmetrics = pytest.mark.skipif(find_spec("torchmetrics") is None, reason="needs torchmetrics")


@pytest.fixture(scope="module")
def samples() -> tuple[np.ndarray, np.ndarray]:
    """Two distributions of other means and covariances: (300, 6) and (200, 6)."""
    generator = np.random.default_rng(0)
    mixing = generator.normal(size=(6, 6))
    return generator.normal(size=(300, 6)) @ mixing, generator.normal(0.5, 2, size=(200, 6))


def test_frechet_agrees_with_the_matrix_root_of_scipy(samples):
    x, y = samples
    cov_x, cov_y = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    root = scipy.linalg.sqrtm(cov_x @ cov_y).real
    expected = np.square(x.mean(0) - y.mean(0)).sum() + np.trace(cov_x + cov_y - 2 * root)
    assert frechet_distance(x, y) == pytest.approx(expected)


def test_hand_worked_frechet_in_one_dimension():
    """Normal distributions on a line: (m1 - m2)^2 + (s1 - s2)^2; means 0 and 10, deviations sqrt 2 and 3 sqrt 2."""
    x, y = np.array([[-1.0], [1.0]]), np.array([[7.0], [13.0]])
    assert frechet_distance(x, y) == pytest.approx(100 + 8)


def test_frechet_of_fewer_samples_than_dimensions():
    """One pair spreads along one axis, one along another: nothing is shared, and the variances 2 and 8 add up."""
    x, y = np.zeros((2, 50)), np.zeros((2, 50))
    x[:, 3], y[:, 7] = [-1, 1], [-2, 2]
    assert frechet_distance(x, y) == pytest.approx(2 + 8)


def test_frechet_of_equal_sets_is_zero_and_a_shift_is_squared(samples):
    x, _ = samples
    assert frechet_distance(x, x[::-1]) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(x, x + 2) == pytest.approx(6 * 4)


@needs_torchmetrics
@pytest.mark.parametrize("degree", [1, 3])
def test_kernel_distance_agrees_with_torchmetrics(samples, degree):
    from torchmetrics.image.kid import poly_mmd

    x, y = samples[0][:200], samples[1]  # theirs takes equal numbers
    expected = poly_mmd(torch.from_numpy(x), torch.from_numpy(y), degree=degree).item()
    assert kernel_distance(x, y, degree) == pytest.approx(expected)


def test_hand_worked_kernel_distance():
    """d = 1, degree 1, k(a, b) = ab + 1: (1, 3) among themselves 4, (2, 0) 1, across the mean of 3, 1, 7, 1 is 3."""
    assert kernel_distance(np.array([[1.0], [3.0]]), np.array([[2.0], [0.0]]), degree=1) == pytest.approx(4 + 1 - 6)


def test_kernel_distance_of_one_distribution_is_nothing_on_average():
    generator = np.random.default_rng(2)
    same = [kernel_distance(*generator.normal(size=(2, 25, 4))) for _ in range(200)]
    standard_error = np.std(same) / np.sqrt(len(same))
    assert abs(np.mean(same)) < 4 * standard_error
    assert kernel_distance(generator.normal(size=(25, 4)), generator.normal(3, size=(25, 4))) > np.max(same)


@pytest.mark.parametrize("distance", [frechet_distance, kernel_distance])
class TestBadInput:
    @pytest.mark.parametrize(("a", "b"), [((5, 3), (5, 4)), ((5,), (5,)), ((2, 3, 3), (2, 3, 3)), ((5, 0), (5, 0))])
    def test_other_shapes(self, distance, a, b):
        with pytest.raises(RofiError, match=r"\(N, d\)"):
            distance(np.ones(a), np.ones(b))

    def test_a_single_sample(self, distance):
        with pytest.raises(RofiError, match="2 of each"):
            distance(np.ones((1, 3)), np.ones((5, 3)))

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_a_feature_that_is_not_finite(self, distance, bad):
        features = np.ones((3, 2))
        features[1, 1] = bad
        with pytest.raises(RofiError, match="not finite"):
            distance(np.ones((3, 2)), features)


def test_a_kernel_of_no_degree_is_an_error(samples):
    with pytest.raises(RofiError, match="degree 0"):
        kernel_distance(*samples, degree=0)
