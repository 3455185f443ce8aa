"""Sampling weights against a skewed training set: dark skin is seen as often as light skin."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from rofi.training.faces import TrainingFaces

ITA_EDGES = (-30.0, 10.0, 28.0, 41.0, 55.0)
"""Borders of the six skin classes, degrees of the individual typology angle (Chardon et al. 1991)."""
MOST_WEIGHT = 4.0
"""Limit of how much oftener a rare class is drawn: few faces seen too often would be learned by heart."""
_CHEEK_POINTS = (50, 280)


def typology_angles(faces: TrainingFaces) -> NDArray[np.float64]:
    """Individual typology angle of both cheeks' median colour, degrees; dark below 10, light above 41; (N,)."""
    radius = faces.view // 32
    angles = np.empty(len(faces))
    for i, (view, mesh) in enumerate(zip(faces.views, faces.meshes, strict=True)):
        patches = []
        for point in _CHEEK_POINTS:
            x, y = np.clip(np.rint(mesh[point, :2]).astype(int), radius, faces.view - radius)
            patches.append(view[y - radius : y + radius, x - radius : x + radius].reshape(-1, 3))
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
