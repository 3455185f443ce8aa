"""How well a sign detector tells the diseased from the healthy, and how well it finds where the signs are."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import scipy.stats
import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from torch import Tensor

from rofi.errors import RofiError
from rofi.evaluation.intervals import Interval

THRESHOLDS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Of Table 1."""


def auroc(diseased: ArrayLike, healthy: ArrayLike) -> float:
    """Area under the receiver operating characteristic: how often a diseased image scores above a healthy one.

    The Mann-Whitney statistic over the number of pairs; of a tie one half counts, so it is exact.

    Args:
        diseased: (D,) scores of diseased images, at least one.
        healthy: (H,) scores of healthy images, at least one.

    Returns:
        In [0, 1].

    Raises:
        RofiError: either is empty, or a score is not a number.
    """
    return float(_placements(diseased, healthy)[0].mean())


def auroc_interval(diseased: ArrayLike, healthy: ArrayLike, confidence: float = 0.95) -> Interval:
    """The same with a confidence interval: DeLong's variance (DeLong et al. 1988), on the logit's scale.

    Where the two do not overlap that variance is 0, though another sample might overlap: Newcombe's score interval
    (Statistics in Medicine 25, 559, 2006, method 5) takes its place, in which the areas tell their own variance.

    Args:
        diseased: (D,) independent scores, at least two.
        healthy: (H,) independent scores, at least two.
        confidence: in (0, 1).

    Returns:
        The interval; it always has a width.

    Raises:
        RofiError: fewer than two of either, a score that is not a number, or a confidence out of range.
    """
    if not 0 < confidence < 1:
        raise RofiError(f"confidence {confidence} is not in (0, 1); 0.95 is usual")
    of_diseased, of_healthy = _placements(diseased, healthy)
    if min(len(of_diseased), len(of_healthy)) < 2:
        raise RofiError(f"{len(of_diseased)} diseased and {len(of_healthy)} healthy scores: two or more of each needed")
    area = float(of_diseased.mean())
    variance = of_diseased.var(ddof=1) / len(of_diseased) + of_healthy.var(ddof=1) / len(of_healthy)
    if not 0 < area < 1 or variance == 0:
        return _newcombe(area, len(of_diseased), len(of_healthy), confidence)
    reach = scipy.stats.norm.ppf(0.5 + confidence / 2) * np.sqrt(variance) / (area * (1 - area))
    middle = np.log(area / (1 - area))
    low, high = 1 / (1 + np.exp(-(middle + np.array([-reach, reach]))))
    return Interval(area, float(low), float(high))


def _newcombe(area: float, diseased: int, healthy: int, confidence: float) -> Interval:
    """The areas from which the found one is no further than chance, by the variance of exponential scores."""
    z = float(scipy.stats.norm.ppf(0.5 + confidence / 2))
    pairs, spare = diseased * healthy, (diseased + healthy) / 2 - 1

    def excess(true: float) -> float:
        variance = true * (1 - true) * (1 + spare * ((1 - true) / (2 - true) + true / (1 + true))) / pairs
        return (area - true) ** 2 - z**2 * variance

    hair = 1e-12  # areas of 0 and 1 have no variance and are no root that is asked for
    low = brentq(excess, 0, area - hair) if area > 0 else 0.0
    high = brentq(excess, area + hair, 1) if area < 1 else 1.0
    return Interval(area, float(low), float(high))


