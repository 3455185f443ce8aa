"""Feature substitution (paper section 4.1): in the sign regions the detector's features replace the translator's."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def substitute(features: Tensor, sign_features: Tensor, regions: Tensor) -> Tensor:
    """Put the sign features into the feature map where `regions` says so.

    Args:
        features, sign_features: (N, C, H, W).
        regions: (N, 1, h, w) in {0, 1} at any resolution; a feature cell is a sign as soon as any of it is.

    Returns:
        (N, C, H, W), in every cell the numbers of one of the two, unchanged.
    """
    cells = F.adaptive_max_pool2d(regions.to(features.dtype), features.shape[-2:])
    return sign_features.where(cells > 0, features)
