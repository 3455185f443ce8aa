"""Sampling weights against a skewed training set: dark skin is seen as often as light skin."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

ITA_EDGES = (-30.0, 10.0, 28.0, 41.0, 55.0)
"""Borders of the six skin classes, degrees of the individual typology angle (Chardon et al. 1991)."""
MOST_WEIGHT = 4.0
"""Limit of how much oftener a rare class is drawn: few faces seen too often would be learned by heart."""
CHEEK_POINTS = (50, 280)
"""Of the face mesh."""
ALIGNED_CHEEKS = ((0.25, 0.62), (0.75, 0.62))
"""Where they lie in an aligned face seen from the front, shares of the view."""


def typology_angles(views: NDArray[np.uint8], cheeks: NDArray[np.float32]) -> NDArray[np.float64]:
    """Individual typology angle of both cheeks' median colour, degrees; dark below 10, light above 41.

    Args:
        views: (N, V, V, 3) aligned faces.
        cheeks: (N, 2, 2) points x, y in pixels of the view.

    Returns:
        (N,).
    """
    view = views.shape[1]
    radius = view // 32
    angles = np.empty(len(views))
    for i, (face, points) in enumerate(zip(views, cheeks, strict=True)):
        patches = []
        for x, y in np.clip(np.rint(points).astype(int), radius, view - radius):
            patches.append(face[y - radius : y + radius, x - radius : x + radius].reshape(-1, 3))
        colour = np.median(np.concatenate(patches), axis=0).astype(np.float32)[None, None] / 255
        lightness, _, yellow = cv2.cvtColor(colour, cv2.COLOR_RGB2LAB)[0, 0]
        angles[i] = np.degrees(np.arctan2(lightness - 50, yellow))
    return angles


def sampling_weights(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights that even out the skin classes, at most `MOST_WEIGHT` times the commonest; mean 1; (N,)."""
    classes = np.digitize(angles, ITA_EDGES)
    counts = np.bincount(classes, minlength=len(ITA_EDGES) + 1)
    weights = np.minimum(counts.max() / np.maximum(counts, 1), MOST_WEIGHT)[classes]
    result: NDArray[np.float64] = weights / weights.mean()
    return result
