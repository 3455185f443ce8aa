"""A discriminator on the features of a frozen network (projected GAN: Sauer et al. 2021).

The paper's patch discriminator has to learn from nothing what faces look like: in the thousand or so steps that a CPU
affords it stays at chance, and the generator learns nothing from it. Small heads on features that see already tell
drawn persons from faces after some dozen steps.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from rofi.evaluation.lpips import Lpips
from rofi.model.discriminator import Realness
from rofi.recognition.network_files import find_network

DEPTHS = 4
"""Feature maps of AlexNet that are looked at; the fifth sees no more than the fourth."""
LEAST_DEVIATION = 0.1
"""Of a feature map, below which it is not made larger."""


class ProjectedDiscriminator(nn.Module):
    """Heads of three convolutions on AlexNet's feature maps.

    Args:
        width: channels of a head.
        networks: folder of the frozen network's file.

    Shape:
        face: (N, 3, V, V) in [0, 1] -> Realness; `patches` (N, 1, 1, P) has those of all maps in a row.

    Raises:
        TrainingError: the network's file is missing.
    """

    def __init__(self, width: int = 64, networks: Path | None = None) -> None:
        super().__init__()
        self.lpips = Lpips(find_network("lpips_alex.safetensors", networks))
        with torch.no_grad():
            maps = self.lpips.features(torch.rand(1, 3, 128, 128, generator=torch.Generator().manual_seed(0)))
        self.scales = [1 / max(float(features.std()), LEAST_DEVIATION) for features in maps[:DEPTHS]]
        self.heads = nn.ModuleList(_head(features.shape[1], width) for features in maps[:DEPTHS])

    def forward(self, face: Tensor) -> Realness:
        maps = self.lpips.features(face)[:DEPTHS]
        scores = [head(features * s) for head, features, s in zip(self.heads, maps, self.scales, strict=True)]
        whole = torch.stack([score.mean((1, 2, 3)) for score in scores]).mean(0)
        patches = torch.cat([score.flatten(1) for score in scores], 1)[:, None, None]
        return Realness(patches.float(), whole.float())


def _head(channels: int, width: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, width, 1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(width, width, 3, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(width, 1, 1),
    )
