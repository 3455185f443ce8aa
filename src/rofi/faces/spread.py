"""Values known here and there, spread smoothly over a whole picture."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.float32]


def spread(values: Image, weights: Image) -> Image:
    """Values (H, W, 3), known where weights (H, W) are, spread smoothly over the rest (pull-push: Gortler 1996)."""
    if min(weights.shape) < 4:
        mean = (values * weights[..., None]).sum((0, 1)) / max(float(weights.sum()), 1e-6)
        return np.broadcast_to(mean, values.shape).astype(np.float32).copy()
    weight_below = cv2.pyrDown(weights)
    values_below = cv2.pyrDown(values * weights[..., None]) / np.maximum(weight_below, 1e-4)[..., None]
    below = spread(values_below.astype(np.float32), np.minimum(4 * weight_below, 1))
    pushed = cv2.pyrUp(below, dstsize=(values.shape[1], values.shape[0]))
    share = np.minimum(weights, 1)[..., None]
    result: Image = values * share + pushed * (1 - share)
    return result
