"""Acne: pimples off the lids."""

from __future__ import annotations

import numpy as np

from rofi.cohort.confounders.skin import Skin
from rofi.cohort.face import Face
from rofi.cohort.frame import Image, Patch, blend, ramp
from rofi.cohort.optics import HAEMOGLOBIN, OLD_BLOOD, absorb, add_light, luminance, shade
from rofi.cohort.shading import Light, estimate_light
from rofi.cohort.texture import noise

_FROM_EYES = 17.0  # of a pimple's middle, so that its red keeps 15 mm away
_REACH = 7.0
_PUS = np.array([1.0, 0.95, 0.78], np.float32)


def acne(face: Face, generator: np.random.Generator) -> Face:
    """Put 2 to 24 pimples on forehead, cheeks and chin, none within 15 mm of an eye; some carry a white head.

    Args:
        face: to paint on.
        generator: of their number, places, sizes and ages.
    """
    skin, light = Skin.of(face, _FROM_EYES), estimate_light(face)
    count = int(np.clip(generator.lognormal(1.7, 0.7), 2, 24))
    picture = face.picture.copy()
    for place in skin.places(count, generator):
        patch = Patch.around(picture, skin.frame_at(place), (-_REACH, -_REACH), (_REACH, _REACH))
        picture[patch.slices] = _pimple(patch, light, generator)
    return face.painted(picture)


def _pimple(patch: Patch, light: Light, generator: np.random.Generator) -> Image:
    """The patch's pixels with a pimple at its origin."""
    radius = float(np.clip(generator.lognormal(-0.1, 0.35), 0.5, 2.0))
    fresh, head = generator.random(), generator.random() < 0.3
    ragged = np.clip(1 + 0.12 * noise(patch, 2.0 * radius, generator), 0.6, 1.5)
    distance = np.hypot(patch.x, patch.y) * ragged / radius
    red = ramp(distance, 1.5, 0.3) + 0.35 * ramp(distance, 2.6, 0.8)
    pixels = absorb(patch.pixels, HAEMOGLOBIN, np.asarray((0.09 + 0.11 * fresh) * red, np.float32))
    pixels = absorb(pixels, OLD_BLOOD, np.asarray(0.1 * (1 - fresh) * red, np.float32))
    height = np.asarray((0.1 + 0.3 * fresh) * radius * np.clip(1 - (distance / 1.2) ** 2, 0, None) ** 1.5, np.float32)
    pixels = shade(pixels, light.relief(height, patch.scale))
    level = float(luminance(patch.pixels).mean())
    if head:
        top = ramp(distance * radius, max(0.55 * radius, 0.6 / patch.scale), 0.0)
        bright = np.asarray(pixels.max((0, 1)) * _PUS, np.float32)
        pixels = blend(pixels, bright, 0.5 * top)
    glint = 0.15 * level * light.highlight(height, patch.scale, 60) * ramp(distance, 1.2, 0.4)
    return add_light(pixels, np.asarray(glint, np.float32))
