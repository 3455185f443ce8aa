"""A small U-Net (Ronneberger et al. 2015) that marks tumours."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rofi.evaluation.tumours.eye_halves import halves, joined

_BATCH = 32


class UNet(nn.Module):
    """Encoder of three halvings and decoder with skips, two 3 x 3 convolutions on each level; 0.5 M parameters.

    Args:
        widths: channels on each level, from the finest.

    Shape:
        images: (N, 3, H, W) in [0, 1], H and W multiples of 8 -> logits (N, 1, H, W).
    """

    def __init__(self, widths: tuple[int, ...] = (16, 32, 64, 128)) -> None:
        super().__init__()
        self.down = nn.ModuleList(_level(a, b) for a, b in pairwise((3, *widths)))
        self.up = nn.ModuleList(_level(a + b, a) for a, b in list(pairwise(widths))[::-1])
        self.head = nn.Conv2d(widths[0], 1, 1)

    def forward(self, images: Tensor) -> Tensor:
        """See the class."""
        features, skips = images - 0.5, []
        for number, level in enumerate(self.down):
            features = level(F.max_pool2d(features, 2) if number else features)
            skips.append(features)
        for level, skip in zip(self.up, skips[-2::-1], strict=True):
            features = level(torch.cat([F.interpolate(features, scale_factor=2.0), skip], dim=1))
        logits: Tensor = self.head(features)
        return logits


@torch.inference_mode()
def segment(network: UNet, views: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Tumours of aligned faces.

    Args:
        network: trained.
        views: (N, 256, 256, 3).

    Returns:
        (N, 256, 256) bool, where its probability is above one half.

    Raises:
        RofiError: views of another size.
    """
    cut = halves(views)
    network.eval()
    parts = [network(to_tensor(cut[start : start + _BATCH]))[:, 0] > 0 for start in range(0, len(cut), _BATCH)]
    return np.asarray(joined(torch.cat(parts).numpy() if parts else np.zeros(cut.shape[:3], np.bool_)), np.bool_)


def to_tensor(pictures: npt.NDArray[np.uint8]) -> Tensor:
    """(N, H, W, 3) bytes as (N, 3, H, W) in [0, 1]."""
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 255


def _level(inputs: int, outputs: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for channels in (inputs, outputs):
        layers += [nn.Conv2d(channels, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
    return nn.Sequential(*layers)
