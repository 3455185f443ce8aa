import itertools

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from rofi.errors import RofiError
from rofi.evaluation.health_difference import health_difference

ILL = np.arange(60) % 3 != 0


def scores(seed, apart):
    return np.random.default_rng(seed).normal(0, 1, 60) + apart * ILL


def test_the_difference_is_scikit_learns():
    first, second = scores(0, 2.0), np.round(scores(1, 0.3), 1)  # with ties
    found = health_difference(first, second, ILL, 200).area
    assert found.estimate == pytest.approx(roc_auc_score(ILL, first) - roc_auc_score(ILL, second))
    assert found.low < found.estimate < found.high


def test_a_large_difference_is_certain_and_none_is_not():
    assert health_difference(scores(0, 3.0), scores(1, 0.0), ILL, 500).p_value < 0.01
    assert health_difference(scores(0, 1.0), scores(1, 1.0), ILL, 500).p_value > 0.1


def test_the_p_value_of_few_photographs_is_that_of_all_exchanges():
    """Six photographs, 64 ways to change the methods' scores: counted one by one."""
    ill = np.array([1, 1, 1, 0, 0, 0], bool)
    pair = np.array([[0.9, 0.8, 0.7, 0.1, 0.2, 0.3], [0.4, 0.1, 0.6, 0.5, 0.2, 0.3]])
    differences = []
    for swapped in itertools.product([0, 1], repeat=6):
        places = np.array(swapped), np.arange(6)
        differences.append(roc_auc_score(ill, pair[places]) - roc_auc_score(ill, pair[1 - places[0], places[1]]))
    observed = roc_auc_score(ill, pair[0]) - roc_auc_score(ill, pair[1])
    expected = 2 * np.mean(np.array(differences) >= observed - 1e-9)
    assert health_difference(*pair, ill, 1000).p_value == pytest.approx(expected)


def test_the_same_scores_do_not_differ():
    found = health_difference(scores(0, 1.0), scores(0, 1.0), ILL, 100)
    assert (found.area.low, found.area.estimate, found.area.high) == (0, 0, 0)
    assert found.p_value == 1


def test_photographs_of_one_kind_are_an_error():
    with pytest.raises(RofiError, match="60 of 60 photographs diseased"):
        health_difference(scores(0, 0.0), scores(1, 0.0), np.ones(60, bool))


def test_scores_of_other_photographs_are_an_error():
    with pytest.raises(RofiError, match="60 and 59 scores"):
        health_difference(scores(0, 0.0), scores(1, 0.0)[1:], ILL)


def test_a_score_that_is_not_finite_is_an_error():
    with pytest.raises(RofiError, match="finite"):
        health_difference(np.where(ILL, np.nan, 0.0), scores(1, 0.0), ILL)
