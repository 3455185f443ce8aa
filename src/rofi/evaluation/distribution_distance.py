"""How far apart two sets of images are, as distributions of a network's features."""

import numpy as np
from numpy.typing import NDArray

from rofi.errors import RofiError

Floats = NDArray[np.float64]


def frechet_distance(features: NDArray[np.floating], references: NDArray[np.floating]) -> float:
    """Squared Frechet distance of the normal distributions fitted to two sets of features.

    |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)), the formula of the FID (Heusel et al., "GANs trained by a two
    time-scale update rule converge to a local Nash equilibrium", NeurIPS 2017), on whatever features are given. With
    few samples it is biased upwards: compare only distances of equally many.

    Args:
        features: (N, d), at least two.
        references: (M, d), at least two.

    Returns:
        At least 0, in squared units of the features.

    Raises:
        RofiError: other shapes, too few rows, or a value that is not finite.
    """
    x, y = _checked(features, references)
    mean_x, mean_y = x.mean(axis=0), y.mean(axis=0)
    spread_x, spread_y = (x - mean_x) / np.sqrt(len(x) - 1), (y - mean_y) / np.sqrt(len(y) - 1)
    # C1 = A'A and C2 = B'B: the square roots of the eigenvalues of C1 C2 are the singular values of AB'. This is exact
    # also where there are fewer samples than dimensions, and covariances have no inverse.
    shared = np.linalg.svd(spread_x @ spread_y.T, compute_uv=False).sum()
    distance = np.square(mean_x - mean_y).sum() + np.square(spread_x).sum() + np.square(spread_y).sum() - 2 * shared
    return max(0.0, float(distance))


def kernel_distance(features: NDArray[np.floating], references: NDArray[np.floating], degree: int = 3) -> float:
    """Unbiased squared maximum mean discrepancy of two sets of features under the kernel (x . y / d + 1)^degree.

    The formula of the KID (Binkowski et al., "Demystifying MMD GANs", ICLR 2018), over all samples at once. Unbiased:
    about 0, also below, for two samples of one distribution, however few.

    Args:
        features: (N, d), at least two.
        references: (M, d), at least two.
        degree: of the polynomial; 3 is the KID's.

    Raises:
        RofiError: other shapes, too few rows, a value that is not finite, or a degree below 1.
    """
    if degree < 1:
        raise RofiError(f"degree {degree}: a polynomial kernel needs 1 or more; 3 is usual")
    x, y = _checked(features, references)

    def kernel(a: Floats, b: Floats) -> Floats:
        return np.asarray((a @ b.T / a.shape[1] + 1) ** degree, np.float64)

    def within(a: Floats) -> float:
        gram, count = kernel(a, a), len(a)
        return float((gram.sum() - np.trace(gram)) / (count * (count - 1)))

    return within(x) + within(y) - 2 * float(kernel(x, y).mean())


def _checked(features: NDArray[np.floating], references: NDArray[np.floating]) -> tuple[Floats, Floats]:
    if features.ndim != 2 or references.ndim != 2 or features.shape[1:] != references.shape[1:] or not features.size:
        raise RofiError(f"features {features.shape} and references {references.shape}: give (N, d) and (M, d)")
    if min(len(features), len(references)) < 2:
        raise RofiError(f"{len(features)} features and {len(references)} references: a distribution needs 2 of each")
    x, y = np.asarray(features, np.float64), np.asarray(references, np.float64)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise RofiError("a feature is not finite; leave failed images out and count them")
    return x, y
