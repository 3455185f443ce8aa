"""A coarse field of colour over a square, as a few numbers: the slowest cosines of each channel."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Image = npt.NDArray[np.float32]

WAVES = 6
"""Cosines each way."""
NUMBERS = 3 * WAVES**2
SLOWEST = 2.5
"""Levels of the mean that one unit stands for; of faster waves it is less, in proportion to the wavelength."""
_GRAIN = 30.0
"""Levels of a face's detail that is no colour field."""


def colour_field(numbers: Floats, side: int) -> Image:
    """(side, side, 3) levels.

    Args:
        numbers: (NUMBERS,), as `fit_field` gives them.
        side: of the square.
    """
    waves = _waves(side)
    weights = (numbers.reshape(WAVES, WAVES, 3) * _units()[..., None]).astype(np.float32)
    return np.asarray(np.einsum("uy,uvc,vx->yxc", waves, weights, waves, optimize=True), np.float32)


def fit_field(difference: Image, mask: Image) -> Floats:
    """(NUMBERS,) the field nearest to a difference in the least-squares sense, whose own spread is one unit.

    Args:
        difference: (V, V, 3) levels.
        mask: (V, V) weights; elsewhere nothing is known, and nothing is made up.
    """
    waves = _waves(difference.shape[0])
    rows, columns = np.nonzero(mask > 0)
    weight = mask[rows, columns]
    basis = (waves[:, rows][:, None] * waves[:, columns][None] * _units()[..., None]).reshape(WAVES**2, -1)
    gram = (basis * weight) @ basis.T + _GRAIN**2 * np.eye(WAVES**2)
    numbers = np.linalg.solve(gram, (basis * weight) @ difference[rows, columns])
    return np.asarray(numbers.ravel(), np.float64)


def _waves(side: int) -> Image:
    """(WAVES, side) cosines of half periods, as the DCT-II has them."""
    places = (np.arange(side) + 0.5) / side
    return np.cos(np.pi * np.arange(WAVES)[:, None] * places).astype(np.float32)


def _units() -> Floats:
    """(WAVES, WAVES) levels that one unit of each wave stands for."""
    speed = np.arange(WAVES)
    return SLOWEST / (1 + speed[:, None] + speed[None])