def _placements(diseased: ArrayLike, healthy: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each diseased score the share of healthy ones below it, for each healthy one that of diseased above it."""
    x, y = np.asarray(diseased, np.float64).ravel(), np.asarray(healthy, np.float64).ravel()
    if min(len(x), len(y)) == 0 or np.isnan(x).any() or np.isnan(y).any():
        raise RofiError(f"{len(x)} diseased and {len(y)} healthy scores: at least one of each is needed, all numbers")
    ranks = scipy.stats.rankdata(np.concatenate([x, y]))
    below = (ranks[: len(x)] - scipy.stats.rankdata(x)) / len(y)
    above = 1 - (ranks[len(x) :] - scipy.stats.rankdata(y)) / len(x)
    return below, above


def pointing_game(scores: Tensor, masks: Tensor, tolerance: int = 1) -> Tensor:
    """Whether the highest region shows the sign (Zhang et al., "Top-down neural attention", IJCV 2018).

    Args:
        scores: (N, 1, h, w) of the regions.
        masks: (N, 1, V, V) bool, where the sign is; not empty. V is a multiple of h and of w.
        tolerance: by how many regions, in any direction, the highest one may miss the sign.

    Returns:
        (N,) bool.

    Raises:
        RofiError: other shapes, or an empty mask.
    """
    _check(scores, masks)
    if not bool(masks.flatten(1).any(1).all()):
        raise RofiError("a mask is empty: there is no sign to point at; leave that image out")
    touched = F.adaptive_max_pool2d(masks.float(), scores.shape[-2:])
    around = F.max_pool2d(touched, 2 * tolerance + 1, stride=1, padding=tolerance)
    return around.flatten(1).gather(1, scores.flatten(1).argmax(1, keepdim=True)).squeeze(1) > 0


def coverage(scores: Tensor, masks: Tensor, thresholds: Sequence[float] = THRESHOLDS, reach: int = 0) -> Tensor:
    """Share of the sign's area whose score is above each threshold.

    Args:
        scores: (N, 1, h, w) in [0, 1]; enlarged bilinearly to the view.
        masks: (N, 1, V, V) bool, where the sign is; not empty.
        thresholds: T of them.
        reach: pixels by which what is above a threshold is widened, as whoever keeps the signs may do.

    Returns:
        (N, T) in [0, 1].

    Raises:
        RofiError: other shapes, or an empty mask.
    """
    _check(scores, masks)
    if not bool(masks.flatten(1).any(1).all()):
        raise RofiError("a mask is empty: there is no sign to cover; leave that image out")
    return _share(scores, masks, thresholds, reach)


def false_area(scores: Tensor, masks: Tensor, thresholds: Sequence[float] = THRESHOLDS, reach: int = 0) -> Tensor:
    """Share of the view beyond the sign whose score is above each threshold.

    Args:
        scores: (N, 1, h, w) in [0, 1]; enlarged bilinearly to the view.
        masks: (N, 1, V, V) bool, where the sign is; empty for healthy faces.
        thresholds: T of them.
        reach: pixels by which what is above a threshold is widened, as whoever keeps the signs may do.

    Returns:
        (N, T) in [0, 1].

    Raises:
        RofiError: other shapes, or a mask that leaves nothing.
    """
    _check(scores, masks)
    if bool(masks.flatten(1).all(1).any()):
        raise RofiError("a mask covers the whole view: nothing lies beyond the sign; check that mask")
    return _share(scores, ~masks, thresholds, reach)


def _share(scores: Tensor, areas: Tensor, thresholds: Sequence[float], reach: int) -> Tensor:
    enlarged = F.interpolate(scores.float(), size=areas.shape[-2:], mode="bilinear", align_corners=False)
    if reach:
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
        widened = [cv2.dilate(plane, disc) for plane in enlarged[:, 0].cpu().numpy()]
        enlarged = torch.from_numpy(np.stack(widened))[:, None].to(scores.device)
    sizes = areas.flatten(1).sum(1)
    return torch.stack([((enlarged > t) & areas).flatten(1).sum(1) / sizes for t in thresholds], dim=1)


def _check(scores: Tensor, masks: Tensor) -> None:
    if scores.ndim != 4 or masks.ndim != 4 or (len(scores), 1) != masks.shape[:2] or scores.shape[1] != 1:
        raise RofiError(
            f"scores {tuple(scores.shape)} and masks {tuple(masks.shape)}: give (N, 1, h, w) and (N, 1, V, V)"
        )
    if masks.dtype != torch.bool:
        raise RofiError(f"masks are {masks.dtype}: give true where the sign is")
