"""Dec-Net (paper section 4.1, Figure 6d): features to picture, without batch norm so that levels stay exact."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions with a ReLU between and a skip connection.

    Shape:
        features: (N, channels, H, W) -> the same.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1),
        )

    def forward(self, features: Tensor) -> Tensor:
        out: Tensor = features + self.body(features)
        return out


def upsample(channels: int, out: int) -> nn.Sequential:
    """Twice the resolution: a convolution to four phases, interleaved (pixel shuffle)."""
    return nn.Sequential(nn.Conv2d(channels, 4 * out, 1), nn.PixelShuffle(2))


class DecNet(nn.Sequential):
    """Four residual blocks, up, two, up, one, up, and a convolution to RGB.

    The last convolution starts at zero: the picture that comes out is a change to the face that went in, and an
    untrained network changes nothing.

    Shape:
        features: (N, channels, H, W) -> (N, 3, 8 H, 8 W), a change of an image in [0, 1].
    """

    def __init__(self, channels: int = 512) -> None:
        half, quarter, eighth = channels // 2, channels // 4, max(channels // 8, 8)
        last = nn.Conv2d(eighth, 3, 3, padding=1)
        super().__init__(
            *(ResidualBlock(channels) for _ in range(4)),
            upsample(channels, half),
            *(ResidualBlock(half) for _ in range(2)),
            upsample(half, quarter),
            ResidualBlock(quarter),
            upsample(quarter, eighth),
            nn.ReLU(),
            last,
        )
        self.scale_change(0)

    @torch.no_grad()
    def scale_change(self, factor: float) -> None:
        """Make every change `factor` times as large."""
        for parameter in self[-1].parameters():
            parameter.mul_(factor)
