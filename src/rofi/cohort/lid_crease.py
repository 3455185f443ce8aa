"""The crease of the upper lid made deeper or blunt, by its own light and shade."""

from __future__ import annotations

import cv2
import numpy as np

from rofi.cohort.face import Eye
from rofi.cohort.frame import Image, Patch, Plane, ramp
from rofi.cohort.optics import shade, to_linear

_FOLD = 2.2
_PORE = 0.35
_LASHES = 2.0
_DARKEST, _BRIGHTEST = 0.5, 1.6


def reshape_crease(eye: Eye, patch: Patch, gain: float) -> Image:
    """The patch with the folds between lashes and brow made flatter or deeper.

    Folds are what a photograph shows of luminance between the size of pores and of the whole lid; they are scaled in
    the logarithm, so that the light stays, and fine texture is left as it is.

    Args:
        eye: whose crease.
        patch: with the lid.
        gain: 0 smooths folds away, 1 leaves them, 2 doubles their depth.
    """
    inside = ramp(patch.x, eye.medial - 3, eye.medial + 3) * ramp(patch.x, eye.lateral + 5, eye.lateral - 1)
    lashes, brow = eye.upper_lid(patch.x) - _LASHES, eye.brow_line(patch.x)
    band = inside * ramp(patch.y - brow, 1.5, 4.5) * ramp(patch.y - lashes, 0.8, -1.2)
    light = np.log(np.maximum(to_linear(patch.pixels).mean(-1), 2e-3))
    coarse = max(_FOLD * patch.scale, 1.5)
    fold = _blur(light, band, max(_PORE * patch.scale, 0.5)) - _blur(light, band, coarse)
    factor = np.exp((gain - 1) * np.clip(fold, -0.8, 0.8) * band)
    return shade(patch.pixels, np.asarray(np.clip(factor, _DARKEST, _BRIGHTEST), np.float32))


def _blur(values: Plane, weight: Plane, size: float) -> Plane:
    """A blur that sees only what has weight."""
    seen = cv2.GaussianBlur(weight, (0, 0), size)
    return np.asarray(cv2.GaussianBlur(values * weight, (0, 0), size) / np.maximum(seen, 1e-3), np.float32)
