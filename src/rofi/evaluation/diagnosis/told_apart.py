"""How well a reader's scores tell patients apart: areas under curves, and where to draw the line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.stats
import sklearn.metrics

from rofi.errors import RofiError
from rofi.evaluation.diagnosis.targets import UNTOLD, Scores, Targets
from rofi.evaluation.sign_detection import auroc


def macro_auroc(diseases: npt.ArrayLike, truth: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Mean over the diseases of the area under the curve of one disease against all other images.

    Args:
        diseases: (..., N, D) score of each disease; leading dimensions, if any, are resamples.
        truth: (..., N) place of the image's disease, -1 of a healthy image.

    Returns:
        (...) in [0, 1], over the diseases that some of the images have and some have not; NaN if there are none.
    """
    scores, labels = np.asarray(diseases, np.float64), np.asarray(truth, np.int64)
    of_class = labels[..., None] == np.arange(scores.shape[-1])
    ill = of_class.sum(-2)
    others = labels.shape[-1] - ill
    ranks = scipy.stats.rankdata(scores, axis=-2)
    above = np.where(of_class, ranks, 0).sum(-2) - ill * (ill + 1) / 2  # Mann-Whitney's U, ties counting one half
    there = (ill > 0) & (others > 0)
    areas = np.divide(above, ill * others, out=np.zeros(above.shape), where=there)
    counted = there.sum(-1)
    mean = np.divide(areas.sum(-1), counted, out=np.full(counted.shape, np.nan), where=counted > 0)
    return np.asarray(mean, np.float64)


def told_apart(scores: Scores, targets: Targets) -> float:
    """Mean of the area for health and of that for the diseases; what a reader's settings are chosen by.

    Returns:
        In [0, 1]; 0.5 where the images are too few for either.
    """
    diseased, areas = targets.diseased == 1, []
    if diseased.any() and not diseased.all():
        areas.append(auroc(scores.diseased[diseased], scores.diseased[~diseased]))
    known = ~diseased | (targets.diseases != UNTOLD)
    areas.append(float(macro_auroc(scores.diseases[known], targets.diseases[known])))
    return float(np.nanmean(areas)) if np.isfinite(areas).any() else 0.5


def best_threshold(scores: npt.ArrayLike, diseased: npt.ArrayLike) -> float:
    """Where to draw the line: sensitivity and specificity in sum are highest (Youden 1950).

    Args:
        scores: (N,) the higher, the likelier diseased.
        diseased: (N,) bool, of both kinds.

    Returns:
        The score from which on an image is called diseased: half-way between two that occur.

    Raises:
        RofiError: all images are of one kind.
    """
    values, ill = np.asarray(scores, np.float64).ravel(), np.asarray(diseased, np.bool_).ravel()
    if ill.all() or not ill.any():
        raise RofiError(f"{ill.sum()} of {len(ill)} images diseased: a threshold needs both kinds")
    false, true, thresholds = sklearn.metrics.roc_curve(ill, values, drop_intermediate=False)
    at = float(thresholds[1:][np.argmax((true - false)[1:])])  # the first is infinite: nobody diseased
    below = values[values < at]
    return float((at + below.max()) / 2) if below.size else at


def confusion(truth: Sequence[str], answers: Sequence[str], classes: Sequence[str]) -> npt.NDArray[Any]:
    """(C, C) counts, a row for each true class."""
    matrix = np.zeros((len(classes), len(classes)), np.int64)
    return np.asarray(sklearn.metrics.confusion_matrix(truth, answers, labels=classes)) if len(truth) else matrix
