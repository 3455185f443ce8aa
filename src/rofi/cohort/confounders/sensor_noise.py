"""Noise of the sensor."""

from __future__ import annotations

import cv2
import numpy as np

from rofi.cohort.face import Face
from rofi.cohort.frame import Image
from rofi.cohort.optics import to_levels, to_linear

_GRAIN = 0.5  # pixels over which demosaicing spreads noise, standard deviation
_COLOUR_SHARE = 0.4


def sensor_noise(face: Face, generator: np.random.Generator) -> Face:
    """Shot noise that grows with the root of the light, and read noise (Foi et al. 2008), spread by demosaicing.

    Args:
        face: to take with a noisier camera.
        generator: of the gain and of the noise itself.
    """
    shot, read = float(generator.uniform(0.0005, 0.006)) ** 0.5 * 0.35, float(generator.uniform(0.0003, 0.0015))
    light = to_linear(face.picture)
    deviation = np.sqrt(np.float32(shot**2) * light + np.float32(read**2))
    grey = generator.standard_normal(light.shape[:2], np.float32)[..., None]
    colour = generator.standard_normal(light.shape, np.float32)
    raw: Image = np.asarray((1 - _COLOUR_SHARE) ** 0.5 * grey + _COLOUR_SHARE**0.5 * colour, np.float32)
    spread = cv2.GaussianBlur(raw, (0, 0), _GRAIN)
    return face.painted(to_levels(light + deviation * spread))
