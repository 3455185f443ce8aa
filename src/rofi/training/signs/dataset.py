"""Training samples of the sign detector: a varied face and whether it is diseased."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from rofi.faces.skin_tone import typology_angles
from rofi.training.balance import sampling_weights
from rofi.training.sampler import Draw
from rofi.training.signs.config import SignTrainingConfig
from rofi.training.signs.faces import SignFaces
from rofi.training.signs.variation import crop_size, vary

_CROP_STREAM, _PAIR_STREAM = 2, 3
"""Keep a batch's crop size and its pairs apart from the samples' own random numbers."""


class LabelledFace(TypedDict):
    """`face` (H, W, 3) uint8, `diseased` () 0 or 1; bytes until the device, where they become a network's input."""

    face: Tensor
    diseased: Tensor


class SignDataset(Dataset[LabelledFace]):
    """Random access to samples, by `Draw`; the same draw is always the same sample.

    During the soft start, where there are patients photographed both healthy and ill, a batch is made of such pairs,
    both varied alike: what differs between the two is the sign and nothing else.

    Args:
        faces: aligned and labelled; those in which no face was found are left out.
        config: how they are varied.
        processes: that train together; each draws batches of its own.

    Attributes:
        indices: (len,) which of `faces` are used.
        weights: (len,) such that healthy and diseased are drawn equally often and, on request, dark and light skin.
    """

    def __init__(self, faces: SignFaces, config: SignTrainingConfig, processes: int = 1) -> None:
        self.faces, self.config, self.processes = faces, config, processes
        self.indices = faces.usable
        labels = faces.labels[self.indices]
        drawn = _skin_weights(faces)[self.indices] if config.balance_skin else np.ones(len(labels))
        self.weights: NDArray[np.float64] = drawn / np.maximum(np.bincount(labels, drawn, minlength=2), 1)[labels]

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, draw: Draw) -> LabelledFace:
        config = self.config
        batch = draw.variation // config.batch
        begun = config.begun(batch // self.processes)
        of_batch = np.random.default_rng((config.seed, batch, _CROP_STREAM))
        size = crop_size(config, begun, of_batch)
        if begun < 1 and len(self.faces.pairs):
            generator = np.random.default_rng((config.seed, draw.variation // 2, _PAIR_STREAM))
            index = int(generator.choice(self.faces.pairs)[draw.variation % 2])
        else:
            generator = np.random.default_rng((config.seed, draw.variation, draw.item))
            index = int(self.indices[draw.item])
        face = vary(np.ascontiguousarray(self.faces.canvases[index]), config, size, generator)
        return LabelledFace(
            face=torch.from_numpy(face), diseased=torch.tensor(float(self.faces.labels[index]), dtype=torch.float32)
        )


def _skin_weights(faces: SignFaces) -> NDArray[np.float64]:
    """(N,) how much oftener the rarer skin classes are drawn."""
    return sampling_weights(typology_angles(faces.views))


def to_input(faces: Tensor) -> Tensor:
    """(N, H, W, 3) bytes as (N, 3, H, W) in [0, 1]; channels stay last in memory, where convolutions want them."""
    return faces.permute(0, 3, 1, 2).float() / 255
