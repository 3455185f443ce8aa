"""How far the key points of a face have moved."""

import torch
from torch import Tensor

from rofi.errors import RofiError


def key_point_error(found: Tensor, truth: Tensor, eyes: Tensor) -> Tensor:
    """Mean distance of key points from where they belong, in per cent of the distance between the eyes.

    The normalised mean error of landmark benchmarks (Sagonas et al., "300 faces in-the-wild challenge", 2013).

    Args:
        found: (N, K, 2) key points x, y, in pixels.
        truth: (N, K, 2) where they belong.
        eyes: (N, 2, 2) where the centres of the two eyes (pupils) belong.

    Returns:
        (N,) per cent.

    Raises:
        RofiError: other shapes, no key point, or eyes that coincide.
    """
    if found.shape != truth.shape or found.ndim != 3 or found.shape[2] != 2 or found.shape[1] == 0:
        raise RofiError(f"key points {tuple(found.shape)} and {tuple(truth.shape)}: both must be the same (N, K, 2)")
    if eyes.shape != (len(found), 2, 2):
        raise RofiError(f"eyes {tuple(eyes.shape)}: {len(found)} faces need ({len(found)}, 2, 2)")
    between: Tensor = torch.linalg.vector_norm(eyes[:, 0] - eyes[:, 1], dim=-1)
    if bool((between <= 0).any()):
        raise RofiError("the two eyes of a face coincide; give the centres of both")
    distances: Tensor = torch.linalg.vector_norm(found - truth, dim=-1)
    return 100 * distances.mean(dim=1) / between
