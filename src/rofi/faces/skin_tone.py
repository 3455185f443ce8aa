"""How dark or light skin is, by its colour in a photograph."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

ITA_EDGES = (-30.0, 10.0, 28.0, 41.0, 55.0)
"""Borders of the six skin classes, degrees of the individual typology angle (Chardon et al. 1991)."""
CHEEK_POINTS = (50, 280)
"""Of the face mesh."""
ALIGNED_CHEEKS = ((0.25, 0.62), (0.75, 0.62))
"""Where they lie in an aligned face seen from the front, shares of the view."""


def typology_angles(views: NDArray[np.uint8], cheeks: NDArray[np.float32] | None = None) -> NDArray[np.float64]:
    """Individual typology angle of both cheeks' median colour, degrees; dark below 10, light above 41.

    Args:
        views: (N, V, V, 3) aligned faces.
        cheeks: (N, 2, 2) points x, y in pixels of the view; None: `ALIGNED_CHEEKS`.

    Returns:
        (N,).
    """
    view = views.shape[1]
    if cheeks is None:
        cheeks = np.broadcast_to(np.array(ALIGNED_CHEEKS, np.float32) * view, (len(views), 2, 2))
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
