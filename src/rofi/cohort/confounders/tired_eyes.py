"""Tired eyes: dark circles, slight bags."""

from __future__ import annotations

import numpy as np

from rofi.cohort.face import Eye, Face, Side
from rofi.cohort.frame import Patch, ramp
from rofi.cohort.optics import MELANIN, Absorbance, absorb, shade
from rofi.cohort.shading import Light, estimate_light
from rofi.cohort.texture import noise

_DEEP_VEINS: Absorbance = (0.72, 1.0, 0.66)
"""Veins seen through thin skin: bluish violet, as the skin scatters blue back from above them (Kienle et al. 1996)."""
_HIGHEST_BAG = 0.9


def tired_eyes(face: Face, generator: np.random.Generator) -> Face:
    """Darken the hollows under both eyes and raise slight bags; the lids' margins and the eyeballs stay as they are.

    Args:
        face: to paint on.
        generator: of how tired, and whether the skin or its veins are dark.
    """
    light = estimate_light(face)
    dark, brown, bag = generator.uniform(0.07, 0.22), generator.uniform(0, 1), generator.uniform(0, _HIGHEST_BAG)
    for side in Side:
        uneven = generator.uniform(0.85, 1.15)
        face = _under_eye(face, face.eye(side), light, dark * uneven, brown, bag * uneven, generator)
    return face


def _under_eye(
    face: Face, eye: Eye, light: Light, dark: float, brown: float, bag: float, generator: np.random.Generator
) -> Face:
    patch = Patch.around(face.picture, eye.frame, (eye.medial - 6, -6), (eye.lateral + 8, 24))
    margin = eye.lower_lid(patch.x)
    depth = np.maximum(eye.border_line(patch.x) - margin, 4.0)  # of the lower lid
    down = (patch.y - margin) / depth  # 0 at the margin, 1 where the lid ends
    ends = ramp(patch.x, eye.medial - 5, eye.medial + 3) * ramp(patch.x, eye.lateral + 7, eye.lateral - 3)
    nasal = 0.65 + 0.35 * ramp(patch.x, eye.lateral, eye.medial)
    circle = ramp(down, 0.02, 0.55) * ramp(down, 2.1, 0.9) * ends * nasal
    circle *= np.clip(1 + 0.12 * noise(patch, 4.0, generator), 0, None)
    pixels = absorb(patch.pixels, _DEEP_VEINS, np.asarray(dark * (1 - 0.7 * brown) * circle, np.float32))
    pixels = absorb(pixels, MELANIN, np.asarray(0.8 * dark * brown * circle, np.float32))
    swell = ramp(down, 0.15, 0.75) * ramp(down, 1.25, 0.8) * ends
    pixels = shade(pixels, light.relief(np.asarray(bag * swell, np.float32), patch.scale))
    return face.painted(patch.put(face.picture, pixels))
