"""One aligned face there and back, as the pipeline does it, with gradients: protect, hide, round, reveal, restore."""

from __future__ import annotations

from typing import NamedTuple, Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rofi.model.dct import BLOCK
from rofi.model.network import Rofi
from rofi.training.dataset import Sample
from rofi.training.rounding import round_to_bytes


class Trip(NamedTuple):
    """(N, 3, V, V) pictures in [0, 1].

    `carrier` is the protected face before hiding and rounding, `protected` after; `restored` with the right key and
    `wrong` with a wrong one are None where the way back was left out.
    """

    carrier: Tensor
    protected: Tensor
    restored: Tensor | None
    wrong: Tensor | None


class RoundTrip(nn.Module):
    """All of a training step's network passes in one forward call, so that DDP sees one.

    The sign detector has been trained before and alone (paper section 2.2): here it stays as it is.

    Args:
        model: trained in place, but for its sign detector; its person model must be fitted.
    """

    def __init__(self, model: Rofi) -> None:
        super().__init__()
        self.model = model
        model.sign_detector.requires_grad_(False).eval()

    def train(self, mode: bool = True) -> Self:
        """As for any module, but for the sign detector, whose batch norms keep the statistics of its own training."""
        super().train(mode)
        self.model.sign_detector.eval()
        return self

    def forward(self, batch: Sample, way_back: bool = True) -> Trip:
        """See `Trip`; `way_back` says whether to restore as well.

        Hiding and revealing run in float32 also under autocast: the residue is finer than bfloat16 resolves.
        """
        face, moved, mask, changed, key = (batch[name] for name in ("face", "moved", "mask", "changed", "key"))
        person = batch["person"]
        made = self.model.protect(moved, person, key, batch["signs"]).float()
        carrier = moved + mask * (person + batch["inner"] * (made - person) - moved)
        blocks = F.max_pool2d(changed, BLOCK).squeeze(1) > 0
        carrying = F.avg_pool2d(changed, BLOCK).squeeze(1) == 1
        with torch.autocast(face.device.type, enabled=False):
            protected = torch.stack(
                [
                    round_to_bytes(self.model.residue.hide(255 * c, 255 * x, b, k, carrying=w)) / 255
                    for c, x, b, k, w in zip(carrier, face, blocks, key, carrying, strict=True)
                ]
            )
        if not way_back:
            return Trip(carrier, protected, None, None)
        with torch.autocast(face.device.type, enabled=False):
            revealed = torch.stack(
                [
                    self.model.residue.reveal(255 * y, b, k, carrying=w).image / 255
                    for y, b, k, w in zip(protected, blocks, key, carrying, strict=True)
                ]
            )
        fits = torch.ones(len(face), dtype=torch.bool, device=face.device)
        restored = self.model.restore(protected, revealed, key, fits).float()
        wrong = self.model.restore(protected, protected, batch["wrong_key"], ~fits).float()
        return Trip(carrier, protected, restored.where(changed > 0, protected), mask * wrong + (1 - mask) * protected)
