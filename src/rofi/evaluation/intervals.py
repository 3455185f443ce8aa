"""Confidence intervals, so that no rate or mean is reported bare."""

from dataclasses import dataclass

import numpy as np
import scipy.stats
from numpy.typing import ArrayLike

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


def _check(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise RofiError(f"confidence {confidence} is not in (0, 1); 0.95 is usual")
