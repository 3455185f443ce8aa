"""Sharpness and grain of a face that was made smaller than its photograph shows it."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.float32]

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
_COLOUR_SHARE = 0.35
"""Standard deviation of the grain's colour over that of its lightness."""
_SKIN_CORE = 0.9
_STRONGEST = 6.0
"""Levels; more than that in one octave is hair or beard, not grain."""


def match_grain(picture: Image, photo: Image, mask: Image, shrinkage: float, seed: int) -> Image:
    """Add to a smooth picture the fine texture that the photograph has and it lacks, octave by octave.

    The texture is noise with the photograph's energy in each octave: nothing of the patient's skin is copied. All
    octaves are bands of one field of white noise, for neighbouring bands overlap: of fields of their own they would
    add up to a quarter less than in the photograph.

    Args:
        picture: (H, W, 3) 0..255, enlarged from the network's view.
        photo: (H, W, 3) 0..255, the original.
        mask: (H, W), 1 where the picture will replace the photograph.
        shrinkage: photograph pixels per pixel of the view; octaves finer than the view are filled, and the finest that
            the view holds, for the network's own are soft.
        seed: fixes the noise.
    """
    core = mask > _SKIN_CORE
    if not core.any():
        return picture
    noise = np.random.default_rng(seed).standard_normal((*mask.shape, 4), np.float32)
    result = picture.copy()
    for octave in range(max(1, math.ceil(math.log2(max(shrinkage, 1))) + 1)):
        wanted, there = (_energy(image @ _LUMA, core, octave) for image in (photo, picture))
        lacking = min(math.sqrt(max(wanted**2 - there**2, 0.0)), _STRONGEST)
        if lacking > 0:
            result += mask[..., None] * lacking * _grain(noise, octave)
    return result


def _band(image: npt.NDArray[np.floating], octave: int) -> Image:
    """Difference of Gaussians: detail of about 2**octave pixels."""
    plane = np.asarray(image, np.float32)
    fine = plane if octave == 0 else cv2.GaussianBlur(plane, (0, 0), 0.6 * 2 ** (octave - 1))
    return np.asarray(fine - cv2.GaussianBlur(plane, (0, 0), 0.6 * 2**octave), np.float32)


def _energy(plane: npt.NDArray[np.floating], core: npt.NDArray[np.bool_], octave: int) -> float:
    """Robust standard deviation of a band over the core: edges of lips and nostrils do not count (MAD, 1.4826)."""
    band = _band(plane, octave)[core]
    return float(1.4826 * np.median(np.abs(band - np.median(band))))


def _grain(noise: Image, octave: int) -> Image:
    """A band of (H, W, 4) noise as grain (H, W, 3): lightness of deviation 1 from one plane, colour from three."""
    band = _band(noise, octave)
    band /= np.maximum(band.std(axis=(0, 1)), 1e-6)
    return np.asarray(band[..., :1] + _COLOUR_SHARE * band[..., 1:], np.float32)
