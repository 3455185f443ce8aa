import numpy as np
import pytest
import scipy.spatial.distance

from rofi.errors import RofiError
from rofi.evaluation.key_diversity import mean_pairwise_cosine_distance, pixel_deviation


def test_mean_pairwise_distance_agrees_with_scipy():
    embeddings = np.random.default_rng(0).normal(size=(20, 128)).astype(np.float32)
    expected = scipy.spatial.distance.pdist(embeddings.astype(np.float64), "cosine").mean()
    assert mean_pairwise_cosine_distance(embeddings) == pytest.approx(expected)


def test_hand_worked_distances():
    """Three at right angles to one another: 1 each; two opposite: 2; one and the same, of other lengths: 0."""
    assert mean_pairwise_cosine_distance(np.eye(3)) == pytest.approx(1)
    assert mean_pairwise_cosine_distance(np.array([[1.0, 1.0], [-2.0, -2.0]])) == pytest.approx(2)
    assert mean_pairwise_cosine_distance(np.array([[1.0, 2.0], [2.0, 4.0], [0.5, 1.0]])) == pytest.approx(0)


def test_one_embedding_is_an_error():
    with pytest.raises(RofiError, match="at least 2"):
        mean_pairwise_cosine_distance(np.ones((1, 4)))


def test_an_embedding_of_no_length_is_an_error():
    with pytest.raises(RofiError, match="zero"):
        mean_pairwise_cosine_distance(np.array([[1.0, 0.0], [0.0, 0.0]]))


def test_hand_worked_pixel_deviation():
    """Levels 0 and 10 under two keys deviate by 5; half of the pixels are the same under both."""
    views = np.zeros((2, 4, 4, 3), np.uint8)
    views[1, :2] = 10
    assert pixel_deviation(views) == pytest.approx(2.5)


@pytest.mark.parametrize("shape", [(1, 4, 4, 3), (4, 4, 3), (2, 4, 4, 1), (2, 0, 4, 3)])
def test_other_views_are_an_error(shape):
    with pytest.raises(RofiError, match="at least 2 keys"):
        pixel_deviation(np.zeros(shape, np.uint8))
