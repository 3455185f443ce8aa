"""The 8x8 grid of a photograph: masks and the blocks they touch."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

BLOCK = 8
Mask = npt.NDArray[np.bool_]


def touched_blocks(mask: Mask) -> Mask:
    """(H, W) mask to the (H // 8, W // 8) blocks in which any pixel is set; a rest below 8 pixels is in no block."""
    rows, columns = mask.shape[0] // BLOCK, mask.shape[1] // BLOCK
    tiles = mask[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK)
    return np.asarray(tiles.any(axis=(1, 3)), np.bool_)


def block_pixels(blocks: Mask, shape: tuple[int, int]) -> Mask:
    """(h, w) blocks as an (H, W) mask of `shape`; pixels beyond the last whole block are false."""
    mask: Mask = np.zeros(shape, np.bool_)
    whole = np.kron(blocks, np.ones((BLOCK, BLOCK), np.bool_))
    mask[: whole.shape[0], : whole.shape[1]] = whole
    return mask


def whole_blocks(mask: Mask) -> Mask:
    """(H, W) mask to the (H // 8, W // 8) blocks in which every pixel is set."""
    return ~touched_blocks(~mask)
