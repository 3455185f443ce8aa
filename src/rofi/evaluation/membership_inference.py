"""Whether a model tells whom it was trained on: the likelihood-ratio attack (LiRA; Carlini et al. 2022).

Many models are trained, each on a random half of the people. For every person and model, the others serve as the
attacker's shadow models: how sure those are of the person that have seen them, and those that have not, are two
distributions, and the model's own sureness belongs to the one or the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.stats
import torch

from rofi.errors import RofiError, TooFewPairs
from rofi.evaluation.intervals import Interval, bootstrap, exact_binomial
from rofi.evaluation.sign_detection import auroc
from rofi.evaluation.verification import threshold_at_far

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

LEAST_OF_A_KIND = 4
"""People, of whom halves are drawn."""
LEAST_MODELS = 16
_LEAST_SHADOWS = 3
"""That have seen a person, and that have not, the model attacked aside."""
_NO_SPREAD = 1e-3
"""Least standard deviation: rounding alone makes less."""
_DRAWS = 1000
_ENOUGH_FOR_ONE = 64
"""Shadow models from which on each person's own variances are better than everybody's (Carlini et al. 2022, VI-C)."""


def draw_halves(diseased: npt.ArrayLike, models: int, seed: int) -> Mask:
    """Who is in the training set of which model: half of the healthy and half of the diseased, independently each time.

    All sets are of one size and one share of the diseased: what a model owes to these would drown what it owes to one
    person.

    Args:
        diseased: (P,) bool, of each person.
        models: M, an attack needs 16.
        seed: makes it repeatable.

    Returns:
        (M, P) bool; everybody is in some and out of some.

    Raises:
        TooFewPairs: fewer than four people of a kind, or too few models.
    """
    ill = np.asarray(diseased, np.bool_).ravel()
    if min(ill.sum(), (~ill).sum()) < LEAST_OF_A_KIND:
        raise TooFewPairs(
            f"{(~ill).sum()} healthy and {ill.sum()} diseased people: membership inference needs {LEAST_OF_A_KIND} of "
            "each at least; give a cohort with more patients"
        )
    if models < LEAST_MODELS:
        raise TooFewPairs(f"{models} models: membership inference needs {LEAST_MODELS} at least")
    generator = np.random.default_rng(seed)
    for _ in range(_DRAWS):
        inside = np.zeros((models, len(ill)), np.bool_)
        for row in inside:
            for kind in (ill, ~ill):
                places = np.flatnonzero(kind)
                row[generator.choice(places, len(places) // 2, replace=False)] = True
        if _enough(inside):
            return inside
    raise TooFewPairs(f"{models} models for {len(ill)} people: somebody is always in or out of too few; train more")


@dataclass(frozen=True, eq=False)
class Attack:
    """What an attacker concludes.

    Attributes:
        scores: (M, P) logarithm of the likelihood ratio that the person is in the model's training set.
        inside: (M, P) bool, whether that is so.
    """

    scores: Floats
    inside: Mask

    def true_positive_rate(self, fpr: float = 0.01) -> Interval:
        """Share of members found where a share `fpr` of the others is taken for members, over all models.

        Its interval is the exact binomial one of as many trials as there are people: what several models say of one
        person is not independent, and in the worst case all the same.

        Raises:
            TooFewPairs: too few decisions for `fpr`.
        """
        people = self.scores.shape[1]
        rate = true_positive_rate(self.scores[self.inside], self.scores[~self.inside], fpr)
        interval = exact_binomial(round(rate * people), people)
        return Interval(rate, interval.low, interval.high)

    def area(self, resamples: int = 500, seed: int = 0) -> Interval:
        """Area under the curve of the attack, over all models, with its BCa bootstrap interval over people."""

        def of(chosen: npt.NDArray[np.int64]) -> float:
            scores, inside = self.scores[:, chosen], self.inside[:, chosen]
            return auroc(scores[inside], scores[~inside])

        return bootstrap(of, np.arange(self.scores.shape[1]), resamples=resamples, seed=seed)


def likelihood_ratios(confidences: npt.ArrayLike, inside: npt.ArrayLike) -> Attack:
    """Attack each model with all others as shadow models.

    Args:
        confidences: (M, P) log(p / (1 - p)), where p is the model's probability for the person's true label, on the
            photograph that the attacker has of them.
        inside: (M, P) bool, whether the person is in the model's training set.

    Returns:
        Scores by normal distributions with each person's own means; from 65 models on with their own variances too,
        before that with the mean variances over people.

    Raises:
        RofiError: other shapes, a confidence that is not finite, or a person in or out of too few models.
    """
    values, seen = np.asarray(confidences, np.float64), np.asarray(inside, np.bool_)
    if values.ndim != 2 or values.shape != seen.shape or not np.isfinite(values).all():
        raise RofiError(f"confidences {values.shape} and memberships {seen.shape}: give finite ones of the same (M, P)")
    if not _enough(seen):
        raise RofiError(
            f"{len(seen)} models: everybody must be in the training sets of {_LEAST_SHADOWS + 1} and out of as many"
        )
    scores = np.empty_like(values)
    for target in range(len(values)):
        others = np.arange(len(values)) != target
        scores[target] = _log_density(values[target], values[others], seen[others]) - _log_density(
            values[target], values[others], ~seen[others]
        )
    return Attack(scores, seen)


def true_positive_rate(members: npt.ArrayLike, others: npt.ArrayLike, fpr: float) -> float:
    """Share of members whose score is above the threshold that a share `fpr` of the others passes.

    Args:
        members: (N,) scores, the higher the likelier a member.
        others: (K,) likewise; needs K >= 1 / fpr to say anything.
        fpr: false positive rate, in (0, 1).

    Raises:
        TooFewPairs: no member, or others too few.
        RofiError: `fpr` is not in (0, 1), or a score is not a number.
    """
    of_members, of_others = np.asarray(members, np.float64).ravel(), np.asarray(others, np.float64).ravel()
    if not len(of_members) or (0 < fpr < 1 and len(of_others) * fpr < 1 - 1e-9):
        raise TooFewPairs(
            f"{len(of_members)} decisions on members and {len(of_others)} on others: a false positive rate of {fpr:g} "
            "needs one and 1 / rate at least; give more people or models"
        )
    if np.isnan(of_members).any():
        raise RofiError("a score is not a number: leave that person out and count it")
    return float((of_members > threshold_at_far(torch.from_numpy(of_others), fpr)).mean())


def _enough(inside: Mask) -> bool:
    counts = inside.sum(0)
    return bool((np.minimum(counts, len(inside) - counts) > _LEAST_SHADOWS).all())


def _log_density(values: Floats, shadows: Floats, chosen: Mask) -> Floats:
    """(P,) of values, by the normal distributions of the chosen shadows (S, P)."""
    counts = chosen.sum(0)
    means = np.where(chosen, shadows, 0).sum(0) / counts
    squares = (np.where(chosen, shadows - means, 0) ** 2).sum(0)
    if len(shadows) >= _ENOUGH_FOR_ONE:
        variances = squares / (counts - 1)
    else:
        variances = np.full(len(values), squares.sum() / (counts - 1).sum())
    return np.asarray(scipy.stats.norm.logpdf(values, means, np.maximum(np.sqrt(variances), _NO_SPREAD)), np.float64)
