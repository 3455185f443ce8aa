"""Small old scars on cheeks, chin and forehead."""

from __future__ import annotations

import numpy as np

from rofi.cohort.confounders.skin import Skin
from rofi.cohort.face import Face
from rofi.cohort.frame import Image, Patch, blend, ramp
from rofi.cohort.optics import HAEMOGLOBIN, MELANIN, absorb, shade
from rofi.cohort.shading import Light, estimate_light
from rofi.cohort.texture import noise

_FROM_EYES = 22.0  # of its middle: a scar is up to 14 mm long, and its ends stay 15 mm away
_LONGEST = 14.0


def scars(face: Face, generator: np.random.Generator) -> Face:
    """Put one or two small scars on the skin, none within 15 mm of an eye: lines, paler or pinker, a little sunken.

    Args:
        face: to paint on.
        generator: of their places, lengths, bends and colours.
    """
    skin, light = Skin.of(face, _FROM_EYES), estimate_light(face)
    picture = face.picture.copy()
    reach = 0.5 * _LONGEST + 2
    for place in skin.places(1 + int(generator.random() < 0.25), generator):
        patch = Patch.around(picture, skin.frame_at(place), (-reach, -reach), (reach, reach))
        picture[patch.slices] = _scar(patch, light, generator)
    return face.painted(picture)


def _scar(patch: Patch, light: Light, generator: np.random.Generator) -> Image:
    """The patch's pixels with a scar across its origin."""
    length, width = generator.uniform(5, _LONGEST), generator.uniform(0.7, 1.8)
    turn, bend = generator.uniform(0, np.pi), generator.normal(0, 0.02)
    pink, depth = generator.uniform(-0.05, 0.13), generator.uniform(-0.15, 0.4)
    along = patch.x * np.cos(turn) + patch.y * np.sin(turn)
    across = patch.y * np.cos(turn) - patch.x * np.sin(turn) - bend * along**2
    across += 0.12 * noise(patch, 3.0, generator, octaves=2)
    half = 0.5 * width * np.sqrt(np.clip(1 - (2 * along / length) ** 2, 0, 1))
    soft = max(0.35, 0.8 / patch.scale)
    cover = ramp(np.abs(across) - half, soft, -0.3 * soft) * ramp(np.abs(along), 0.5 * length, 0.35 * length)
    cover *= np.clip(0.85 + 0.2 * noise(patch, 2.0, generator), 0, 1)
    flat = np.asarray(patch.pixels.mean((0, 1)), np.float32)
    pixels = blend(patch.pixels, flat, 0.4 * cover)  # a scar has no pores
    pixels = absorb(pixels, MELANIN, -0.2 * cover)  # nor much pigment
    pixels = absorb(pixels, HAEMOGLOBIN, np.asarray(pink * cover, np.float32))
    return shade(pixels, light.relief(np.asarray(-depth * cover, np.float32), patch.scale))
