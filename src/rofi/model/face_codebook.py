"""Faces in a thousand bytes or fewer: a linear model of aligned faces, its coordinates quantised and range coded.

The Karhunen-Loeve transform of a face's lightness and, with fewer pixels, hues; the pixels weigh as much as the
pipeline usually changes them: the eyes stay in the photograph and need no bytes. Coordinates are quantised with one
step (reverse water-filling) and range coded as normal numbers of the deviations found in training faces (constriction;
Martin 1979). The step is as fine as the bytes allow.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from constriction import stream
from torch import Tensor, nn

from rofi.model.dct import COEFFICIENTS, from_ycbcr, to_ycbcr
from rofi.model.residue import SCALES
from rofi.model.weights import check_fit, digest_of, read_tensors, write_tensors

FORMAT = "rofi-face-codebook-1"
SIDE, HUE_SIDE = 96, 24
"""Pixels of lightness and of each hue, either way."""
PIXELS = SIDE**2 + 2 * HUE_SIDE**2
STEPS = 64
"""Steps of quantisation to choose from: powers of the fourth root of 2."""
LARGEST = 8191
"""Largest quantised coordinate."""
WIDER = 1.15
"""Deviations of coordinates of new faces over those of the faces that taught the transform."""
WORD = 4
"""Bytes by which the range coder's output grows."""


class FaceCodebook(nn.Module):
    """Aligned faces as bytes and back.

    Buffers, filled by `rofi.training.codebook_fit` or from a file: `weights`, `mean` (P,) of the pixels; `deviation`
    (K,) of the coordinates, falling; `basis` (K, P) int8 and the `unit` (K,) that makes its rows unit vectors; `error`
    (S, 192) mean squared error of a drawn face's block coefficients, by `SCALES`.

    Args:
        size: K, how many coordinates.
    """

    weights: Tensor
    mean: Tensor
    deviation: Tensor
    basis: Tensor
    unit: Tensor
    error: Tensor

    def __init__(self, size: int) -> None:
        super().__init__()
        self.register_buffer("weights", torch.ones(PIXELS))
        self.register_buffer("mean", torch.zeros(PIXELS))
        self.register_buffer("deviation", torch.ones(size))
        self.register_buffer("basis", torch.zeros(size, PIXELS, dtype=torch.int8))
        self.register_buffer("unit", torch.ones(size))
        self.register_buffer("error", torch.ones(len(SCALES), COEFFICIENTS))

    def encode(self, view: Tensor, size: int) -> bytes:
        """A face in `size` bytes, as finely as they allow.

        Args:
            view: (3, V, V) 0..255, an aligned face.
        """
        return self.encode_coordinates(self.coordinates(view), size)

    def encode_coordinates(self, coordinates: Tensor, size: int) -> bytes:
        """The same of a face that is told by its coordinates (K,)."""
        finest, coarsest = 0, STEPS - 1
        while finest < coarsest:
            step = (finest + coarsest) // 2
            finest, coarsest = (finest, step) if len(self._coded(coordinates, step)) <= size else (step + 1, coarsest)
        coded = self._coded(coordinates, finest)
        return coded.ljust(size, b"\0") if len(coded) <= size else bytes(size)

    def decode(self, code: bytes, side: int) -> Tensor:
        """The face of a code, (3, side, side) 0..255, about as sharp as `SIDE` pixels show it."""
        step = min(code[0], STEPS - 1)
        used, deviations = self._used(step)
        words = np.frombuffer(code[1 : 1 + (len(code) - 1) // WORD * WORD], "<u4").astype(np.uint32)
        quantised = stream.queue.RangeDecoder(words).decode(_model(), np.zeros(used), deviations)
        coordinates = torch.from_numpy(np.asarray(quantised, np.float32)) * _size_of(step)
        return self.draw(coordinates, side).clamp(0, 255)

    def draw(self, coordinates: Tensor, side: int) -> Tensor:
        """The face (3, side, side) of its first coordinates, however many, the others 0; not clipped to 0..255."""
        used = len(coordinates)
        pixels = (coordinates * self.unit[:used]) @ self.basis[:used].float() + self.mean
        pixels = pixels / self.weights
        light, hues = pixels[: SIDE**2].view(1, 1, SIDE, SIDE), pixels[SIDE**2 :].view(1, 2, HUE_SIDE, HUE_SIDE)
        planes = [F.interpolate(plane, size=side, mode="bicubic") for plane in (light, hues)]
        return from_ycbcr(torch.cat(planes, 1)[0])

    def coordinates(self, view: Tensor) -> Tensor:
        """(K,) of an aligned face (3, V, V) 0..255."""
        return self.basis.float() @ (self.measure(view) - self.mean) * self.unit

    def step_of(self, code: bytes) -> float:
        """The step of quantisation of a code."""
        return _size_of(min(code[0], STEPS - 1))

    @property
    def digest(self) -> str:
        """Tells one codebook from another."""
        return digest_of(self, {"size": len(self.deviation)})

    def measure(self, view: Tensor) -> Tensor:
        """(P,) weighted pixels of an aligned face (3, V, V) 0..255."""
        planes = to_ycbcr(view)[None]
        light = F.interpolate(planes[:, :1], size=SIDE, mode="bilinear", antialias=True)
        hues = F.interpolate(planes[:, 1:], size=HUE_SIDE, mode="bilinear", antialias=True)
        return torch.cat([light.flatten(), hues.flatten()]) * self.weights

    def _coded(self, coordinates: Tensor, step: int) -> bytes:
        used, deviations = self._used(step)
        quantised = (coordinates[:used] / _size_of(step)).round().clamp(-LARGEST, LARGEST)
        coder = stream.queue.RangeEncoder()
        coder.encode(quantised.numpy().astype(np.int32), _model(), np.zeros(used), deviations)
        words: bytes = coder.get_compressed().astype("<u4").tobytes()
        return bytes([step]) + words

    def _used(self, step: int) -> tuple[int, npt.NDArray[np.float64]]:
        """How many coordinates are worth coding, and their deviations in steps: what is below the error is left out."""
        deviations = self.deviation.numpy().astype(np.float64) * WIDER / _size_of(step)
        used = int((deviations > 1 / np.sqrt(12)).sum())
        return used, deviations[:used]


def _size_of(step: int) -> float:
    return float(2 ** (step / 4))


def _model() -> Any:
    return stream.model.QuantizedGaussian(-LARGEST, LARGEST)


def save_codebook(codebook: FaceCodebook, path: Path) -> None:
    """Write a codebook, whole or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    write_tensors(codebook, path, {"format": FORMAT})


def load_codebook(path: Path) -> FaceCodebook:
    """The codebook of a file.

    Raises:
        WeightsMismatch: not such a file.
    """
    _, tensors = read_tensors(path, FORMAT)
    deviation = tensors.get("deviation", torch.zeros(0))
    codebook = FaceCodebook(len(deviation) if deviation.ndim == 1 else 0)
    check_fit(codebook, tensors, str(path))
    codebook.load_state_dict(tensors)
    return codebook.eval()
