"""Many small models of health on frozen features, each trained on some of the people, for a membership attack."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from rofi.errors import RofiError

Floats = npt.NDArray[np.float64]

STRENGTH = 1000.0
"""Inverse of the penalty: examples of unit length are known by heart with it."""
_ITERATIONS = 500


@dataclass(frozen=True, eq=False)
class ShadowModels:
    """M logistic regressions on d features.

    Attributes:
        weights: (M, d).
        offsets: (M,).
    """

    weights: Floats
    offsets: Floats

    def logits(self, features: npt.NDArray[np.floating]) -> Floats:
        """(M, Q) logits of disease for features (Q, d)."""
        return np.asarray(self.weights @ features.T.astype(np.float64) + self.offsets[:, None], np.float64)

    def confidences(self, features: npt.NDArray[np.floating], diseased: npt.ArrayLike) -> Floats:
        """(M, Q) log(p / (1 - p)) of the probability p for the truth (Q,): the logit, turned for the healthy."""
        return self.logits(features) * np.where(np.asarray(diseased, np.bool_), 1.0, -1.0)


def train_shadow_models(
    features: npt.NDArray[np.floating],
    diseased: npt.ArrayLike,
    inside: npt.NDArray[np.bool_],
    strength: float = STRENGTH,
) -> ShadowModels:
    """Fit a model on each subset of the examples.

    A penalised linear model's weights lie in the span of its examples (representer theorem), so it is fitted in
    coordinates of that span, of which there are as many as people and not as features, and nothing is lost.

    Args:
        features: (P, d), of unit length or about.
        diseased: (P,) bool.
        inside: (M, P) bool, what each model learns from; both kinds each.
        strength: inverse of the penalty; the greater, the better a model knows its examples by heart.

    Raises:
        RofiError: other shapes, a feature that is not finite, or a model with examples of one kind only.
    """
    examples, ill = np.asarray(features, np.float64), np.asarray(diseased, np.bool_).ravel()
    if examples.ndim != 2 or inside.shape != (len(inside), len(examples)) or len(ill) != len(examples):
        raise RofiError(f"features {examples.shape}, {len(ill)} labels, subsets {inside.shape}: give (P, d), P, (M, P)")
    if not np.isfinite(examples).all():
        raise RofiError("a feature is not finite: leave that photograph out")
    if any(ill[chosen].all() or not ill[chosen].any() for chosen in inside):
        raise RofiError("a model would learn from one kind of people only: give more people of the other")
    left, lengths, basis = np.linalg.svd(examples, full_matrices=False)
    coordinates = left * lengths
    weights, offsets = [], []
    for chosen in inside:
        model = LogisticRegression(C=strength, class_weight="balanced", max_iter=_ITERATIONS)
        model.fit(coordinates[chosen], ill[chosen])
        weights.append(model.coef_[0] @ basis)
        offsets.append(float(model.intercept_[0]))
    return ShadowModels(np.stack(weights), np.array(offsets))
