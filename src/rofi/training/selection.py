"""Model selection, paper section 4.4: the loss on faces kept apart, with fixed keys and no augmentation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import torch
from torch.utils.data import default_collate

from rofi.evaluation.image_quality import psnr
from rofi.training.dataset import ProtectionDataset, Sample
from rofi.training.objective import Objective
from rofi.training.round_trip import RoundTrip
from rofi.training.sampler import Draw


@torch.no_grad()
def evaluate(
    trip_of: RoundTrip, objective: Objective, samples: ProtectionDataset, images: int, batch: int, device: torch.device
) -> dict[str, float]:
    """Mean losses, their sum `loss`, and the restored faces' PSNR in dB, on the first `images` samples.

    Args:
        trip_of: the model, put into evaluation mode and back.
        objective: the losses; the adversarial one is left out.
        samples: faces kept apart.
        images: at most so many are looked at.
        batch: how many at a time.
        device: where the model is.
    """
    was_training = trip_of.training
    trip_of.eval()
    totals: dict[str, float] = {}
    count = 0
    for chunk in _batches(samples, min(images, len(samples)), batch):
        moved = to_device(chunk, device)
        trip = trip_of(moved)
        values = {name: float(value) for name, value in objective(moved, trip, None).items()}
        values["loss"] = sum(values.values())
        values["restored_psnr"] = float(psnr(trip.restored, moved["face"]).mean())
        size = len(moved["key"])
        count += size
        for name, value in values.items():
            totals[name] = totals.get(name, 0.0) + value * size
    trip_of.train(was_training)
    return {name: value / count for name, value in totals.items()}


def _batches(samples: ProtectionDataset, images: int, batch: int) -> Iterable[Sample]:
    for start in range(0, images, batch):
        chunk: Sample = default_collate([samples[Draw(i, 0)] for i in range(start, min(start + batch, images))])
        yield chunk


def to_device(batch: Sample, device: torch.device) -> Sample:
    """The batch on `device`."""
    tensors = cast(dict[str, torch.Tensor], batch)
    return cast(Sample, {name: tensor.to(device, non_blocking=True) for name, tensor in tensors.items()})
