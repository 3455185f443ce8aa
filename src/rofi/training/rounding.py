"""Rounding to 8 bits that gradients pass through."""

from __future__ import annotations

import torch
from torch import Tensor


def round_to_bytes(levels: Tensor) -> Tensor:
    """Levels 0..255, rounded and clipped as by a file; the gradient is the clipping's alone (straight-through)."""
    clipped = levels.clamp(0, 255)
    return clipped + (torch.round(clipped) - clipped).detach()
