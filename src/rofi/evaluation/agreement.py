"""How far two judges agree, and how often the ill are found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any, TypeVar

import numpy as np
import scipy.stats
import sklearn.metrics
from numpy.typing import ArrayLike, NDArray
from statsmodels.stats.inter_rater import cohens_kappa

from rofi.errors import RofiError
from rofi.evaluation.intervals import Interval, bootstrap, exact_binomial

Answer = TypeVar("Answer", bound=Hashable)

_NO_VARIANCE = 1e-6
"""Below this a deviation or a width is 0 but for rounding."""


def cohen_kappa(a: Sequence[Hashable], b: Sequence[Hashable], confidence: float = 0.95) -> Interval:
    """Cohen's kappa of two judges with its asymptotic confidence interval (Fleiss, Cohen and Everitt 1969).

    Where the asymptotic variance is 0 - the judges agree always or never, or one of them gives one answer only - the
    interval would have no width. The exact limits (Clopper-Pearson) of the share of agreements take its place then,
    turned into kappas with the agreement by chance as observed.

    Where both give one and the same answer throughout, chance would agree as well and kappa is 0 / 0. It is called 1
    then, as for any complete agreement; its lower limit is the least kappa that the exact lower limit p of the share of
    agreements leaves possible, -(1 - p) / (1 + p): such answers say next to nothing.

    Args:
        a: (N,) answers of one judge, classes of any kind, at least two; of independent cases, one per patient.
        b: (N,) answers of the other on the same cases.
        confidence: in (0, 1).

    Returns:
        In [-1, 1]; the asymptotic limits are cut off there.

    Raises:
        RofiError: other lengths, a missing answer, or a confidence out of range.
    """
    codes_a, codes_b, classes = _coded(a, b)
    if not 0 < confidence < 1:
        raise RofiError(f"confidence {confidence} is not in (0, 1); 0.95 is usual")
    agreed = exact_binomial(int((codes_a == codes_b).sum()), len(codes_a), confidence)
    if classes == 1:
        return Interval(1.0, -(1 - agreed.low) / (1 + agreed.low), 1.0)
    table = np.zeros((classes, classes))
    np.add.at(table, (codes_a, codes_b), 1)
    with np.errstate(invalid="ignore"):  # where the variance is 0
        result = cohens_kappa(table)
    kappa, deviation = float(result.kappa), float(result.std_kappa)
    if np.isfinite(deviation) and deviation > _NO_VARIANCE:
        reach = scipy.stats.norm.ppf(0.5 + confidence / 2) * deviation
        low, high = kappa - reach, kappa + reach
    else:
        by_chance = float(table.sum(0) @ table.sum(1)) / len(codes_a) ** 2
        low, high = ((limit - by_chance) / (1 - by_chance) for limit in (agreed.low, agreed.high))
    return Interval(kappa, float(max(low, -1.0)), float(min(high, 1.0)))


def matthews(
    truth: Sequence[Hashable],
    predicted: Sequence[Hashable],
    confidence: float = 0.95,
    resamples: int = 2000,
    seed: int = 0,
) -> Interval:
    """Matthews correlation coefficient, for two classes or more (Gorodkin 2004), with its BCa bootstrap interval.

    Where the interval would have no width - all right, all wrong, or one class only - the resamples tell nothing. The
    exact limits (Clopper-Pearson) of the share of right answers stand in for it then, as 2 p - 1, which the coefficient
    is when the classes are equally frequent and equally well told; widened to hold the estimate.

    Args:
        truth: (N,) classes of independent cases, at least two; one per patient.
        predicted: (N,) what they were taken for.
        confidence: in (0, 1).
        resamples, seed: of the bootstrap.

    Returns:
        In [-1, 1]; 0 where truth or prediction is one class only, as scikit-learn has it.

    Raises:
        RofiError: other lengths, a missing answer, or a confidence out of range.
    """
    codes_t, codes_p, classes = _coded(truth, predicted)
    estimate = float(sklearn.metrics.matthews_corrcoef(codes_t, codes_p))

    def coefficient(t: NDArray[np.int64], p: NDArray[np.int64], axis: int) -> NDArray[np.float64]:
        # scikit-learn's takes a millisecond a resample; the same from counts, all resamples at once
        cases = t.shape[axis]
        of_truth = np.stack([(t == code).sum(axis) for code in range(classes)])
        of_predicted = np.stack([(p == code).sum(axis) for code in range(classes)])
        shared = (t == p).sum(axis) * cases - (of_truth * of_predicted).sum(0)
        spread = np.sqrt((cases**2 - (of_truth**2).sum(0)) * (cases**2 - (of_predicted**2).sum(0)).astype(np.float64))
        correlation: NDArray[np.float64] = np.divide(shared, spread, out=np.zeros(np.shape(shared)), where=spread > 0)
        return correlation

    interval = bootstrap(
        coefficient,
        codes_t,
        codes_p,
        paired=True,
        vectorized=True,
        confidence=confidence,
        resamples=resamples,
        seed=seed,
    )
    if interval.high - interval.low > _NO_VARIANCE:
        return Interval(estimate, interval.low, interval.high)
    right = exact_binomial(int((codes_t == codes_p).sum()), len(codes_t), confidence)
    return Interval(estimate, min(2 * right.low - 1, estimate), max(2 * right.high - 1, estimate))


def sensitivity(truth: ArrayLike, predicted: ArrayLike, confidence: float = 0.95) -> Interval:
    """Share of the ill who are found, with its exact binomial interval.

    Args:
        truth: (N,) bool, who is ill; one per patient.
        predicted: (N,) bool, who is taken for ill.
        confidence: in (0, 1).

    Raises:
        RofiError: other lengths, nobody is ill, or a confidence out of range.
    """
    ill, found = np.asarray(truth, np.bool_).ravel(), np.asarray(predicted, np.bool_).ravel()
    if len(ill) != len(found):
        raise RofiError(f"{len(ill)} true states and {len(found)} predicted ones: give both of the same patients")
    if not ill.any():
        raise RofiError(f"none of {len(ill)} patients is ill: sensitivity needs at least one")
    return exact_binomial(int(found[ill].sum()), int(ill.sum()), confidence)


def majority_vote(votes: Sequence[Answer]) -> Answer | None:
    """The answer that most judges of a case give (paper section 2.3: of three ophthalmologists); None in a tie.

    Raises:
        RofiError: nobody voted.
    """
    if not votes:
        raise RofiError("no votes: give the answers of at least one judge")
    first, *others = Counter(votes).most_common(2)
    return None if others and others[0][1] == first[1] else first[0]


def _coded(a: Sequence[Hashable], b: Sequence[Hashable]) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Answers as numbers of classes, and how many classes there are."""
    one, other = _listed(a), _listed(b)
    if len(one) != len(other) or len(one) < 2:
        raise RofiError(f"{len(one)} and {len(other)} answers: give both judges' on the same two or more cases")
    if any(answer is None or answer != answer for answer in one + other):  # NaN is not itself
        raise RofiError("an answer is missing: leave out the cases that a judge does not answer")
    codes = {answer: code for code, answer in enumerate(dict.fromkeys(one + other))}
    return np.array([codes[x] for x in one]), np.array([codes[x] for x in other]), len(codes)


def _listed(answers: Any) -> list[Hashable]:
    return list(answers.tolist() if isinstance(answers, np.ndarray) else answers)
