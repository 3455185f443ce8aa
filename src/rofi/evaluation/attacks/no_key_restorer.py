"""A network trained to restore without any key, on the attacker's own patients under the attacker's own keys."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor, nn

Bytes = npt.NDArray[np.uint8]
Embed = Callable[[Tensor], Tensor]

WIDTHS = (16, 32, 64, 96)


class SmallUNet(nn.Module):
    """Residual U-Net of 0.4 million parameters; its last layer starts at zero, so that it starts by doing nothing.

    Shape:
        views: (N, 3, V, V) in [0, 1], V a multiple of 8 -> the same, not clamped.
    """

    def __init__(self, widths: tuple[int, ...] = WIDTHS) -> None:
        super().__init__()
        self.first = _convolutions(3, widths[0])
        pairs = list(pairwise(widths))
        self.down = nn.ModuleList(nn.Sequential(nn.AvgPool2d(2), _convolutions(low, high)) for low, high in pairs)
        self.up = nn.ModuleList(_convolutions(low + high, low) for low, high in reversed(pairs))
        self.last = nn.Conv2d(widths[0], 3, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)  # type: ignore[arg-type]

    def forward(self, views: Tensor) -> Tensor:
        features = self.first(views * 2 - 1)
        passed = []
        for stage in self.down:
            passed.append(features)
            features = stage(features)
        for stage, finer in zip(self.up, reversed(passed), strict=True):
            enlarged = F.interpolate(features, scale_factor=2, mode="bilinear", align_corners=False)
            features = stage(torch.cat([enlarged, finer], dim=1))
        change: Tensor = self.last(features)
        return views + change


def _convolutions(inward: int, outward: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inward, outward, 3, padding=1), nn.GELU(), nn.Conv2d(outward, outward, 3, padding=1), nn.GELU()
    )


def train_restorer(
    protected: Bytes,
    originals: Bytes,
    steps: int,
    embed: Embed | None = None,
    identity_weight: float = 0.1,
    batch: int = 8,
    rate: float = 2e-3,
    seed: int = 0,
    progress: Callable[[str], None] = lambda doing: None,
) -> SmallUNet:
    """Learn to undo the protection: L1 in pixels and, where there is a recogniser, 1 - cosine of identities.

    Args:
        protected, originals: (N, V, V, 3) aligned views of the attacker's patients, row by row of one photograph.
        steps: of AdamW, on `batch` pairs each, half of them mirrored.
        embed: views (N, 3, V, V) in [0, 1] to unit embeddings, differentiably.
        identity_weight: of the identity term; the pixels' term has 1.
        rate: the highest; it rises and falls (one cycle).
        seed: of weights and drawing.
        progress: told of every twentieth step.
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = SmallUNet()
    optimiser = torch.optim.AdamW(network.parameters(), rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=max(steps, 1))
    inward, outward = as_planes(protected), as_planes(originals)
    for step in range(steps):
        if step % 20 == 0:
            progress(f"restorer without a key: step {step} of {steps}")
        chosen = torch.randint(len(inward), (batch,), generator=generator)
        given, wanted = inward[chosen].float() / 255, outward[chosen].float() / 255
        if torch.rand((), generator=generator) < 0.5:
            given, wanted = given.flip(-1), wanted.flip(-1)
        made = network(given)
        loss = (made - wanted).abs().mean()
        if embed is not None:
            with torch.no_grad():
                identity = embed(wanted)
            loss = loss + identity_weight * (1 - (embed(made) * identity).sum(1)).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return network.eval()


@torch.no_grad()
def restore_without_key(network: nn.Module, protected: Bytes) -> Bytes:
    """What the network makes of protected views (N, V, V, 3)."""
    made = [network(as_planes(view[None]).float() / 255)[0] for view in protected]
    if not made:
        return protected
    levels = (torch.stack(made) * 255).round().clamp(0, 255).to(torch.uint8)
    return np.asarray(levels.permute(0, 2, 3, 1).contiguous().numpy())


def as_planes(views: Bytes) -> Tensor:
    """(N, V, V, 3) as an (N, 3, V, V) byte tensor."""
    return torch.from_numpy(np.ascontiguousarray(views.transpose(0, 3, 1, 2)))
