"""A protected face and its original as block-DCT coefficients, the numbers in which the original is hidden."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from rofi.evaluation.attacks.exposed_face import ExposedFace
from rofi.model.dct import COEFFICIENTS, to_coefficients, with_coefficients
from rofi.model.residue import hidden_slots
from rofi.pipeline.networks import pixels

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class CoefficientGrid:
    """The blocks of a face's window.

    Attributes:
        received: (192, H, W) of the protected picture.
        original: (192, H, W) of the original.
        hidden: (H, W) bool, the blocks whose original is hidden somewhere in the window.
    """

    received: Tensor
    original: Tensor
    hidden: Tensor

    @classmethod
    def read(cls, face: ExposedFace, original: Bytes) -> CoefficientGrid:
        """Of a protected face and the (H, W, 3) photograph that it was made of."""
        return cls(_grid(face.pixels()), _grid(face.pixels(original)), face.blocks)

    def middle(self, side: int) -> CoefficientGrid:
        """The `side` x `side` blocks in the middle; what is missing for them is 0 and hides nothing."""
        return CoefficientGrid(
            centred(self.received, side, side),
            centred(self.original, side, side),
            centred(self.hidden[None], side, side)[0],
        )


def visible_slots() -> Tensor:
    """(192,) bool: the coefficients that show the protected face, and carry nothing."""
    shown = torch.ones(COEFFICIENTS, dtype=torch.bool)
    shown[hidden_slots()] = False
    return shown


def decoded_photo(face: ExposedFace, estimate: Tensor) -> Bytes:
    """The protected photograph with its hidden blocks made from an estimate (192, H, W) of the original's."""
    blocks = face.blocks
    shown = with_coefficients(face.pixels(), blocks, estimate[:, blocks].T.contiguous())
    photo = face.photo.copy()
    photo[face.window.slices] = pixels(shown)
    return photo


def explained_share(estimates: list[Tensor], grids: list[CoefficientGrid], deviation: Tensor, mean: Tensor) -> float:
    """Share of the variance of the hidden blocks' coefficients that estimates (192, H, W) explain, all counted alike.

    Args:
        estimates: one for each grid.
        grids: with the originals.
        deviation, mean: (192,) of original coefficients, which they are whitened by.

    Returns:
        1 where all is known, 0 where no more than the mean is, below 0 where even less.
    """
    left, whole = 0.0, 0.0
    for estimate, grid in zip(estimates, grids, strict=True):
        original = grid.original[:, grid.hidden]
        left += float((((estimate[:, grid.hidden] - original) / deviation[:, None]) ** 2).sum())
        whole += float((((mean[:, None] - original) / deviation[:, None]) ** 2).sum())
    return 1 - left / max(whole, 1e-12)


def _grid(picture: Tensor) -> Tensor:
    rows, columns = picture.shape[1] // 8, picture.shape[2] // 8
    every = torch.ones(rows, columns, dtype=torch.bool)
    return to_coefficients(picture, every).T.reshape(COEFFICIENTS, rows, columns).contiguous()


def centred(grid: Tensor, rows: int, columns: int) -> Tensor:
    """(C, H, W) cropped or padded with zeros to (C, rows, columns) about its middle; undone by the sizes swapped.

    An odd difference leaves the greater part to the side that has it on the way back too.
    """
    height, width = grid.shape[1:]
    top, left = _before(height, rows), _before(width, columns)
    padding = (left, columns - width - left, top, rows - height - top)  # negative ones crop
    return F.pad(grid.float(), padding).to(grid.dtype)


def _before(length: int, wanted: int) -> int:
    """Blocks to add in front, negative to take away; antisymmetric in its arguments."""
    difference = wanted - length
    return difference // 2 if difference >= 0 else -(-difference // 2)
