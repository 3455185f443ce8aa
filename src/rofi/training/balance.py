"""Sampling weights against a skewed training set: dark skin is seen as often as light skin."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rofi.faces.skin_tone import ITA_EDGES

MOST_WEIGHT = 4.0
"""Limit of how much oftener a rare class is drawn: few faces seen too often would be learned by heart."""


def sampling_weights(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights that even out the skin classes, at most `MOST_WEIGHT` times the commonest; mean 1; (N,)."""
    classes = np.digitize(angles, ITA_EDGES)
    counts = np.bincount(classes, minlength=len(ITA_EDGES) + 1)
    weights = np.minimum(counts.max() / np.maximum(counts, 1), MOST_WEIGHT)[classes]
    result: NDArray[np.float64] = weights / weights.mean()
    return result
