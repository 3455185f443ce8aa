import numpy as np
import pytest
import sklearn.metrics

from rofi.errors import RofiError
from rofi.evaluation.diagnosis.targets import UNTOLD, Scores, Targets
from rofi.evaluation.diagnosis.told_apart import best_threshold, confusion, macro_auroc, told_apart


@pytest.fixture
def made():
    generator = np.random.default_rng(3)
    labels = np.concatenate([np.arange(-1, 4), generator.integers(-1, 4, 60)])
    scores = generator.normal(size=(65, 4)) + 1.2 * (labels[:, None] == np.arange(4))
    scores[5:15] = np.round(scores[5:15])  # ties
    return scores, labels


def test_macro_auroc_is_the_mean_of_sklearns_areas(made):
    scores, labels = made
    areas = [sklearn.metrics.roc_auc_score(labels == place, scores[:, place]) for place in range(4)]
    assert macro_auroc(scores, labels) == pytest.approx(np.mean(areas))


def test_resamples_are_worked_out_at_once(made):
    scores, labels = made
    chosen = np.random.default_rng(0).integers(0, 65, (3, 5, 65))
    together = macro_auroc(scores[chosen], labels[chosen])
    assert together.shape == (3, 5)
    assert together[2, 4] == pytest.approx(float(macro_auroc(scores[chosen[2, 4]], labels[chosen[2, 4]])))


def test_a_disease_that_nobody_has_does_not_count(made):
    scores, labels = made
    kept = labels != 2
    areas = [sklearn.metrics.roc_auc_score(labels[kept] == place, scores[kept, place]) for place in (0, 1, 3)]
    assert macro_auroc(scores[kept], labels[kept]) == pytest.approx(np.mean(areas))


def test_without_any_disease_there_is_no_area():
    assert np.isnan(macro_auroc(np.zeros((4, 3)), np.full(4, -1)))


def test_told_apart_is_the_mean_of_health_and_diseases():
    diseased = np.array([0.1, 0.9, 0.8, 0.2])
    diseases = np.zeros((4, 11))
    diseases[:, 0], diseases[:, 1] = [0, 0.9, 0.1, 0.3], [0, 0.1, 0.7, 0.8]
    targets = Targets(np.array([0, 1, 1, 1]), np.array([UNTOLD, 0, 1, UNTOLD]), np.zeros((4, 4), int))
    # health: all three above the healthy one; both told diseases lead their columns among the told images
    assert told_apart(Scores(diseased, diseases, np.zeros((4, 4))), targets) == 1.0


def test_of_one_kind_of_image_nothing_is_told_apart():
    targets = Targets(np.ones(2, int), np.full(2, UNTOLD), np.zeros((2, 4), int))
    assert told_apart(Scores(np.ones(2), np.zeros((2, 11)), np.zeros((2, 4))), targets) == 0.5


def test_threshold_with_the_highest_sum_of_sensitivity_and_specificity():
    scores = [0.1, 0.2, 0.3, 0.4, 0.6, 0.9, 0.95]
    diseased = [False, False, True, False, True, True, True]
    # from 0.3 on: 4/4 + 2/3; from 0.6 on: 3/4 + 3/3
    assert best_threshold(scores, diseased) == pytest.approx((0.4 + 0.6) / 2)
    assert best_threshold([0.3, 0.3], [True, False]) == 0.3


def test_a_threshold_needs_both_kinds():
    with pytest.raises(RofiError, match="2 of 2 images diseased"):
        best_threshold([0.1, 0.2], [True, True])


def test_confusion_has_a_row_for_each_true_class():
    matrix = confusion(["a", "a", "b"], ["a", "c", "b"], ["a", "b", "c"])
    assert matrix.tolist() == [[1, 0, 1], [0, 1, 0], [0, 0, 0]]
    assert confusion([], [], ["a", "b"]).tolist() == [[0, 0], [0, 0]]
