"""Patch discriminator (paper section 4.3, equation 6)."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm


class Realness(NamedTuple):
    """Scores of realness: `patches` (N, 1, h, w) for the local loss, `whole` (N,) for the global one; unbounded."""

    patches: Tensor
    whole: Tensor


class PatchDiscriminator(nn.Module):
    """Five 4x4 stride-2 convolutions with spectral norm and leaky ReLU; patch-wise and pooled global output.

    Args:
        width: channels of the first convolution; they double up to eight times that.

    Shape:
        face: (N, 3, V, V) in [0, 1] -> Realness with patches (N, 1, V / 32, V / 32).
    """

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        widths = [3, width, 2 * width, 4 * width, 8 * width, 8 * width]
        self.layers = nn.Sequential()
        for inputs, outputs in pairwise(widths):
            self.layers.append(spectral_norm(nn.Conv2d(inputs, outputs, 4, stride=2, padding=1)))
            self.layers.append(nn.LeakyReLU(0.2))
        self.patch_score = spectral_norm(nn.Conv2d(widths[-1], 1, 1))
        self.whole_score = spectral_norm(nn.Linear(widths[-1], 1))

    def forward(self, face: Tensor) -> Realness:
        features = self.layers(face * 2 - 1)
        patches, whole = self.patch_score(features), self.whole_score(features.mean((2, 3))).squeeze(1)
        return Realness(patches.float(), whole.float())  # bfloat16 would round a hinge loss' small margins to nothing
