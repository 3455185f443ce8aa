"""Other light: a lamp from one side, its colour, exposure and contrast."""

from __future__ import annotations

import cv2
import numpy as np

from rofi.cohort.face import Face
from rofi.cohort.frame import Floats, Plane, ramp
from rofi.cohort.optics import to_levels, to_linear
from rofi.cohort.shading import Light
from rofi.faces import topology

_PRIMARIES = np.array([610e-9, 550e-9, 465e-9])
_DAYLIGHT = 6500.0
_SECOND_RADIATION_CONSTANT = 1.438777e-2
_RELIEF_WIDTH = 96
_MIDDLE = 0.18
_FADE = 12.0  # millimetres over which the shading ends about the face's outline


def lamp(face: Face, generator: np.random.Generator) -> Face:
    """Light the face more from one side, by the relief of its mesh; eyes, nose and cheeks shade accordingly.

    Args:
        face: to light.
        generator: of the lamp's direction and share of the light.
    """
    azimuth, height = generator.uniform(0, 2 * np.pi), generator.uniform(0.4, 0.9)
    towards = np.array([np.cos(azimuth), -abs(np.sin(azimuth)), 0.0]) * np.sqrt(1 - height**2) + [0, 0, height]
    light = Light(np.asarray(towards, np.float64), float(generator.uniform(0.25, 0.7)))
    return face.painted(to_levels(to_linear(face.picture) * _relief(face, light)[..., None]))


def colour_temperature(face: Face, generator: np.random.Generator) -> Face:
    """The colour cast of a lamp between 3,200 and 11,000 K that the camera has balanced in part.

    Gains follow Planck's law at the wavelengths of the primaries, relative to daylight of 6,500 K.

    Args:
        face: to tint.
        generator: of the temperature and of how much the camera left.
    """
    kelvin = 1 / generator.uniform(1 / 11000, 1 / 3200)
    left, green = generator.uniform(0.15, 0.5), generator.normal(0, 0.015)
    gains = (_planck(kelvin) / _planck(_DAYLIGHT)) ** left * [1, 1 + green, 1]
    gains = gains / (gains @ [0.2126, 0.7152, 0.0722])
    return face.painted(to_levels(to_linear(face.picture) * gains.astype(np.float32)))


def exposure(face: Face, generator: np.random.Generator) -> Face:
    """Up to half a stop more or a stop less light, and a softer or harder tone curve about middle grey.

    Args:
        face: to expose anew.
        generator: of exposure and contrast.
    """
    stops, contrast = generator.uniform(-1.0, 0.45), generator.uniform(0.85, 1.2)
    light = to_linear(face.picture) * np.float32(2**stops)
    return face.painted(to_levels(_MIDDLE * np.power(light / np.float32(_MIDDLE), np.float32(contrast))))


def _planck(kelvin: float) -> Floats:
    """(3,) spectral radiance at the primaries, arbitrary units."""
    radiance: Floats = _PRIMARIES**-5.0 / np.expm1(_SECOND_RADIATION_CONSTANT / (_PRIMARIES * kelvin))
    return radiance


def _relief(face: Face, light: Light) -> Plane:
    """(H, W) factor of light on the relief of the mesh, worked out coarsely: faces are smooth, and it is quick."""
    rows, columns = face.picture.shape[:2]
    mesh = face.landmarks.mesh
    low, high = mesh[:, :2].min(0), mesh[:, :2].max(0)
    margin = 0.6 * (high - low)
    origin, step = low - margin, float((high - low + 2 * margin).max()) / _RELIEF_WIDTH
    places = np.rint((mesh[:, :2] - origin) / step).astype(int)
    depth, known = np.zeros((2, _RELIEF_WIDTH + 1, _RELIEF_WIDTH + 1), np.float32)
    np.add.at(depth, (places[:, 1], places[:, 0]), (mesh[:, 2].max() - mesh[:, 2]) / step)
    np.add.at(known, (places[:, 1], places[:, 0]), 1)
    height = np.zeros_like(depth)
    filled = np.zeros_like(depth)
    for sigma in (1.2, 2.5, 6.0, 16.0):  # fine where points lie close, coarse in the gaps and about the face
        weight = cv2.GaussianBlur(known, (0, 0), sigma)
        near = cv2.GaussianBlur(depth, (0, 0), sigma) / np.maximum(weight, 1e-9)
        trust = np.clip(weight / (0.25 / sigma**2), 0, 1) * (1 - filled)
        height += trust * near
        filled += trust
    smooth = np.asarray(cv2.GaussianBlur(height / np.maximum(filled, 1e-6), (0, 0), 1.5), np.float32)
    factor = cv2.GaussianBlur(light.relief(smooth, 1.0), (0, 0), 1.0)
    outline = np.rint((mesh[list(topology.FACE_OVAL), :2] - origin) / step).astype(np.int32)
    on_face = cv2.fillConvexPoly(np.zeros_like(depth), outline, 1.0)
    on_face = ramp(cv2.GaussianBlur(on_face, (0, 0), _FADE / step * face.millimetre), 0.15, 0.75)
    factor = 1 + on_face * (factor - 1)  # about the face nothing is known of the relief
    to_grid = np.array([[1 / step, 0, -origin[0] / step], [0, 1 / step, -origin[1] / step]])
    whole = cv2.warpAffine(
        factor,
        to_grid,
        (columns, rows),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(np.clip(whole, 0.05, None), np.float32)
