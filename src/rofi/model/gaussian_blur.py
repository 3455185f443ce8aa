"""Gaussian smoothing of planes, differentiable."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def gaussian_blur(planes: Tensor, deviation: float) -> Tensor:
    """Planes (N, C, H, W) smoothed with a Gaussian of so many pixels, cut off at three; beyond the edge is 0."""
    reach = round(3 * deviation)
    weights = torch.exp(-torch.arange(-reach, reach + 1, device=planes.device).square() / (2 * deviation**2))
    line = (weights / weights.sum()).to(planes.dtype).view(1, 1, 1, -1)
    single = planes.reshape(-1, 1, *planes.shape[-2:])
    rows = F.conv2d(single, line, padding=(0, reach))
    return F.conv2d(rows, line.transpose(2, 3), padding=(reach, 0)).view_as(planes)
