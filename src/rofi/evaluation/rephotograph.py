"""The same photograph once more, as another camera and another file have it: for cohorts without a second one."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from rofi.imaging.decode import decode
from rofi.imaging.encode import encode

Bytes = npt.NDArray[np.uint8]
_SCALE, _TURN, _SHIFT = 0.04, 2.0, 1.0
_NOISE, _QUALITY = 2.0, 85


def rephotograph(pixels: Bytes, points: npt.ArrayLike, seed: int) -> tuple[Bytes, npt.NDArray[np.float64]]:
    """A photograph resampled, with noise, and saved as JPEG.

    It is turned by up to 2 degrees, made larger or smaller by up to 4 % and shifted by up to a pixel, noise of 2 levels
    is added, and it goes through a JPEG file of quality 85.

    Args:
        pixels: (H, W, 3) RGB.
        points: (N, 2) of it, pixels.
        seed: of all that is drawn.

    Returns:
        (H, W, 3), and where the points are now.
    """
    generator = np.random.default_rng(seed)
    height, width = pixels.shape[:2]
    centre = (width - 1) / 2, (height - 1) / 2
    turn, scale = generator.uniform(-_TURN, _TURN), 1 + generator.uniform(-_SCALE, _SCALE)
    matrix = np.asarray(cv2.getRotationMatrix2D(centre, turn, scale), np.float64)
    matrix[:, 2] += generator.uniform(-_SHIFT, _SHIFT, 2)
    moved = cv2.warpAffine(pixels, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    noisy = moved + generator.normal(0, _NOISE, moved.shape)
    data = encode(np.clip(np.rint(noisy), 0, 255).astype(np.uint8), "jpeg", _QUALITY)
    places = np.asarray(points, np.float64) @ matrix[:, :2].T + matrix[:, 2]
    return decode(data, "photographed again").pixels, np.asarray(places, np.float64)
