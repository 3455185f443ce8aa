import numpy as np
import pytest
import scipy.stats
import sklearn.metrics

from rofi.errors import RofiError
from rofi.evaluation.agreement import cohen_kappa, majority_vote, matthews, sensitivity


def answers(table: list[list[int]], names: str = "abcd") -> tuple[list[str], list[str]]:
    """Two judges' answers that give a table of counts; rows are the first's."""
    pairs = [(names[i], names[j]) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def test_kappa_of_cohens_textbook_table():
    """20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: (0.7 - 0.5) / (1 - 0.5) = 0.4.

    Limits: Fleiss, Cohen and Everitt's variance worked out by hand, 0.127 = its root.
    """
    interval = cohen_kappa(*answers([[20, 5], [10, 15]]))
    assert interval.estimate == pytest.approx(0.4)
    a = 0.4 * (1 - (0.5 + 0.6) * 0.6) ** 2 + 0.3 * (1 - (0.5 + 0.4) * 0.6) ** 2
    b = 0.6**2 * (0.1 * (0.6 + 0.5) ** 2 + 0.2 * (0.4 + 0.5) ** 2)
    c = (0.4 - 0.5 * 0.6) ** 2
    deviation = np.sqrt((a + b - c) / (50 * 0.5**2))
    assert interval.high - interval.low == pytest.approx(2 * 1.959964 * deviation)


def test_kappa_of_many_classes_agrees_with_sklearn_and_ignores_their_names():
    generator = np.random.default_rng(0)
    one = generator.integers(0, 11, 200)
    other = np.where(generator.random(200) < 0.7, one, generator.integers(0, 11, 200))
    interval = cohen_kappa(one, other)
    assert interval.estimate == pytest.approx(sklearn.metrics.cohen_kappa_score(one, other))
    assert cohen_kappa([f"disease {x}" for x in one], [f"disease {x}" for x in other]) == interval


def test_kappa_interval_holds_the_true_value_as_often_as_it_says():
    """Judges who agree in 80 % of cases of two equal classes: the true kappa is 0.6."""
    generator = np.random.default_rng(1)
    held = 0
    for _ in range(200):
        one = generator.random(100) < 0.5
        interval = cohen_kappa(one, one ^ (generator.random(100) < 0.2))
        held += interval.low <= 0.6 <= interval.high
    assert scipy.stats.binomtest(held, 200, 0.95).pvalue > 0.001


def test_complete_agreement_is_no_certainty():
    """Ten of ten, half and half: Clopper and Pearson's lower limit is 0.025 ** 0.1 = 0.6915; (that - 0.5) / 0.5."""
    interval = cohen_kappa(*answers([[5, 0], [0, 5]]))
    assert (interval.estimate, interval.high) == (1, 1)
    assert interval.low == pytest.approx(2 * 0.025**0.1 - 1)


def test_complete_disagreement_is_no_certainty():
    interval = cohen_kappa(*answers([[0, 5], [5, 0]]))
    assert (interval.estimate, interval.low) == (-1, -1)
    assert interval.high == pytest.approx(1 - 2 * 0.025**0.1)


def test_a_judge_who_always_says_the_same_agrees_by_chance():
    interval = cohen_kappa(*answers([[6, 0], [4, 0]]))
    assert interval.estimate == pytest.approx(0)
    assert interval.low < -0.1 < 0.1 < interval.high


def test_one_class_throughout_says_next_to_nothing():
    """Of 20 the limit is p = 0.025 ** 0.05; kappa may be as low as of a table [[p, q], [q, 0]], q = (1 - p) / 2."""
    interval = cohen_kappa(["healthy"] * 20, ["healthy"] * 20)
    p = 0.025 ** (1 / 20)
    q = (1 - p) / 2
    by_chance = (p + q) ** 2 + q**2
    assert (interval.estimate, interval.high) == (1, 1)
    assert interval.low == pytest.approx((p - by_chance) / (1 - by_chance))


def test_kappa_limits_stay_in_range():
    """The paper prints 1.0154 as the upper limit of a kappa."""
    assert cohen_kappa(*answers([[20, 1], [0, 20]])).high == 1


@pytest.mark.parametrize("classes", [2, 5])
def test_matthews_agrees_with_sklearn_and_its_bootstrap(classes):
    generator = np.random.default_rng(classes)
    truth = generator.integers(0, classes, 80)
    predicted = np.where(generator.random(80) < 0.6, truth, generator.integers(0, classes, 80))
    interval = matthews(truth, predicted, resamples=400, seed=3)
    assert interval.estimate == pytest.approx(sklearn.metrics.matthews_corrcoef(truth, predicted))
    reference = scipy.stats.bootstrap(
        (truth, predicted),
        sklearn.metrics.matthews_corrcoef,
        paired=True,
        vectorized=False,
        n_resamples=400,
        rng=np.random.default_rng(3),
    ).confidence_interval
    assert (interval.low, interval.high) == pytest.approx((reference.low, reference.high), abs=1e-9)


def test_matthews_of_hand_worked_counts():
    """6 true positives, 1 false, 2 missed, 3 true negatives: (6 3 - 1 2) / sqrt(7 8 4 5)."""
    truth, predicted = answers([[6, 2], [1, 3]])
    assert matthews(truth, predicted, resamples=99).estimate == pytest.approx(16 / np.sqrt(7 * 8 * 4 * 5))


def test_matthews_of_all_right_is_no_certainty():
    interval = matthews(*answers([[5, 0], [0, 5]]), resamples=99)
    assert (interval.estimate, interval.high) == (1, 1)
    assert interval.low == pytest.approx(2 * 0.025**0.1 - 1)


def test_matthews_of_one_predicted_class_is_0_within_a_width():
    interval = matthews(*answers([[5, 0], [5, 0]]), resamples=99)
    assert interval.estimate == 0
    assert interval.low < 0 < interval.high


def test_sensitivity_counts_the_ill_only():
    """3 of 4 ill are found; the false alarm does not count. Exact limits by beta quantiles."""
    interval = sensitivity([1, 1, 1, 1, 0, 0], [1, 1, 1, 0, 1, 0])
    assert interval.estimate == 0.75
    assert interval.low == pytest.approx(scipy.stats.beta.ppf(0.025, 3, 2))
    assert interval.high == pytest.approx(scipy.stats.beta.ppf(0.975, 4, 1))


def test_a_sensitivity_of_all_is_not_100_to_100():
    assert sensitivity([True] * 40, [True] * 40).low == pytest.approx(0.025 ** (1 / 40))


def test_majority_of_three_ophthalmologists():
    assert majority_vote(["ptosis", "healthy", "ptosis"]) == "ptosis"
    assert majority_vote([True, False, False]) is False
    assert majority_vote(["ptosis"]) == "ptosis"


def test_no_majority_in_a_tie():
    assert majority_vote(["ptosis", "healthy", "strabismus"]) is None
    assert majority_vote([1, 1, 2, 2, 3]) is None


def test_no_votes_are_an_error():
    with pytest.raises(RofiError, match="no votes"):
        majority_vote([])


@pytest.mark.parametrize("judge", [cohen_kappa, matthews])
@pytest.mark.parametrize(("one", "other"), [([1, 2], [1]), ([], []), ([1], [1])])
def test_answers_on_other_cases_or_on_too_few_are_an_error(judge, one, other):
    with pytest.raises(RofiError, match="two or more cases"):
        judge(one, other)


@pytest.mark.parametrize("judge", [cohen_kappa, matthews])
@pytest.mark.parametrize("missing", [None, float("nan")])
def test_a_missing_answer_is_an_error(judge, missing):
    with pytest.raises(RofiError, match="missing"):
        judge([1.0, missing], [1.0, 2.0])


@pytest.mark.parametrize("judge", [cohen_kappa, matthews, sensitivity])
def test_an_impossible_confidence_is_an_error(judge):
    with pytest.raises(RofiError, match="confidence"):
        judge([1, 0, 1], [1, 0, 0], confidence=95)


def test_nobody_ill_is_an_error():
    with pytest.raises(RofiError, match="none of 2"):
        sensitivity([0, 0], [1, 0])


def test_states_of_other_patients_are_an_error():
    with pytest.raises(RofiError, match="same patients"):
        sensitivity([1, 0], [1])
