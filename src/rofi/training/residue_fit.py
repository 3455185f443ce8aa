"""Statistics of faces for the residue, fitted to training faces: what each coefficient is worth and how often to repeat it."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rofi.model.dct import BLOCK, COEFFICIENTS, to_coefficients
from rofi.model.residue import AMPLITUDE, DATA_SLOTS, SCALES, ResidueCodec, hidden_slots

ROUNDING_NOISE = 0.19
"""Standard deviation that rounding R, G, B to 8 bits leaves in a coefficient of Y', Cb or Cr (uniform, 1 / sqrt 12 each)."""
CAMERA_NOISE = 1.5


def fit_residue(codec: ResidueCodec, views: NDArray[np.uint8], seed: int = 0) -> None:
    """Fill the codec's buffers.

    Args:
        codec: changed in place.
        views: (N, V, V, 3) aligned faces; a few hundred suffice.
        seed: of the camera noise that larger scales get, which the enlarged faces lack.
    """
    generator = np.random.default_rng(seed)
    for row, scale in enumerate(SCALES):
        coefficients = torch.cat([_coefficients(view, scale, generator) for view in views])
        codec.mean[row] = coefficients.mean(0)
        codec.deviation[row] = coefficients.std(0).clamp(min=1e-3)
        codec.source[row] = allocate(codec.deviation[row].double() ** 2, DATA_SLOTS)


def _coefficients(view: NDArray[np.uint8], scale: float, generator: np.random.Generator) -> Tensor:
    side = round(256 * scale)
    resample = cv2.INTER_AREA if side < view.shape[0] else cv2.INTER_LANCZOS4
    face = cv2.resize(view, (side, side), interpolation=resample).astype(np.float32)
    if scale > 1:
        face = face + generator.normal(0, CAMERA_NOISE, face.shape).astype(np.float32)
    image = torch.from_numpy(face.transpose(2, 0, 1).copy())
    grid = torch.zeros(side // BLOCK, side // BLOCK, dtype=torch.bool)
    border = side // BLOCK // 6
    grid[border:-border, border:-border] = True
    return to_coefficients(image, grid)


def allocate(variances: Tensor, slots: int) -> Tensor:
    """Which coefficient each slot carries, so that the expected squared error is smallest (reverse water-filling).

    A coefficient of variance v repeated r times over slots of signal-to-noise ratio s has the Wiener error
    v / (1 + r s); slots go one by one to where they lower the sum most.
    """
    planes = hidden_slots() // 64
    power = torch.tensor(AMPLITUDE, dtype=torch.float64)[planes].square().mean()
    ratio = float(power) / ROUNDING_NOISE**2
    repeats = torch.zeros(COEFFICIENTS, dtype=torch.float64)
    for _ in range(slots):
        gain = variances / (1 + repeats * ratio) - variances / (1 + (repeats + 1) * ratio)
        repeats[int(gain.argmax())] += 1
    return torch.repeat_interleave(torch.arange(COEFFICIENTS), repeats.long()).to(torch.int16)
