"""A growth raised above the skin, in the light that falls on the face."""

from __future__ import annotations

import cv2
import numpy as np

from rofi.cohort.frame import Image, Patch, Plane, blend, ramp
from rofi.cohort.optics import shade
from rofi.cohort.shading import Light
from rofi.cohort.texture import noise

_SHADOW_STEPS = 6
_LEAST_STEEP = 0.8  # of the lamp: lower ones are rarely so alone that a shadow gets longer
_CREVICE = 0.35  # of the light from everywhere that a deep crevice loses


def soft_edge(patch: Patch) -> float:
    """Millimetres over which an edge fades: a third, or most of a pixel."""
    return max(0.3, 0.7 / patch.scale)


def surface(patch: Patch, size: float, generator: np.random.Generator) -> Plane:
    """Bumps of `size` millimetres (`texture.noise`) with what detail a camera of this resolution would show."""
    pixels = size * patch.scale
    octaves = int(np.clip(np.log2(max(pixels, 1.0)), 1, 3))
    return noise(patch, size, generator, octaves) * float(np.clip(pixels / 2, 0.3, 1))


def settle(height: Plane, patch: Patch, foot: float) -> Plane:
    """A height field whose foot merges into the skin over `foot` millimetres, so that no edge of it is sharp."""
    return np.asarray(cv2.GaussianBlur(height, (0, 0), max(foot * patch.scale, 0.5)), np.float32)


def raised(pixels: Image, height: Plane, light: Light, patch: Patch) -> Image:
    """Light a growth: its slopes towards the lamp brighter, its far side and the skin behind it in shadow.

    Args:
        pixels: (h, w, 3) levels, coloured as the growth is where it faces the viewer.
        height: (h, w) millimetres above the skin.
    """
    shadow = (1 - _cast_shadow(height, light, patch)) * (1 - _crevices(height, patch))
    return shade(pixels, light.relief(height, patch.scale) * shadow)


def spare_eyeball(before: Image, after: Image, depth: Plane, opening: Plane, edge: float) -> Image:
    """The growth with its redness and shadow, but the eyeball beside it as it was.

    Args:
        depth: (h, w) millimetres within the growth's outline.
        opening: (h, w) `Eye.opening` of the patch.
        edge: millimetres over which the growth's edge fades.
    """
    return blend(before, after, np.maximum(ramp(opening, 0.4, -0.4), ramp(depth, -edge, 0.0)))


def _cast_shadow(height: Plane, light: Light, patch: Patch) -> Plane:
    """Share of the light that the growth takes from what lies behind it."""
    across = light.towards[:2]
    length = float(np.linalg.norm(across))
    tallest = float(height.max())
    if length < 0.05 or tallest <= 0:
        return np.zeros_like(height)
    steepness = float(light.towards[2]) / length
    hidden = np.zeros_like(height)
    for reach in np.linspace(0, tallest / max(steepness, _LEAST_STEEP), _SHADOW_STEPS + 1)[1:]:
        shift = reach * patch.scale * across / length
        matrix = np.array([[1, 0, -shift[0]], [0, 1, -shift[1]]])
        towards_lamp = cv2.warpAffine(height, matrix, height.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
        hidden = np.maximum(hidden, towards_lamp - reach * max(steepness, _LEAST_STEEP) - height)
    shadow = (1 - light.ambient) * ramp(hidden, 0, 0.5 * tallest)
    return np.asarray(cv2.GaussianBlur(shadow, (0, 0), max(0.15 * tallest * patch.scale, 0.5)), np.float32)


def _crevices(height: Plane, patch: Patch) -> Plane:
    """Share of the light from everywhere that does not reach a hollow or the foot of a slope."""
    depth = cv2.GaussianBlur(height, (0, 0), max(0.8 * patch.scale, 0.7)) - height
    return np.asarray(_CREVICE * np.clip(depth, 0, 1), np.float32)
