"""Bits in the pixels of a photograph: quantisation index modulation of middle DCT coefficients (Chen and Wornell 2001).

A coefficient is moved to the nearest even multiple of a step for 0, to the nearest odd one for 1. Every bit lies in
several coefficients all over the photograph, so that it outlives rounding to bytes and what little is clipped.
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from rofi.model.dct import BLOCK, COEFFICIENTS, to_coefficients, with_coefficients

Bytes = npt.NDArray[np.uint8]
Bits = npt.NDArray[np.uint8]
Image = npt.NDArray[np.float32]

STEP = 4.0
"""Levels between neighbouring multiples; a coefficient is off by up to one step, 2.3 levels root mean square."""
PLACES = tuple(range(6, 22))
"""Zigzag places of luma that carry: middle frequencies, neither seen nor rounded away."""
_HEADROOM = 4.0
"""Levels kept free at black and white, so that little of the change is clipped."""


def capacity(pixels: Bytes) -> int:
    """How many coefficients of a photograph (H, W, 3) carry a bit."""
    height, width = pixels.shape[:2]
    return int(height // BLOCK * (width // BLOCK) * len(PLACES))


def hide_bits(picture: Image, bits: Bits) -> Bytes:
    """The picture with bits in it, as it is written.

    Args:
        picture: (H, W, 3) levels.
        bits: (B,) of 0 and 1, at most `capacity` of them; the more often they fit in, the safer they are.

    Returns:
        (H, W, 3); what lies beyond the last whole block is only rounded.

    Raises:
        ValueError: there are more bits than places.
    """
    coefficients, inner = _coefficients(np.clip(picture, _HEADROOM, 255 - _HEADROOM))
    order = _order(len(coefficients) * len(PLACES), len(bits))
    values = coefficients[:, list(PLACES)].flatten()
    wanted = torch.from_numpy(bits[order].astype(np.float32))
    values = (((values / STEP - wanted) / 2).round() * 2 + wanted) * STEP
    coefficients[:, list(PLACES)] = values.view(-1, len(PLACES))
    result = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
    rows, columns = inner.shape[1:]
    made = with_coefficients(inner, _all(inner), coefficients)
    result[:rows, :columns] = made.round().clamp(0, 255).to(torch.uint8).numpy().transpose(1, 2, 0)
    return result


def reveal_bits(pixels: Bytes, count: int) -> Bits:
    """(count,) the bits that `hide_bits` hid in pixels (H, W, 3); nonsense where none are hidden.

    Raises:
        ValueError: there are more bits than places.
    """
    coefficients, _ = _coefficients(pixels.astype(np.float32))
    values = coefficients[:, list(PLACES)].flatten().numpy()
    votes = np.cos(np.pi * values / STEP)  # 1 on even multiples, -1 on odd ones
    sums = np.bincount(_order(len(values), count), votes, minlength=count)
    return (sums < 0).astype(np.uint8)


def _coefficients(picture: Image) -> tuple[Tensor, Tensor]:
    """(B, 192) of all whole blocks, and the picture's part (3, h, w) that they make up."""
    rows, columns = (side // BLOCK * BLOCK for side in picture.shape[:2])
    inner = torch.from_numpy(np.ascontiguousarray(picture[:rows, :columns].transpose(2, 0, 1), np.float32))
    if not inner.numel():
        return torch.zeros(0, COEFFICIENTS), inner
    return to_coefficients(inner, _all(inner)), inner


def _all(inner: Tensor) -> Tensor:
    return torch.ones(inner.shape[1] // BLOCK, inner.shape[2] // BLOCK, dtype=torch.bool)


def _order(places: int, count: int) -> npt.NDArray[np.intp]:
    """(places,) which bit each place carries: all equally often, scattered, the same on every machine."""
    if count > places:
        raise ValueError(f"{count} bits do not fit into {places} places")
    stream = hashlib.shake_256(b"rofi/evaluation/hidden-bits").digest(8 * places)
    scattered = np.argsort(np.frombuffer(stream, "<u8"), kind="stable")
    which: npt.NDArray[np.intp] = np.empty(places, np.intp)
    which[scattered] = np.arange(places) % count
    return which
