"""How alike two faces are as one person: the cosine of a recogniser's embeddings."""

import numpy as np
from numpy.typing import NDArray

from rofi.errors import RofiError

Floats = NDArray[np.float64]


def cosine_similarity(embeddings: NDArray[np.floating], references: NDArray[np.floating]) -> Floats:
    """Cosine of each embedding to the reference in the same row.

    Args:
        embeddings: (N, d), of any length but 0.
        references: (N, d).

    Returns:
        (N,) in [-1, 1].

    Raises:
        RofiError: the shapes differ, or an embedding has no direction: it is zero or not finite.
    """
    if embeddings.shape != references.shape:
        raise RofiError(
            f"embeddings {embeddings.shape} and references {references.shape}: both must be the same (N, d)"
        )
    return np.asarray((unit_vectors(embeddings) * unit_vectors(references)).sum(axis=1).clip(-1, 1), np.float64)


def unit_vectors(embeddings: NDArray[np.floating]) -> Floats:
    """(N, d) embeddings, each of length 1.

    Raises:
        RofiError: another shape, or an embedding that is zero or not finite.
    """
    if embeddings.ndim != 2 or embeddings.shape[1] == 0:
        raise RofiError(f"embeddings are {embeddings.shape}: give (N, d)")
    vectors = np.asarray(embeddings, np.float64)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    bad = int((~np.isfinite(lengths) | (lengths == 0)).sum())
    if bad:
        raise RofiError(f"{bad} embeddings are zero or not finite; leave failed faces out and count them")
    return np.asarray(vectors / lengths, np.float64)
