"""The public-domain portrait as a patient's photograph."""

from __future__ import annotations

import functools

import numpy as np
from skimage.data import astronaut

from rofi.evaluation.methods.method import Photograph
from rofi.evaluation.methods.redrawn_face import VIEW, AlignedFace
from rofi.faces.detection import Detection
from rofi.imaging.encode import encode
from sign_cohort import FIVE_POINTS

LEFT, TOP, SIDE = 120, 20, 200


@functools.cache
def portrait() -> Photograph:
    """The face and a little about it, 200 x 200; the aligned view has about one pixel of it per pixel."""
    pixels = np.ascontiguousarray(astronaut()[TOP : TOP + SIDE, LEFT : LEFT + SIDE])
    points = FIVE_POINTS - (LEFT, TOP)
    return Photograph("Anna Example.png", encode(pixels, "png"), pixels, Detection((70, 40, 70, 100), points, 1.0))


@functools.cache
def whole_portrait() -> Photograph:
    """All of it, 512 x 512, the face no larger."""
    detection = Detection((190, 60, 70, 100), FIVE_POINTS, 1.0)
    return Photograph("Anna Example.png", encode(astronaut(), "png"), astronaut(), detection)


@functools.cache
def portrait_face() -> AlignedFace:
    """The same, aligned."""
    photo = portrait()
    return AlignedFace.of(photo.pixels, photo.alignment(VIEW), photo.landmarks)


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    """Peak signal-to-noise ratio in dB, by its definition."""
    return float(10 * np.log10(255**2 / np.mean((one.astype(float) - other) ** 2)))
