"""Bits in the low coefficients of a photograph's blocks, where JPEG keeps them.

Quantisation index modulation (Chen and Wornell 2001): a coefficient goes to the nearest point of one of two interleaved
lattices, which one is the bit. The lattices are wide enough for the rounding of JPEG at quality 75 (ITU-T T.81 Annex K,
halved), and both lie a quarter off zero, for most coefficients are small and then move least.
"""

from __future__ import annotations

import torch
from torch import Tensor

from rofi.model.dct import to_coefficients, with_coefficients

JPEG_STEPS = (5.5, 6.0, 7.0, 6.0, 5.0, 8.0, 7.0, 6.5, 7.0, 9.0, 8.5, 8.0)
"""JPEG's steps of quantisation at quality 75 for the coefficients 1 to 12 of Y' in zigzag order."""
MARGIN = (2.0, 1.25)
"""Distance between the lattices over JPEG's step where a block carries one bit, and where it carries the most; 1 would
stand its rounding just so. Few bits may be safer, for together they are seen no more."""
ROUNDING = 1.5
"""Further distance, for what rounding pixels to whole levels does to a coefficient."""
MOST_BITS = len(JPEG_STEPS)
"""Bits that a block carries at most; with more, small faces look grainy."""


def write_bits(image: Tensor, blocks: Tensor, bits: Tensor) -> Tensor:
    """The image with bits in the chosen blocks; not rounded.

    Args:
        image: (3, H, W) RGB 0..255, H and W multiples of 8.
        blocks: (H / 8, W / 8) bool, B of them chosen.
        bits: (B, n) bool, n at most `MOST_BITS`.
    """
    coefficients = to_coefficients(image, blocks)
    carriers = slice(1, 1 + bits.shape[1])
    spacing = _spacing(bits.shape[1]).to(coefficients)
    offset = torch.where(bits, 0.25, -0.25) * spacing
    written = coefficients.clone()
    written[:, carriers] = ((coefficients[:, carriers] - offset) / spacing).round() * spacing + offset
    return with_coefficients(image, blocks, written)


def read_bits(image: Tensor, blocks: Tensor, count: int) -> Tensor:
    """(B, count) the bits that `write_bits` wrote; arguments as there."""
    coefficients = to_coefficients(image, blocks)[:, 1 : 1 + count]
    phase = torch.remainder(coefficients / _spacing(count).to(coefficients), 1)
    return phase < 0.5


def _spacing(count: int) -> Tensor:
    """(count,) distance between two points of one lattice."""
    safe, tight = MARGIN
    margin = safe + (tight - safe) * (count - 1) / (MOST_BITS - 1)
    return 2 * (margin * torch.tensor(JPEG_STEPS[:count]) + ROUNDING)
