"""How different one photograph comes out under many keys (paper section 2.6 and supplementary Table 14)."""

import numpy as np
from numpy.typing import NDArray

from rofi.errors import RofiError
from rofi.evaluation.identity import unit_vectors


def mean_pairwise_cosine_distance(embeddings: NDArray[np.floating]) -> float:
    """Mean of 1 - cosine over all pairs of different rows.

    Args:
        embeddings: (K, d), one for every key; at least two, of any length but 0.

    Returns:
        In [0, K / (K - 1)]: 0 where all are one person, 1 where they lie at right angles on average.

    Raises:
        RofiError: fewer than two, another shape, or an embedding that is zero or not finite.
    """
    units = unit_vectors(embeddings)
    count = len(units)
    if count < 2:
        raise RofiError(f"{count} embeddings: a pairwise distance needs at least 2")
    first, second = np.triu_indices(count, 1)
    return float(1 - (units @ units.T)[first, second].mean())


def pixel_deviation(views: NDArray[np.uint8]) -> float:
    """Standard deviation of a pixel's level from key to key, averaged over pixels and channels.

    Args:
        views: (K, H, W, 3), the aligned protected face under every key; at least two.

    Returns:
        Levels, 0 to 127.5; the deviation is that of these K views, not an estimate for others.

    Raises:
        RofiError: fewer than two, or another shape.
    """
    if views.ndim != 4 or views.shape[3] != 3 or views.size == 0 or len(views) < 2:
        raise RofiError(f"views are {views.shape}: give (K, H, W, 3) of at least 2 keys")
    return float(views.std(axis=0, dtype=np.float64).mean())
