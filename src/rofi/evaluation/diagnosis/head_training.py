"""Training of a head on feature maps that stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from rofi.evaluation.diagnosis.targets import Scores, Targets, loss
from rofi.evaluation.diagnosis.told_apart import told_apart
from rofi.evaluation.diagnosis.trunk import Features

_BATCH = 64
_RATE = 1e-3


@dataclass(frozen=True, eq=False)
class Examples:
    """Feature maps and what they show.

    Attributes:
        maps: one or more copies of the same N images, (N, C, h, w) each.
        targets: of the N images.
    """

    maps: tuple[Features, ...]
    targets: Targets


class OnFeatures(nn.Module):
    """A head behind a normalisation of each channel by what it learns from.

    Args:
        head: (N, C, h, w) -> (N, OUTPUTS).
        channels: C.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, head: nn.Module, channels: int) -> None:
        super().__init__()
        self.head = head
        self.register_buffer("mean", torch.zeros(channels, 1, 1))
        self.register_buffer("deviation", torch.ones(channels, 1, 1))

    def fit(self, maps: Features) -> None:
        """Normalise by these feature maps."""
        sample = torch.from_numpy(maps[:1000].astype(np.float32))
        deviation, mean = torch.std_mean(sample, dim=(0, 2, 3))
        self.mean.copy_(mean[:, None, None])
        self.deviation.copy_(deviation[:, None, None] + 1e-6)

    def forward(self, maps: Tensor) -> Tensor:
        logits: Tensor = self.head((maps - self.mean) / self.deviation)
        return logits


def train_head(
    head: OnFeatures, learning: Examples, tuning: Examples, epochs: int, decay: float, seed: int
) -> OnFeatures:
    """Fit a head; of its epochs the one is kept that tells the tuning images apart best.

    AdamW under a one-cycle schedule; maps are mirrored, and copies taken by turns, at random.

    Args:
        head: is changed; start it at random under the same seed to have the same result.
        learning: to learn from.
        tuning: to choose the epoch on.
        epochs: passes over the images.
        decay: of weights; the paper has 1e-4 for its ResNet-50 and 1e-2 for its ViT.
        seed: of everything random.
    """
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(seed)
        return _train(head, learning, tuning, epochs, decay, np.random.default_rng(seed))


def _train(
    head: OnFeatures, learning: Examples, tuning: Examples, epochs: int, decay: float, generator: np.random.Generator
) -> OnFeatures:
    images = len(learning.targets.diseased)
    batches = -(-images // _BATCH)
    optimiser = torch.optim.AdamW(head.parameters(), _RATE, weight_decay=decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=epochs * batches)
    head.fit(learning.maps[0])
    best, kept = -1.0, {name: value.clone() for name, value in head.state_dict().items()}
    for _ in range(epochs):
        head.train()
        for places in np.array_split(generator.permutation(images), batches):
            maps = _pick(learning.maps, np.sort(places), generator)
            optimiser.zero_grad()
            loss(head(maps), learning.targets.take(np.sort(places))).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
        apart = told_apart(Scores.from_logits(answer(head, tuning.maps[0])), tuning.targets)
        if apart > best:
            best, kept = apart, {name: value.clone() for name, value in head.state_dict().items()}
    head.load_state_dict(kept)
    return head.eval()


def answer(head: nn.Module, maps: Features) -> npt.NDArray[np.float32]:
    """(N, OUTPUTS) logits of a head for feature maps (N, C, h, w)."""
    head.eval()
    with torch.inference_mode():
        parts = [
            head(torch.from_numpy(maps[start : start + _BATCH].astype(np.float32))).numpy()
            for start in range(0, len(maps), _BATCH)
        ]
    return np.concatenate(parts)


def _pick(maps: Sequence[Features], places: npt.NDArray[np.int64], generator: np.random.Generator) -> Tensor:
    copies = generator.integers(len(maps), size=len(places))
    picked = np.stack([maps[copy][place] for copy, place in zip(copies.tolist(), places.tolist(), strict=True)])
    batch = torch.from_numpy(picked.astype(np.float32))
    return batch.flip(3) if generator.random() < 0.5 else batch
