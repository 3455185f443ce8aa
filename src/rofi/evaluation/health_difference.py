"""By how much one reader tells health better after one method than after another, on the same photographs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.stats

from rofi.errors import RofiError
from rofi.evaluation.diagnosis.targets import UNTOLD
from rofi.evaluation.diagnosis.told_apart import macro_auroc
from rofi.evaluation.intervals import Interval, bootstrap

_AT_ONCE = 500


@dataclass(frozen=True)
class HealthDifference:
    """A difference of areas under the curve.

    Attributes:
        area: AUROC of the first scores minus that of the second, with its BCa bootstrap interval.
        p_value: two-sided permutation test in which the two methods' scores of a photograph change places.
    """

    area: Interval
    p_value: float


def health_difference(
    first: npt.ArrayLike, second: npt.ArrayLike, diseased: npt.ArrayLike, resamples: int = 2000, seed: int = 0
) -> HealthDifference:
    """Compare two methods' scores of the same independent photographs.

    Args:
        first, second: (N,) the higher, the likelier diseased.
        diseased: (N,) bool, of both kinds.
        resamples: of the bootstrap, and permutations.
        seed: makes both repeatable.

    Raises:
        RofiError: other lengths, a score that is not finite, or all photographs of one kind.
    """
    scores = np.stack(_checked(first, second))
    ill = np.asarray(diseased, np.bool_).ravel()
    if len(ill) != scores.shape[1] or ill.all() or not ill.any():
        raise RofiError(f"{ill.sum()} of {len(ill)} photographs diseased: give one answer each and both kinds")
    labels = np.where(ill, 0, UNTOLD)

    def of_chosen(chosen: npt.NDArray[np.int64], axis: int) -> Any:
        return _area(scores[0][chosen], labels[chosen]) - _area(scores[1][chosen], labels[chosen])

    def of_scores(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64], axis: int) -> Any:
        there = np.broadcast_to(labels, one.shape)
        return _area(one, there) - _area(other, there)

    test = scipy.stats.permutation_test(
        (scores[0], scores[1]),
        of_scores,
        permutation_type="samples",
        vectorized=True,
        n_resamples=resamples,
        batch=_AT_ONCE,
        rng=np.random.default_rng(seed),
    )
    interval = bootstrap(of_chosen, np.arange(len(ill)), vectorized=True, resamples=resamples, seed=seed)
    return HealthDifference(interval, float(test.pvalue))


def _area(scores: npt.NDArray[np.float64], labels: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """(...) for (..., N)."""
    return macro_auroc(scores[..., None], labels)


def _checked(first: npt.ArrayLike, second: npt.ArrayLike) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    one, other = np.asarray(first, np.float64).ravel(), np.asarray(second, np.float64).ravel()
    if len(one) != len(other) or not (np.isfinite(one).all() and np.isfinite(other).all()):
        raise RofiError(f"{len(one)} and {len(other)} scores: give both of the same photographs, all finite")
    return one, other
