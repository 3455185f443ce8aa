"""Confidence intervals, so that no rate or mean is reported bare."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.stats
from numpy.typing import ArrayLike, NDArray

from rofi.errors import RofiError


@dataclass(frozen=True)
class Interval:
    """An estimate and the two-sided confidence interval around it."""

    estimate: float
    low: float
    high: float


def exact_binomial(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """A share with its exact (Clopper-Pearson) confidence interval.

    Args:
        successes: how often it came out so, 0 to `trials`.
        trials: independent trials, at least 1.
        confidence: in (0, 1).

    Raises:
        RofiError: numbers out of these ranges.
    """
    _check(confidence)
    if trials < 1 or not 0 <= successes <= trials:
        raise RofiError(
            f"{successes} successes in {trials} trials: give 0 to {max(trials, 1)} successes in at least 1 trial"
        )
    interval = scipy.stats.binomtest(successes, trials).proportion_ci(confidence_level=confidence, method="exact")
    return Interval(successes / trials, float(interval.low), float(interval.high))


def bootstrap_mean(values: ArrayLike, confidence: float = 0.95, resamples: int = 9999, seed: int = 0) -> Interval:
    """A mean with its bootstrap confidence interval, bias-corrected and accelerated (BCa; Efron 1987).

    Args:
        values: (N,) independent values, at least two: one per person, not one per image, where a person has several.
        confidence: in (0, 1).
        resamples: number of bootstrap samples.
        seed: makes the interval repeatable.

    Returns:
        The interval; of no width if all values are equal.

    Raises:
        RofiError: fewer than two values, one that is not finite, or a confidence out of range.
    """
    _check(confidence)
    sample = np.asarray(values, dtype=np.float64).ravel()
    if len(sample) < 2 or not np.isfinite(sample).all():
        raise RofiError(
            f"{len(sample)} values, {int(np.isfinite(sample).sum())} finite: a bootstrap needs two or more, all finite"
        )
    mean = float(sample.mean())
    if np.ptp(sample) == 0:  # the acceleration of BCa is 0 / 0 there
        return Interval(mean, mean, mean)
    interval = scipy.stats.bootstrap(
        (sample,),
        np.mean,
        vectorized=True,
        batch=max(1, 2**22 // len(sample)),
        n_resamples=resamples,
        confidence_level=confidence,
        method="BCa",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return Interval(mean, float(interval.low), float(interval.high))


def bootstrap(
    statistic: Callable[..., Any],
    *samples: ArrayLike,
    paired: bool = False,
    vectorized: bool = False,
    confidence: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Interval:
    """Any statistic with its bootstrap confidence interval, bias-corrected and accelerated (BCa; Efron 1987).

    Where BCa is not defined, as when nearly all resamples give one value, the percentile interval of the resamples in
    which the statistic is defined stands in for it.

    Args:
        statistic: takes as many (n,) arrays as there are samples, gives a number; NaN where it is not defined.
        samples: one or more of (N_i,) independent values, at least two each; one per patient.
        paired: the samples are of the same individuals, who are drawn whole; the samples are of one length then.
        vectorized: `statistic` takes `axis` and works along it, which is much quicker.
        confidence: in (0, 1).
        resamples: number of bootstrap samples.
        seed: makes the interval repeatable.

    Returns:
        The interval; of no width if the statistic is the same in all resamples.

    Raises:
        RofiError: no sample, fewer than two values, lengths that do not fit, a confidence out of range, or a statistic
            not defined on the samples or on most of the resamples.
    """
    _check(confidence)
    data = tuple(np.asarray(sample).ravel() for sample in samples)
    if not data or min(map(len, data)) < 2:
        raise RofiError(f"samples of {[len(sample) for sample in data]} values: a bootstrap needs two or more of each")
    if paired and len({len(sample) for sample in data}) > 1:
        raise RofiError(f"paired samples of {[len(sample) for sample in data]} values: give them one length")
    estimate = float(statistic(*data, axis=-1) if vectorized else statistic(*data))
    if not np.isfinite(estimate):
        raise RofiError(f"samples of {[len(sample) for sample in data]} values: the statistic is not defined on them")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # BCa not defined and resamples of one value are met below
        result = scipy.stats.bootstrap(
            data,
            statistic,
            vectorized=vectorized,
            paired=paired,
            batch=max(1, 2**22 // max(map(len, data))) if vectorized else None,
            n_resamples=resamples,
            confidence_level=confidence,
            method="BCa",
            rng=np.random.default_rng(seed),
        )
    low, high = result.confidence_interval
    if not (np.isfinite(low) and np.isfinite(high)):
        low, high = _percentiles(np.asarray(result.bootstrap_distribution, np.float64), confidence)
    return Interval(estimate, float(low), float(high))


def _percentiles(distribution: NDArray[np.float64], confidence: float) -> tuple[float, float]:
    defined = distribution[np.isfinite(distribution)]
    if 2 * len(defined) < len(distribution):
        raise RofiError(
            f"the statistic is defined on {len(defined)} of {len(distribution)} resamples only: give more individuals"
        )
    low, high = np.quantile(defined, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def _check(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise RofiError(f"confidence {confidence} is not in (0, 1); 0.95 is usual")
