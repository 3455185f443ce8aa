"""How far protected faces lie from real ones as a whole, in a feature space of faces.

The features are the embeddings of MobileFaceNet-512, the recogniser that comes with the package: a face recogniser's
features, not the ImageNet ones of published FID and KID, with which these figures cannot be compared. The pipeline
chooses persons by the same recogniser, away from each patient.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rofi.evaluation.distribution_distance import frechet_distance, kernel_distance

FEATURES = "mobilefacenet512"


@dataclass(frozen=True)
class Distances:
    """Means over `splits` random halvings of the people, both distances between the same two halves.

    Attributes:
        frechet: of the protected faces of one half to the originals of the other.
        frechet_real: of the originals of one half to those of the other.
        kernel, kernel_real: likewise, the unbiased polynomial kernel distance.
        half: people in the smaller half.
        splits: how many halvings.
    """

    frechet: float
    frechet_real: float
    kernel: float
    kernel_real: float
    half: int
    splits: int


def protected_to_real(
    originals: NDArray[np.floating], protected: NDArray[np.floating], splits: int = 20, seed: int = 0
) -> Distances | None:
    """Distances of the protected faces to real ones beside those of real ones among themselves.

    Halves share nobody, and both distances have equally many samples, for the Frechet distance depends on it.

    Args:
        originals: (N, d) features, one row a person.
        protected: (N, d), of the same people.
        splits: halvings to average over.
        seed: makes them repeatable.

    Returns:
        None for fewer than four people.
    """
    count = len(originals)
    if count < 4:
        return None
    generator = np.random.default_rng(seed)
    rows = []
    for _ in range(splits):
        order = generator.permutation(count)
        one, other = order[: count // 2], order[count // 2 :]
        rows.append(
            [
                distance(faces[one], originals[other])
                for distance in (frechet_distance, kernel_distance)
                for faces in (protected, originals)
            ]
        )
    frechet, frechet_real, kernel, kernel_real = np.mean(rows, axis=0).tolist()
    return Distances(frechet, frechet_real, kernel, kernel_real, count // 2, splits)
