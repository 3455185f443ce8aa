import numpy as np
import pytest
import scipy.stats

from rofi.errors import RofiError
from rofi.evaluation.intervals import bootstrap_mean
from rofi.evaluation.tests_of_difference import (
    fisher_fewer,
    holm,
    kruskal_wallis,
    mcnemar_exact,
    paired_difference,
    wilcoxon_signed_rank,
)


@pytest.mark.parametrize(("rival", "published"), [((42, 1200), 0.000099), ((38, 1200), 0.000529)])
def test_fisher_gives_the_papers_p_values(rival, published):
    """Section 2.6: 14 of 1200 faces recognised against Digital Mask's 42 and G2Face's 38."""
    assert fisher_fewer((14, 1200), rival).p_value == pytest.approx(published, abs=5e-7)


def test_fisher_of_the_lady_tasting_tea():
    """All four cups right of eight: 1 / 70 (Fisher 1935); seen from the other side, certain."""
    assert fisher_fewer((0, 4), (4, 4)).p_value == pytest.approx(1 / 70)
    assert fisher_fewer((4, 4), (0, 4)).p_value == pytest.approx(1)


def test_mcnemar_is_a_sign_test_of_the_discordant_pairs():
    """9 against 2: the binomial test of 2 in 11."""
    first = [True] * 9 + [False] * 2 + [True] * 20 + [False] * 5
    second = [False] * 9 + [True] * 2 + [True] * 20 + [False] * 5
    outcome = mcnemar_exact(first, second)
    assert outcome.statistic == 2
    assert outcome.p_value == pytest.approx(scipy.stats.binomtest(2, 11).pvalue)


def test_mcnemar_of_equal_methods():
    assert mcnemar_exact([True, False], [True, False]).p_value == 1


def test_wilcoxon_of_darwins_maize():
    """Heights of crossed and self-fertilised plants in eighths of an inch (Darwin 1876): W = 24, P = 0.041."""
    differences = [6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75]
    outcome = wilcoxon_signed_rank(differences, np.zeros(15))
    assert outcome.statistic == 24
    assert outcome.p_value == pytest.approx(0.0413, abs=1e-4)


def test_wilcoxon_one_sided_is_said_of_the_first():
    lower, higher = np.arange(10.0), np.arange(10.0) + np.arange(1, 11)
    assert wilcoxon_signed_rank(lower, higher, "less").p_value == pytest.approx(0.5**10)
    assert wilcoxon_signed_rank(lower, higher, "greater").p_value == pytest.approx(1)


def test_wilcoxon_of_equal_values():
    outcome = wilcoxon_signed_rank([1, 2, 3], [1, 2, 3])
    assert (outcome.statistic, outcome.p_value) == (0, 1)


def test_paired_difference_is_the_mean_of_differences():
    first, second = np.array([3.0, 5, 9, 4]), np.array([1.0, 4, 9, 1])
    assert paired_difference(first, second, resamples=499) == bootstrap_mean([2, 1, 0, 3], resamples=499)


def test_kruskal_of_hand_worked_ranks():
    """Ranks 1-3, 4-6, 7-9: H = 12 / (9 10) (36 + 225 + 576) / 3 - 3 10 = 7.2, chi-squared with two degrees."""
    outcome = kruskal_wallis([1, 2, 3], [4, 5, 6], [7, 8, 9])
    assert outcome.statistic == pytest.approx(7.2)
    assert outcome.p_value == pytest.approx(np.exp(-7.2 / 2))


def test_kruskal_of_equal_values():
    outcome = kruskal_wallis([1, 1], [1, 1, 1])
    assert (outcome.statistic, outcome.p_value) == (0, 1)


def test_holm_by_hand():
    """Sorted 0.01, 0.02, 0.03, 0.04 times 4, 3, 2, 1; none below one before it."""
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx((0.06, 0.04, 0.06, 0.06))


def test_holm_stays_in_range_and_of_nothing_is_nothing():
    assert holm([0.9, 0.8]) == (1, 1)
    assert holm([]) == ()


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_what_is_no_probability_is_an_error(p):
    with pytest.raises(RofiError, match=r"\[0, 1\]"):
        holm([0.5, p])


@pytest.mark.parametrize(("first", "second"), [((1, 0), (1, 2)), ((3, 2), (1, 2)), ((1, 2), (-1, 2))])
def test_fisher_of_impossible_counts_is_an_error(first, second):
    with pytest.raises(RofiError, match="trials"):
        fisher_fewer(first, second)


@pytest.mark.parametrize(("first", "second"), [([True], [True, False]), ([], [])])
def test_mcnemar_on_other_cases_or_none_is_an_error(first, second):
    with pytest.raises(RofiError, match="same cases"):
        mcnemar_exact(first, second)


@pytest.mark.parametrize("test", [wilcoxon_signed_rank, paired_difference])
@pytest.mark.parametrize(
    ("first", "second", "message"),
    [([1, 2], [1, 2, 3], "same two or more"), ([1], [2], "two or more"), ([1, float("nan")], [1, 2], "finite")],
)
def test_pairs_that_no_test_takes_are_an_error(test, first, second, message):
    with pytest.raises(RofiError, match=message):
        test(first, second)


def test_an_unknown_alternative_is_an_error():
    with pytest.raises(RofiError, match="'smaller'"):
        wilcoxon_signed_rank([1, 2], [3, 4], "smaller")


@pytest.mark.parametrize("groups", [([1, 2],), ([1, 2], []), ([1, 2], [float("inf")])])
def test_groups_that_no_test_takes_are_an_error(groups):
    with pytest.raises(RofiError, match="two or more, none empty, all finite"):
        kruskal_wallis(*groups)
