"""Means and shares with their 95 % intervals, as the reports print and store them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rofi.evaluation.intervals import bootstrap_mean, exact_binomial


@dataclass(frozen=True)
class Estimate:
    """A mean or a share.

    Attributes:
        value: of the `count` photographs.
        low, high: its interval; None where there is too little for one.
        least, most: of single photographs.
    """

    value: float
    low: float | None
    high: float | None
    least: float
    most: float
    count: int


def mean_of(values: Sequence[float]) -> Estimate | None:
    """Mean with its bootstrap interval; None of nothing."""
    if not values:
        return None
    low, high = None, None
    if len(values) > 1 and np.isfinite(values).all():
        interval = bootstrap_mean(values)
        low, high = interval.low, interval.high
    return Estimate(float(np.mean(values)), low, high, float(min(values)), float(max(values)), len(values))


def share_of(successes: int, trials: int) -> Estimate | None:
    """Share with its exact binomial interval; None of no trials."""
    if not trials:
        return None
    interval = exact_binomial(successes, trials)
    least, most = float(successes == trials), float(successes > 0)
    return Estimate(interval.estimate, interval.low, interval.high, least, most, trials)
