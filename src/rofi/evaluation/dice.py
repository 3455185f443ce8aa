"""How far two regions coincide."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rofi.errors import RofiError


def dice(ones: ArrayLike, others: ArrayLike) -> NDArray[np.float64]:
    """Dice coefficient of pairs of regions: twice what they share over the sum of their areas (Dice 1945).

    Args:
        ones: (N, H, W) bool, one region each.
        others: (N, H, W) bool, what each is compared with.

    Returns:
        (N,) in [0, 1]; NaN where both regions are empty, for which it is not defined.

    Raises:
        RofiError: other shapes or types.
    """
    a, b = np.asarray(ones), np.asarray(others)
    if a.shape != b.shape or a.ndim != 3:
        raise RofiError(f"regions {a.shape} and {b.shape}: both must be the same (N, H, W)")
    if a.dtype != np.bool_ or b.dtype != np.bool_:
        raise RofiError(f"regions of type {a.dtype} and {b.dtype}: give true within the region")
    areas = a.sum((1, 2), dtype=np.float64) + b.sum((1, 2))
    shared = (a & b).sum((1, 2), dtype=np.float64)
    return np.asarray(np.divide(2 * shared, areas, out=np.full(len(a), np.nan), where=areas > 0), np.float64)
