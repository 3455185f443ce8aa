"""Training of a whole network on faces, as the paper does it (section 4.5)."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rofi.errors import TrainingError
from rofi.evaluation.diagnosis.targets import Scores, Targets, loss
from rofi.evaluation.diagnosis.told_apart import told_apart

Bytes = npt.NDArray[np.uint8]

_LEAST_AREA = 0.3
_AT_ONCE = 32
_CHECKS = 10
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def as_images(faces: Bytes, device: torch.device) -> Tensor:
    """(N, H, W, 3) bytes as (N, 3, H, W) by ImageNet's mean and deviation."""
    levels = torch.from_numpy(np.ascontiguousarray(faces)).to(device).permute(0, 3, 1, 2).float() / 255
    mean, deviation = (torch.tensor(values, device=device)[:, None, None] for values in (_MEAN, _DEVIATION))
    return (levels - mean) / deviation


def random_crops(images: Tensor, generator: np.random.Generator) -> Tensor:
    """A square of 30 to 100 % of each image's area, anywhere, enlarged to the image's size; half of them mirrored.

    Shape:
        images: (N, C, S, S) -> the same.
    """
    count = len(images)
    extent = np.sqrt(generator.uniform(_LEAST_AREA, 1, count))
    x, y = (generator.uniform(extent - 1, 1 - extent) for _ in range(2))
    mirror = generator.choice([-1.0, 1.0], count)
    zero = np.zeros(count)
    matrices = np.stack([np.stack([mirror * extent, zero, x], 1), np.stack([zero, extent, y], 1)], 1)
    theta = torch.from_numpy(matrices.astype(np.float32)).to(images.device)
    grid = F.affine_grid(theta, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, mode="bicubic", padding_mode="reflection", align_corners=False)


def train_whole(
    network: nn.Module,
    learning: tuple[Bytes, Targets],
    tuning: tuple[Bytes, Targets],
    *,
    iterations: int,
    batch: int,
    decay: float,
    rate: float = 1e-4,
    seed: int,
    device: torch.device,
    progress: Callable[[int], None] = lambda done: None,
) -> nn.Module:
    """Fit a network with AdamW; the state is kept that tells the tuning images apart best.

    Args:
        network: (N, 3, S, S) -> (N, OUTPUTS); is changed.
        learning: faces (N, S, S, 3) and their truth.
        tuning: likewise, to choose the state on; may be none.
        iterations, batch: the paper has 3,000 of 256 images.
        decay: of weights; the paper has 1e-4 for ResNet-50 and 1e-2 for ViT.
        rate: of learning, as the paper has it.
        seed: of order and crops.
        device: to train on.
        progress: called with iterations done.

    Raises:
        TrainingError: the loss is no longer finite.
    """
    faces, targets = learning
    generator = np.random.default_rng(seed)
    network.to(device)
    optimiser = torch.optim.AdamW(network.parameters(), rate, weight_decay=decay)
    best, kept = -1.0, _state(network)
    check = max(1, iterations // _CHECKS)
    for iteration in range(1, iterations + 1):
        network.train()
        optimiser.zero_grad()
        places = generator.choice(len(faces), min(batch, len(faces)), replace=False)
        for some in np.array_split(places, math.ceil(len(places) / _AT_ONCE)):
            crops = random_crops(as_images(faces[some], device), generator)
            value = loss(network(crops), targets.take(some)) * (len(some) / len(places))
            if not bool(torch.isfinite(value)):
                raise TrainingError(
                    f"diagnosis: the loss is {value.item()} at iteration {iteration}; check the weights"
                )
            value.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        progress(iteration)
        if iteration % check == 0 or iteration == iterations:
            apart = told_apart(Scores.from_logits(answer_whole(network, tuning[0], device)), tuning[1])
            if apart > best:
                best, kept = apart, _state(network)
    network.load_state_dict(kept)
    return network.eval()


def answer_whole(network: nn.Module, faces: Bytes, device: torch.device) -> npt.NDArray[np.float32]:
    """Logits (N, OUTPUTS) of a network for faces (N, S, S, 3)."""
    network.to(device).eval()
    with torch.inference_mode():
        parts = [
            network(as_images(faces[start : start + _AT_ONCE], device)).float().cpu().numpy()
            for start in range(0, len(faces), _AT_ONCE)
        ]
    return np.concatenate(parts)


def _state(network: nn.Module) -> dict[str, Tensor]:
    return {name: value.detach().cpu().clone() for name, value in network.state_dict().items()}
