"""Augmentation of what the discriminator sees (DiffAugment: Zhao et al. 2020): real and made faces, in both losses."""

from __future__ import annotations

import torch
from torch import Tensor


def augment(faces: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Random brightness, saturation, contrast and translation; differentiable.

    Args:
        faces: (N, 3, H, W) in [0, 1]; what comes out has the same shape and may leave that range.
        generator: on the CPU, so that every device draws the same.
    """
    count, device = len(faces), faces.device

    def uniform() -> Tensor:
        return torch.rand(count, 1, 1, 1, generator=generator).to(device)

    faces = faces + 0.3 * (uniform() - 0.5)
    grey = faces.mean(1, keepdim=True)
    faces = grey + (faces - grey) * (0.5 + uniform())
    level = faces.mean((1, 2, 3), keepdim=True)
    faces = level + (faces - level) * (0.75 + 0.5 * uniform())
    reach = faces.shape[-1] // 16
    across, down = torch.randint(-reach, reach + 1, (2,), generator=generator).tolist()
    return torch.roll(faces, (down, across), (2, 3))
