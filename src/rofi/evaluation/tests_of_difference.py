"""Whether a difference between methods or groups is more than chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.stats
from numpy.typing import ArrayLike, NDArray
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

from rofi.errors import RofiError
from rofi.evaluation.intervals import Interval, bootstrap_mean


@dataclass(frozen=True)
class Outcome:
    """What a test says.

    Attributes:
        statistic: of the test.
        p_value: probability of a statistic at least as extreme were there no difference, in [0, 1].
    """

    statistic: float
    p_value: float


def mcnemar_exact(first: ArrayLike, second: ArrayLike) -> Outcome:
    """Whether two methods succeed equally often on the same cases: McNemar's test, exact and two-sided.

    Args:
        first: (N,) bool, whether one method succeeds with each of the independent cases.
        second: (N,) bool, likewise of the other.

    Returns:
        The statistic is the smaller number of cases with which one method alone succeeds.

    Raises:
        RofiError: other lengths, or no case.
    """
    one, other = np.asarray(first, np.bool_).ravel(), np.asarray(second, np.bool_).ravel()
    if len(one) != len(other) or len(one) == 0:
        raise RofiError(f"{len(one)} and {len(other)} successes: give both methods' with the same cases, at least one")
    both, first_alone, second_alone = (one & other).sum(), (one & ~other).sum(), (~one & other).sum()
    table = [[both, first_alone], [second_alone, (~one & ~other).sum()]]
    result = mcnemar(table, exact=True)
    return Outcome(float(result.statistic), float(result.pvalue))


def wilcoxon_signed_rank(first: ArrayLike, second: ArrayLike, alternative: str = "two-sided") -> Outcome:
    """Whether paired values differ: Wilcoxon's signed-rank test; pairs without a difference do not count.

    Args:
        first: (N,) values of independent cases, at least two.
        second: (N,) other values of the same cases.
        alternative: "two-sided", or "less" or "greater" said of `first`.

    Returns:
        Statistic 0 and p-value 1 where no pair differs.

    Raises:
        RofiError: other lengths, fewer than two, a value that is not finite, or an unknown alternative.
    """
    one, other = _paired(first, second)
    if alternative not in ("two-sided", "less", "greater"):
        raise RofiError(f"alternative {alternative!r}: give 'two-sided', 'less' or 'greater'")
    if (one == other).all():
        return Outcome(0.0, 1.0)
    result = scipy.stats.wilcoxon(one, other, alternative=alternative)
    return Outcome(float(result.statistic), float(result.pvalue))


def paired_difference(
    first: ArrayLike, second: ArrayLike, confidence: float = 0.95, resamples: int = 9999, seed: int = 0
) -> Interval:
    """Mean of `first` minus `second` over the same cases, with its BCa bootstrap interval.

    For another statistic than the mean see `intervals.bootstrap` with `paired`.

    Args:
        first: (N,) values of independent cases, at least two.
        second: (N,) other values of the same cases.
        confidence: in (0, 1).
        resamples, seed: of the bootstrap.

    Raises:
        RofiError: other lengths, fewer than two, a value that is not finite, or a confidence out of range.
    """
    one, other = _paired(first, second)
    return bootstrap_mean(one - other, confidence, resamples, seed)


def fisher_fewer(first: tuple[int, int], second: tuple[int, int]) -> Outcome:
    """Whether the first share is the smaller one: Fisher's exact test, one-tailed (paper section 2.6).

    Args:
        first: successes and trials of the share that should be smaller.
        second: of the other, from other trials.

    Returns:
        The statistic is the odds ratio of the sample; infinite or NaN where a share is 0 or 1.

    Raises:
        RofiError: no trial, or more successes than trials.
    """
    for successes, trials in (first, second):
        if trials < 1 or not 0 <= successes <= trials:
            raise RofiError(f"{successes} successes in {trials} trials: give 0 to the number of trials, at least one")
    table = [[successes, trials - successes] for successes, trials in (first, second)]
    result = scipy.stats.fisher_exact(table, alternative="less")
    return Outcome(float(result.statistic), float(result.pvalue))


def kruskal_wallis(*groups: ArrayLike) -> Outcome:
    """Whether any of several independent groups differs: the Kruskal-Wallis H test.

    Args:
        groups: two or more, of (N_i,) values, at least one each.

    Returns:
        H and its p-value by the chi-squared distribution; 0 and 1 where all values are equal.

    Raises:
        RofiError: fewer than two groups, an empty one, or a value that is not finite.
    """
    values = [np.asarray(group, np.float64).ravel() for group in groups]
    if len(values) < 2 or min(map(len, values)) == 0 or not all(np.isfinite(group).all() for group in values):
        raise RofiError(
            f"groups of {[len(group) for group in values]} values: give two or more, none empty, all finite"
        )
    if np.ptp(np.concatenate(values)) == 0:
        return Outcome(0.0, 1.0)
    result = scipy.stats.kruskal(*values)
    return Outcome(float(result.statistic), float(result.pvalue))


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """P-values corrected for there being several: the step-down method of Holm (1979).

    Args:
        p_values: of one family of tests, in any order.

    Returns:
        In the same order; below 0.05 is significant at a family-wise 5 %.

    Raises:
        RofiError: one is not in [0, 1].
    """
    if not all(0 <= p <= 1 for p in p_values):
        raise RofiError(f"p-values {list(p_values)}: all must be in [0, 1]")
    if not p_values:
        return ()
    return tuple(float(p) for p in multipletests(p_values, method="holm")[1])


def _paired(first: ArrayLike, second: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    one, other = np.asarray(first, np.float64).ravel(), np.asarray(second, np.float64).ravel()
    if len(one) != len(other) or len(one) < 2:
        raise RofiError(f"{len(one)} and {len(other)} values: give both of the same two or more cases")
    if not (np.isfinite(one).all() and np.isfinite(other).all()):
        raise RofiError("a value is not finite: leave out the cases that were not measured")
    return one, other
