import numpy as np
import pytest
import scipy.stats

from rofi.errors import RofiError
from rofi.evaluation.intervals import Interval, bootstrap, bootstrap_mean, exact_binomial


@pytest.mark.parametrize(("successes", "trials"), [(7, 51), (50, 51), (1, 1000)])
def test_exact_binomial_agrees_with_the_beta_distribution(successes, trials):
    """Clopper and Pearson's limits are beta quantiles."""
    interval = exact_binomial(successes, trials, confidence=0.9)
    assert interval.estimate == successes / trials
    assert interval.low == pytest.approx(scipy.stats.beta.ppf(0.05, successes, trials - successes + 1))
    assert interval.high == pytest.approx(scipy.stats.beta.ppf(0.95, successes + 1, trials - successes))


def test_exact_binomial_of_none_and_of_all():
    """Of n trials none: the limit solves (1 - p)^n = 0.025; for n = 10 that is 0.3085."""
    assert exact_binomial(0, 10).low == 0
    assert exact_binomial(0, 10).high == pytest.approx(1 - 0.025 ** (1 / 10))
    assert exact_binomial(10, 10).low == pytest.approx(0.025 ** (1 / 10))
    assert exact_binomial(10, 10).high == 1


def test_bootstrap_of_many_normal_values_agrees_with_the_t_interval():
    values = np.random.default_rng(0).normal(3, 2, 400)
    interval = bootstrap_mean(values, resamples=2999)
    low, high = scipy.stats.t.interval(0.95, len(values) - 1, values.mean(), scipy.stats.sem(values))
    assert interval.estimate == pytest.approx(values.mean())
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=0.03)


def test_bootstrap_of_skewed_values_leans_to_the_long_tail():
    values = np.random.default_rng(1).exponential(1, 40)
    interval = bootstrap_mean(values, resamples=2999)
    assert interval.high - interval.estimate > interval.estimate - interval.low


def test_bootstrap_repeats_with_its_seed():
    values = np.random.default_rng(2).normal(size=20)
    assert bootstrap_mean(values, resamples=199, seed=5) == bootstrap_mean(values, resamples=199, seed=5)
    assert bootstrap_mean(values, resamples=199, seed=5) != bootstrap_mean(values, resamples=199, seed=6)


def test_bootstrap_of_equal_values_has_no_width():
    assert bootstrap_mean([0.5, 0.5, 0.5]) == Interval(0.5, 0.5, 0.5)


@pytest.mark.parametrize(("successes", "trials"), [(-1, 5), (6, 5), (0, 0)])
def test_impossible_counts_are_an_error(successes, trials):
    with pytest.raises(RofiError, match="trial"):
        exact_binomial(successes, trials)


@pytest.mark.parametrize("values", [[], [1.0], [1.0, float("nan")], [1.0, float("inf")]])
def test_values_that_no_bootstrap_takes_are_an_error(values):
    with pytest.raises(RofiError, match="two or more"):
        bootstrap_mean(values)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95])
def test_an_impossible_confidence_is_an_error(confidence):
    with pytest.raises(RofiError, match="confidence"):
        exact_binomial(1, 2, confidence)
    with pytest.raises(RofiError, match="confidence"):
        bootstrap_mean([1.0, 2.0], confidence)


def test_bootstrap_of_a_mean_is_that_of_the_mean():
    values = np.random.default_rng(3).normal(size=30)
    assert bootstrap(np.mean, values, vectorized=True, resamples=499) == bootstrap_mean(values, resamples=499)


def test_paired_bootstrap_of_a_correlation_agrees_with_fishers_z():
    generator = np.random.default_rng(4)
    x = generator.normal(size=300)
    y = 0.7 * x + generator.normal(size=300)
    interval = bootstrap(lambda a, b: np.corrcoef(a, b)[0, 1], x, y, paired=True, resamples=1500)
    exact = scipy.stats.pearsonr(x, y).confidence_interval()
    assert (interval.low, interval.high) == pytest.approx((exact.low, exact.high), abs=0.02)


def test_bootstrap_of_independent_samples_agrees_with_welch():
    generator = np.random.default_rng(5)
    x, y = generator.normal(1, 1, 120), generator.normal(0, 2, 150)
    interval = bootstrap(lambda a, b: a.mean() - b.mean(), x, y, resamples=1500)
    exact = scipy.stats.ttest_ind(x, y, equal_var=False).confidence_interval()
    assert (interval.low, interval.high) == pytest.approx((exact.low, exact.high), abs=0.05)


def test_bootstrap_where_bca_is_not_defined_takes_percentiles():
    """A maximum that 1 of 3 values has: BCa's correction is defined or not, the limits stay among the values."""
    interval = bootstrap(np.max, [0.0, 0.0, 1.0], resamples=199)
    assert interval.estimate == 1
    assert 0 <= interval.low <= interval.high <= 1


def test_bootstrap_leaves_out_resamples_without_a_value():
    """The mean of what is positive is not defined where none is drawn."""

    def positive_mean(values):
        return values[values > 0].mean() if (values > 0).any() else np.nan

    interval = bootstrap(positive_mean, [1.0, 2, 3, -1, -1], resamples=499)
    assert 1 <= interval.low < 2 < interval.high <= 3


def test_bootstrap_of_one_value_has_no_width():
    assert bootstrap(np.median, [2.0, 2.0, 2.0], resamples=99) == Interval(2, 2, 2)


def test_a_statistic_that_is_nearly_never_defined_is_an_error():
    def defined_on_the_sample_only(values):
        return 1.0 if len(set(values.tolist())) == 6 else np.nan

    with pytest.raises(RofiError, match="of 99 resamples"):
        bootstrap(defined_on_the_sample_only, [1.0, 2, 3, 4, 5, 6], resamples=99)


def test_a_statistic_that_is_not_defined_is_an_error():
    with pytest.raises(RofiError, match="not defined"):
        bootstrap(lambda values: np.nan, [1.0, 2.0])


@pytest.mark.parametrize("samples", [(), ([1.0],), ([1.0, 2.0], [1.0])])
def test_samples_that_no_bootstrap_takes_are_an_error(samples):
    with pytest.raises(RofiError, match="two or more"):
        bootstrap(np.mean, *samples)


def test_paired_samples_of_other_lengths_are_an_error():
    with pytest.raises(RofiError, match="one length"):
        bootstrap(lambda a, b: a.mean() - b.mean(), [1.0, 2.0], [1.0, 2.0, 3.0], paired=True)
