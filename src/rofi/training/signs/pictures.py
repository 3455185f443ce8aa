"""What a detector sees, to look at: faces and their sign maps (paper Figure 9)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def sign_maps(faces: Tensor, scores: Tensor) -> Tensor:
    """Faces above, and below each the same face as far as its regions score.

    Args:
        faces: (N, 3, V, V) in [0, 1].
        scores: (N, 1, V / 8, V / 8) in [0, 1].

    Returns:
        (3, 2 * V, N * V) in [0, 1].
    """
    enlarged = F.interpolate(scores.float(), size=faces.shape[-2:], mode="bilinear", align_corners=False)
    shown = torch.cat([faces.float(), faces.float() * enlarged], dim=2)
    return shown.permute(1, 2, 0, 3).flatten(2).clamp(0, 1).cpu()
