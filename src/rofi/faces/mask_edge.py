"""Smooth steps at the edge of a mask."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]


def away_from_contour(mask: Image, reach: float) -> Image:
    """(V, V) from 0 on the outer rim of a mask (V, V) to 1 well inside; holes, as the eyes', do not count.

    `reach` is the distance over which it rises, in view sides.
    """
    seen = np.pad((mask > 0.3).astype(np.uint8), 1)
    contours, _ = cv2.findContours(seen, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = cv2.drawContours(np.zeros_like(seen), contours, -1, 1, cv2.FILLED)
    return _ramp_inside(np.asarray(filled, np.uint8), mask.shape[0], reach)


def _ramp_inside(inside: npt.NDArray[np.uint8], side: int, reach: float) -> Image:
    """(V, V) smooth step over a reach from the edge of `inside` (V + 2, V + 2), the view's edge being one, too."""
    depth = cv2.distanceTransform(inside, cv2.DIST_L2, 5)[1:-1, 1:-1] / side
    return np.asarray(cv2.GaussianBlur(ramp(depth, 0, reach).astype(np.float32), (0, 0), side / 60))


def ramp(value: npt.ArrayLike, low: float | Floats, high: float | Floats) -> Floats:
    """Smooth step from 0 at `low` to 1 at `high`."""
    t = np.clip((np.asarray(value, np.float64) - low) / (high - low), 0, 1)
    step: Floats = t * t * (3 - 2 * t)
    return step
