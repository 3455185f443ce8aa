"""Statistics of faces for the residue: the worth of each coefficient, and hence how often to repeat it."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rofi.model.dct import BLOCK, to_coefficients
from rofi.model.residue import AMPLITUDE, DATA_SLOTS, SCALES, ResidueCodec, hidden_slots

ROUNDING_NOISE = 0.19
"""Standard deviation that rounding R, G, B to 8 bits (1 / sqrt 12 each) leaves in a coefficient of Y', Cb or Cr."""
CAMERA_NOISE = 1.5
"""Standard deviation, in levels, of the noise of a photograph at full resolution."""
_REFERENCE_VIEW = 256
"""The view that `SCALES` are told in."""


def fit_residue(codec: ResidueCodec, views: NDArray[np.uint8], seed: int = 0) -> None:
    """Fill the codec's buffers.

    Args:
        codec: changed in place.
        views: (N, V, V, 3) aligned faces; a few hundred suffice.
        seed: of the camera noise that larger scales get, which the enlarged faces lack.
    """
    generator = np.random.default_rng(seed)
    for row, scale in enumerate(SCALES):
        # A photograph of many pixels is as soft as an enlarged face or as sharp as a face at its own size: both count.
        kinds = (scale,) if scale <= 1 else (scale, 1.0)
        coefficients = torch.cat([_coefficients(view, kind, generator) for view in views for kind in kinds])
        codec.mean[row] = coefficients.mean(0)
        codec.deviation[row] = coefficients.std(0).clamp(min=1e-3)
        codec.source[row] = allocate(codec.deviation[row].double() ** 2, DATA_SLOTS)


def _coefficients(view: NDArray[np.uint8], scale: float, generator: np.random.Generator) -> Tensor:
    """(B, 192) coefficients of a face's blocks in a photograph of that scale, without the sixth at each border."""
    face = scaled_face(view, scale, generator)
    side = len(face)
    image = torch.from_numpy(face.transpose(2, 0, 1).copy())
    grid = torch.zeros(side // BLOCK, side // BLOCK, dtype=torch.bool)
    border = side // BLOCK // 6
    grid[border:-border, border:-border] = True
    return to_coefficients(image, grid)


def scaled_face(view: NDArray[np.uint8], scale: float, generator: np.random.Generator) -> NDArray[np.float32]:
    """A face as it is in a photograph of that scale, with the noise of a camera where it is enlarged."""
    side = round(_REFERENCE_VIEW * scale)
    resample = cv2.INTER_AREA if side < view.shape[0] else cv2.INTER_LANCZOS4
    face: NDArray[np.float32] = np.asarray(cv2.resize(view, (side, side), interpolation=resample), np.float32)
    if scale > 1:
        face += np.asarray(generator.normal(0, CAMERA_NOISE, face.shape), np.float32)
    return face


def allocate(variances: Tensor, slots: int) -> Tensor:
    """Which coefficient each slot carries, so that the expected squared error is smallest (reverse water-filling).

    A coefficient of variance v repeated r times over slots of signal-to-noise ratio s has the Wiener error
    v / (1 + r s); slots go one by one to where they lower the sum most.

    Args:
        variances: (C,) of the coefficients.
        slots: how many there are.

    Returns:
        (slots,) int16, in the order of choice: the most valuable first.
    """
    planes = hidden_slots() // 64
    power = torch.tensor(AMPLITUDE, dtype=torch.float64)[planes].square().mean()
    ratio = float(power) / ROUNDING_NOISE**2
    repeats = torch.zeros(len(variances), dtype=torch.float64)
    order = []
    for _ in range(slots):
        gain = variances / (1 + repeats * ratio) - variances / (1 + (repeats + 1) * ratio)
        order.append(int(gain.argmax()))
        repeats[order[-1]] += 1
    return torch.tensor(order, dtype=torch.int16)
