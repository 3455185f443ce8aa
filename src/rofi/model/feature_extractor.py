"""The convolutions that take an aligned face to tokens (paper section 4.1, Figure 6b)."""

from __future__ import annotations

from torch import nn


class FeatureExtractor(nn.Sequential):
    """Three stride-2 convolutions with a refining one behind each; stride 8 in all.

    Args:
        images: how many aligned faces come in, stacked along the channels.
        channels: width of the feature map that comes out.

    Shape:
        faces: (N, 3 * images, V, V) in [-1, 1] -> (N, channels, V / 8, V / 8).
    """

    def __init__(self, images: int, channels: int) -> None:
        narrow, middle = max(channels // 8, 16), max(channels // 3 // 8 * 8, 32)
        super().__init__(
            nn.Conv2d(3 * images, narrow, 4, stride=2, padding=1),
            nn.GELU(),
            nn.Conv2d(narrow, middle, 4, stride=2, padding=1),
            nn.GELU(),
            nn.Conv2d(middle, middle, 3, padding=1),
            nn.GELU(),
            nn.Conv2d(middle, channels, 4, stride=2, padding=1),
            nn.GELU(),
            nn.Conv2d(channels, channels, 3, padding=1),
        )
