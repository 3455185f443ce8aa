import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from rofi.faces.pose import Similarity3D, fit_similarity


def points(seed=0, count=50):
    return np.random.default_rng(seed).normal([100, 50, 0], 40, (count, 3))


def test_apply_is_scale_rotation_shift():
    quarter_turn = np.array([[0.0, 1, 0], [-1, 0, 0], [0, 0, 1]])
    moved = Similarity3D(2.0, quarter_turn, np.array([1.0, 2, 3])).apply(np.array([[1.0, 0, 0], [0, 1, 5]]))
    np.testing.assert_allclose(moved, [[1, 4, 3], [-1, 2, 13]])


@pytest.mark.parametrize("seed", range(5))
def test_a_known_similarity_is_found(seed):
    random = np.random.default_rng(seed)
    rotation = Rotation.random(rng=random).as_matrix()
    scale, shift = random.uniform(0.2, 5), random.normal(0, 100, 3)
    found = fit_similarity(points(), scale * points() @ rotation + shift)
    assert found.scale == pytest.approx(scale)
    np.testing.assert_allclose(found.rotation, rotation, atol=1e-9)
    np.testing.assert_allclose(found.shift, shift, atol=1e-6)


def test_rotation_of_noisy_points_agrees_with_scipy():
    source = points()
    target = source @ Rotation.from_euler("xyz", [10, -20, 30], degrees=True).as_matrix() + points(1) / 10
    expected, _ = Rotation.align_vectors(target - target.mean(0), source - source.mean(0))
    np.testing.assert_allclose(fit_similarity(source, target).rotation, expected.as_matrix().T, atol=1e-7)


def test_scale_of_noisy_points_is_the_least_squares_one():
    source, target = points(), 1.5 * points() + points(1) / 10
    found = fit_similarity(source, target)

    def error(scale):
        turned = scale * (source - source.mean(0)) @ found.rotation
        return ((turned - (target - target.mean(0))) ** 2).sum()

    assert error(found.scale) < min(error(found.scale * 1.001), error(found.scale * 0.999))


def test_a_mirrored_target_is_met_without_reflection():
    found = fit_similarity(points(), points() * [-1, 1, 1])
    assert np.linalg.det(found.rotation) == pytest.approx(1)
    np.testing.assert_allclose(found.rotation @ found.rotation.T, np.eye(3), atol=1e-9)
