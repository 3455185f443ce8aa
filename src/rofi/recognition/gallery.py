"""Identification of probes in a gallery."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rofi.errors import RofiError

SimilarityMatrix = Callable[[NDArray[np.float32], NDArray[np.float32]], NDArray[np.float32]]


def rank1(
    probes: NDArray[np.float32],
    probe_ids: ArrayLike | Sequence[str],
    gallery: NDArray[np.float32],
    gallery_ids: ArrayLike | Sequence[str],
    similarity: SimilarityMatrix,
) -> float:
    """Share of probes that are `identified` (rank-1 identification rate); times P, `exact_binomial`'s successes."""
    return float(identified(probes, probe_ids, gallery, gallery_ids, similarity).mean())


def identified(
    probes: NDArray[np.float32],
    probe_ids: ArrayLike | Sequence[str],
    gallery: NDArray[np.float32],
    gallery_ids: ArrayLike | Sequence[str],
    similarity: SimilarityMatrix,
) -> NDArray[np.bool_]:
    """Which probes' most similar gallery entry has their identity.

    A gallery entry of another identity that is exactly as similar as the best entry of the probe's own counts against
    the identification, so a recogniser that answers the same to everything gets no credit.

    Args:
        probes: (P, d) embeddings to be identified.
        probe_ids: (P,) their identities.
        gallery: (G, d) embeddings of known people, one or more each.
        gallery_ids: (G,) their identities.
        similarity: (P, d), (G, d) -> (P, G), such as `Recogniser.similarity_matrix`.

    Returns:
        (P,).

    Raises:
        RofiError: no probe or no gallery entry, or identities and embeddings that differ in number.
    """
    wanted, known = np.asarray(probe_ids), np.asarray(gallery_ids)
    if len(probes) == 0 or len(gallery) == 0:
        raise RofiError(f"{len(probes)} probes and {len(gallery)} gallery entries: identification needs some of both")
    if len(wanted) != len(probes) or len(known) != len(gallery):
        raise RofiError(
            f"{len(probes)} probes with {len(wanted)} identities, {len(gallery)} gallery entries with {len(known)}: "
            "give one identity each"
        )
    scores = similarity(probes, gallery)
    own = wanted[:, None] == known[None]
    best_own = np.where(own, scores, -np.inf).max(axis=1)
    best_other = np.where(own, -np.inf, scores).max(axis=1)
    found: NDArray[np.bool_] = best_own > best_other
    return found
