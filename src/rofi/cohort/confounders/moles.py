"""Moles (melanocytic naevi) on cheeks, chin and forehead."""

from __future__ import annotations

import numpy as np

from rofi.cohort.confounders.skin import Skin
from rofi.cohort.face import Face
from rofi.cohort.frame import Image, Patch, ramp
from rofi.cohort.optics import HAEMOGLOBIN, MELANIN, absorb, add_light, luminance, shade
from rofi.cohort.shading import Light, estimate_light
from rofi.cohort.texture import noise

_FROM_EYES = 15.0
_REACH = 9.0


def moles(face: Face, generator: np.random.Generator) -> Face:
    """Put one to six moles on the skin, none within 15 mm of an eye: flat and brown, or raised and paler.

    Args:
        face: to paint on.
        generator: of their number, places, sizes and colours.
    """
    skin, light = Skin.of(face, _FROM_EYES), estimate_light(face)
    count = int(generator.choice([1, 2, 3, 4, 6], p=[0.35, 0.28, 0.2, 0.12, 0.05]))
    picture = face.picture.copy()
    for place in skin.places(count, generator):
        patch = Patch.around(picture, skin.frame_at(place), (-_REACH, -_REACH), (_REACH, _REACH))
        picture[patch.slices] = _mole(patch, light, generator)
    return face.painted(picture)


def _mole(patch: Patch, light: Light, generator: np.random.Generator) -> Image:
    """The patch's pixels with a mole at its origin."""
    radius = float(np.clip(generator.lognormal(0.15, 0.4), 0.6, 2.8))
    dark, aspect, turn = generator.uniform(0.28, 0.75), generator.uniform(0.75, 1.0), generator.uniform(0, np.pi)
    raised = float(generator.random() < 0.4) * generator.uniform(0.25, 0.6) * radius
    along = patch.x * np.cos(turn) + patch.y * np.sin(turn)
    across = (patch.y * np.cos(turn) - patch.x * np.sin(turn)) / aspect
    distance = np.hypot(along, across) * (1 + 0.07 * noise(patch, 1.6 * radius, generator, octaves=2))
    soft = max(0.3, 0.7 / patch.scale, 0.25 * radius)
    cover = ramp(distance, radius + 0.5 * soft, radius - 0.5 * soft)
    mottle = 1 + 0.15 * noise(patch, 0.8 * radius, generator, octaves=2)
    pale = 0.55 if raised else 1.0
    pixels = absorb(patch.pixels, MELANIN, np.asarray(dark * pale * cover * mottle, np.float32))
    pixels = absorb(pixels, HAEMOGLOBIN, np.asarray(0.05 * cover, np.float32))
    if raised:
        dome = np.clip(1.1 - (distance / (1.15 * radius)) ** 2, 0, None)
        height = np.asarray(raised * dome * ramp(dome, 0, 0.4), np.float32)
        pixels = shade(pixels, light.relief(height, patch.scale))
        sheen = 0.12 * float(luminance(patch.pixels).mean()) * light.highlight(height, patch.scale, 30) * cover
        pixels = add_light(pixels, np.asarray(sheen, np.float32))
    return pixels
