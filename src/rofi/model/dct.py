"""Block DCT in JPEG's own terms: Y'CbCr, 8x8 blocks on the grid of the photograph, zigzag order (ITU-T T.81)."""

from __future__ import annotations

import math

import torch
from torch import Tensor

BLOCK = 8
COEFFICIENTS = 3 * BLOCK * BLOCK

_YCBCR = ((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312))
_RGB = ((1.0, 0.0, 1.402), (1.0, -0.344136, -0.714136), (1.0, 1.772, 0.0))


def to_ycbcr(image: Tensor) -> Tensor:
    """(3, H, W) RGB 0..255 as Y' (level-shifted by 128), Cb and Cr about 0."""
    planes: Tensor = torch.tensordot(torch.tensor(_YCBCR).to(image), image, 1)
    return planes - torch.tensor([128.0, 0.0, 0.0]).to(image)[:, None, None]


def from_ycbcr(planes: Tensor) -> Tensor:
    """The inverse of `to_ycbcr`."""
    shifted = planes + torch.tensor([128.0, 0.0, 0.0]).to(planes)[:, None, None]
    image: Tensor = torch.tensordot(torch.tensor(_RGB).to(planes), shifted, 1)
    return image


def zigzag() -> list[int]:
    """Row-major places of an 8x8 block in T.81's zigzag order (Figure A.6)."""

    def order(place: int) -> tuple[int, int]:
        row, column = divmod(place, BLOCK)
        diagonal = row + column
        return diagonal, (row if diagonal % 2 else column)

    return sorted(range(BLOCK * BLOCK), key=order)


def _basis(like: Tensor) -> Tensor:
    """(64, 64) orthonormal 2-D DCT-II of a flattened block, rows in zigzag order."""
    line = torch.arange(BLOCK, dtype=torch.float64)
    cosines = torch.cos((2 * line + 1) * line[:, None] * math.pi / (2 * BLOCK)) * math.sqrt(2 / BLOCK)
    cosines[0] /= math.sqrt(2)
    return torch.kron(cosines, cosines)[zigzag()].to(like)


def to_coefficients(image: Tensor, blocks: Tensor) -> Tensor:
    """DCT coefficients of the chosen blocks.

    Args:
        image: (3, H, W) RGB 0..255, H and W multiples of 8.
        blocks: (H / 8, W / 8) bool, which blocks.

    Returns:
        (B, 192): 64 of Y' (level-shifted by 128), 64 of Cb, 64 of Cr, each in zigzag order, orthonormal scale.
    """
    tiles = to_ycbcr(image).unfold(1, BLOCK, BLOCK).unfold(2, BLOCK, BLOCK).permute(1, 2, 0, 3, 4)[blocks]
    coefficients: Tensor = tiles.flatten(2) @ _basis(image).T
    return coefficients.flatten(1)


def with_coefficients(image: Tensor, blocks: Tensor, coefficients: Tensor) -> Tensor:
    """The image with the chosen blocks made from `coefficients` (B, 192); the inverse of `to_coefficients`."""
    tiles = (coefficients.view(len(coefficients), 3, -1) @ _basis(image)).view(-1, 3, BLOCK, BLOCK)
    tiles = tiles + torch.tensor([128.0, 0.0, 0.0]).to(image)[:, None, None]
    tiles = torch.einsum("rp,bpyx->bryx", torch.tensor(_RGB).to(image), tiles)
    grid = image.unfold(1, BLOCK, BLOCK).unfold(2, BLOCK, BLOCK).permute(1, 2, 0, 3, 4).contiguous()
    grid = grid.masked_scatter(blocks[:, :, None, None, None], tiles.to(image.dtype))
    return grid.permute(2, 0, 3, 1, 4).reshape(image.shape)


def correlator(shape: tuple[int, int], blocks: Tensor, weights: Tensor) -> Tensor:
    """The picture whose inner product with an image is that of `weights` (B, 192) with the image's coefficients.

    It is the transpose of `to_coefficients` but for the level shift, which no weight on a mean sees. Slid over a
    photograph it finds where a known pattern of coefficients lies.

    Returns:
        (3, H, W) for `shape` = (H, W), 0 outside the blocks.
    """
    tiles = (weights.view(len(weights), 3, -1) @ _basis(weights)).view(-1, 3, BLOCK, BLOCK)
    tiles = torch.einsum("pr,bpyx->bryx", torch.tensor(_YCBCR).to(weights), tiles)
    grid = torch.zeros(shape[0] // BLOCK, shape[1] // BLOCK, 3, BLOCK, BLOCK).to(weights)
    grid = grid.masked_scatter(blocks[:, :, None, None, None], tiles)
    return grid.permute(2, 0, 3, 1, 4).reshape(3, *shape)
