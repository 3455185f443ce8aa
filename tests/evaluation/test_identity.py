import numpy as np
import pytest
import scipy.spatial.distance

from rofi.errors import RofiError
from rofi.evaluation.identity import cosine_similarity, unit_vectors


def test_cosine_agrees_with_scipy():
    a, b = np.random.default_rng(0).normal(size=(2, 6, 128))
    expected = [1 - scipy.spatial.distance.cosine(x, y) for x, y in zip(a, b, strict=True)]
    assert cosine_similarity(a, b) == pytest.approx(expected)


def test_hand_worked_cosines_whatever_the_lengths():
    """At no angle, at 60 degrees, at 180 degrees."""
    a = np.array([[2.0, 0.0], [1.0, 0.0], [3.0, 4.0]])
    b = np.array([[5.0, 0.0], [1.0, np.sqrt(3)], [-6.0, -8.0]])
    assert cosine_similarity(a, b) == pytest.approx([1, 0.5, -1])


def test_rounding_never_takes_a_cosine_out_of_its_range():
    a = np.random.default_rng(1).normal(size=(1000, 7)).astype(np.float32)
    assert cosine_similarity(a, a).max() <= 1
    assert cosine_similarity(a, -a).min() >= -1


def test_other_shapes_are_an_error():
    with pytest.raises(RofiError, match="both must be the same"):
        cosine_similarity(np.ones((2, 3)), np.ones((3, 3)))


@pytest.mark.parametrize("shape", [(3,), (2, 0), (1, 2, 3)])
def test_what_is_no_row_of_vectors_is_an_error(shape):
    with pytest.raises(RofiError, match=r"\(N, d\)"):
        unit_vectors(np.ones(shape))


@pytest.mark.parametrize("bad", [0.0, np.nan, np.inf])
def test_an_embedding_without_direction_is_an_error(bad):
    with pytest.raises(RofiError, match="1 embeddings are zero or not finite"):
        unit_vectors(np.array([[1.0, 2.0], [bad, 0.0]]))
