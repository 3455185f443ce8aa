"""Unsharp photographs: out of focus, or shaken."""

from __future__ import annotations

import cv2
import numpy as np

from rofi.cohort.face import Face
from rofi.cohort.frame import Floats
from rofi.cohort.optics import to_levels, to_linear

_POINTS = 41  # across a disc or along a line


def defocus(face: Face, generator: np.random.Generator) -> Face:
    """Spread every point of light into a disc of 0.3 to 1 mm radius on the skin.

    Args:
        face: to blur.
        generator: of the radius.
    """
    radius = float(generator.uniform(0.3, 1.0)) * face.millimetre
    side = np.linspace(-radius, radius, _POINTS)
    grid = np.stack(np.meshgrid(side, side), -1).reshape(-1, 2)
    return _filtered(face, grid[np.hypot(*grid.T) <= radius])


def motion_blur(face: Face, generator: np.random.Generator) -> Face:
    """Spread every point of light into a line of 0.6 to 2 mm on the skin.

    Args:
        face: to blur.
        generator: of the length and direction.
    """
    length, turn = float(generator.uniform(0.6, 2.0)) * face.millimetre, generator.uniform(0, np.pi)
    along = np.linspace(-length / 2, length / 2, _POINTS)[:, None]
    return _filtered(face, along * [np.cos(turn), np.sin(turn)])


def _filtered(face: Face, points: Floats) -> Face:
    """The face with every point of light spread evenly over (N, 2) places about it, in pixels.

    Light adds up linearly, levels do not. A place between pixels is shared among the four about it.
    """
    reach = int(np.ceil(np.abs(points).max())) + 1
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1))
    whole = np.floor(points).astype(int)
    part = points - whole
    for right in (0, 1):
        for below in (0, 1):
            share = np.abs(1 - right - part[:, 0]) * np.abs(1 - below - part[:, 1]) / len(points)
            np.add.at(kernel, (whole[:, 1] + below + reach, whole[:, 0] + right + reach), share)
    light = cv2.filter2D(to_linear(face.picture), -1, kernel, borderType=cv2.BORDER_REFLECT_101)
    return face.painted(to_levels(light))
