"""Training of the tumour segmenter on original photographs and their masks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from rofi.errors import RofiError
from rofi.evaluation.tumours.unet import UNet, to_tensor

_PATCH = 64
_TUMOUR_SHARE = 0.6  # of the patches; the others may show one by chance


@dataclass(frozen=True)
class SegmenterSettings:
    """How it is trained.

    Attributes:
        steps: of the optimiser; 1000 take two and a half minutes of one core.
        batch: patches a step.
        rate: highest learning rate, reached after a tenth of the steps and taken down to zero by a cosine.
        seed: of weights and patches.
    """

    steps: int = 1000
    batch: int = 16
    rate: float = 3e-3
    seed: int = 0


def train_segmenter(
    pictures: npt.NDArray[np.uint8],
    masks: npt.NDArray[np.bool_],
    settings: SegmenterSettings | None = None,
    progress: Callable[[int], None] = lambda step: None,
) -> UNet:
    """A network that marks what the masks mark: cross-entropy and soft Dice on patches of 64 pixels.

    Args:
        pictures: (N, H, W, 3), H and W at least 64; halves of faces, with and without a tumour.
        masks: (N, H, W) bool, of the tumours.
        settings: of the training.
        progress: called with the number of the step.

    Raises:
        RofiError: other shapes, or no tumour at all.
    """
    settings = settings or SegmenterSettings()
    if pictures.shape[:3] != masks.shape or min((0, *pictures.shape[1:3])[1:]) < _PATCH or not masks.any():
        raise RofiError(
            f"pictures {pictures.shape} and masks {masks.shape} with {int(masks.sum())} marked pixels: both must be of "
            f"the same {_PATCH} or more pixels, and some must be marked"
        )
    random = np.random.default_rng(settings.seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        network = UNet()
    optimiser = torch.optim.AdamW(network.parameters(), lr=settings.rate, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, settings.rate, settings.steps + 1, pct_start=0.1)
    with_tumour = np.flatnonzero(masks.any((1, 2)))
    network.train()
    for step in range(settings.steps):
        progress(step)
        images, truth = _batch(pictures, masks, with_tumour, settings.batch, random)
        loss = _loss(network(images), truth)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    return network.eval()


def _batch(
    pictures: npt.NDArray[np.uint8],
    masks: npt.NDArray[np.bool_],
    with_tumour: npt.NDArray[np.intp],
    count: int,
    random: np.random.Generator,
) -> tuple[Tensor, Tensor]:
    """Patches in another light each, and their masks (count, 1, 64, 64)."""
    images, truths = [], []
    for _ in range(count):
        tumour = random.random() < _TUMOUR_SHARE
        number = int(random.choice(with_tumour) if tumour else random.integers(len(pictures)))
        top, left = _corner(masks[number], tumour, random)
        image = pictures[number, top : top + _PATCH, left : left + _PATCH]
        truth = masks[number, top : top + _PATCH, left : left + _PATCH]
        if random.random() < 0.5:
            image, truth = image[:, ::-1], truth[:, ::-1]
        images.append(image)
        truths.append(truth)
    light = random.normal(1, 0.12, (count, 1, 1, 1)) * random.normal(1, 0.04, (count, 3, 1, 1))
    lit = to_tensor(np.stack(images)) * torch.from_numpy(light).float()
    return lit.clamp(0, 1), torch.from_numpy(np.stack(truths))[:, None].float()


def _corner(mask: npt.NDArray[np.bool_], tumour: bool, random: np.random.Generator) -> tuple[int, int]:
    """Of a patch; if of a tumour, one that holds a pixel of it."""
    room = np.array(mask.shape) - _PATCH
    if not tumour:
        return int(random.integers(room[0] + 1)), int(random.integers(room[1] + 1))
    marked = np.argwhere(mask)
    corner = marked[random.integers(len(marked))] - random.integers(_PATCH // 8, _PATCH - _PATCH // 8, 2)
    top, left = np.clip(corner, 0, room).tolist()
    return top, left


def _loss(logits: Tensor, truth: Tensor) -> Tensor:
    probability = logits.sigmoid()
    shared, areas = (probability * truth).sum(), (probability + truth).sum()
    return F.binary_cross_entropy_with_logits(logits, truth) + 1 - (2 * shared + 1) / (areas + 1)
