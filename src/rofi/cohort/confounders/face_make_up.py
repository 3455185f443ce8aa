"""Lipstick and blush."""

from __future__ import annotations

import cv2
import numpy as np

from rofi.cohort.confounders.skin import Skin
from rofi.cohort.face import Face
from rofi.cohort.frame import Floats, Frame, Patch, Plane, ramp
from rofi.cohort.optics import Absorbance, absorb, add_light, luminance
from rofi.cohort.texture import noise
from rofi.faces import topology

_LIPSTICKS: tuple[Absorbance, ...] = (
    (0.05, 1.0, 0.85),  # red
    (0.03, 0.75, 0.35),  # pink
    (0.25, 1.0, 0.70),  # berry
    (0.20, 0.60, 0.65),  # brown, near to lips
    (0.02, 0.65, 0.75),  # coral
)
_BLUSHES: tuple[Absorbance, ...] = ((0.0, 0.9, 0.6), (0.02, 0.6, 0.8), (0.15, 0.9, 0.8))
_CHEEKS = ((50, 205), (280, 425))
_FROM_EYES = 15.0


def lipstick(face: Face, generator: np.random.Generator) -> Face:
    """Colour the lips, matt or glossy.

    Args:
        face: to paint on.
        generator: of colour, strength and gloss.
    """
    pigment = _LIPSTICKS[int(generator.integers(len(_LIPSTICKS)))]
    amount, gloss = float(generator.uniform(0.12, 0.5)), float(generator.uniform(0, 1))
    mesh, mm = face.landmarks.mesh[:, :2], face.millimetre
    outer = mesh[list(topology.LIPS_OUTER)]
    frame = Frame(outer.mean(0), np.array([1.0, 0.0]), np.array([0.0, 1.0]), mm)
    low, high = frame.to_local(outer.min(0)) - 4, frame.to_local(outer.max(0)) + 4
    patch = Patch.around(face.picture, frame, (low[0], low[1]), (high[0], high[1]))
    lips = _filled(patch, outer) - _filled(patch, mesh[list(topology.LIPS_INNER)])
    cover = cv2.GaussianBlur(np.clip(lips, 0, 1), (0, 0), max(0.45 * mm, 0.5))
    uneven = np.clip(1 + 0.08 * noise(patch, 2.0, generator), 0, None)
    pixels = absorb(patch.pixels, pigment, np.asarray(amount * cover * uneven, np.float32))
    light = luminance(patch.pixels)
    rise = np.clip(light - cv2.GaussianBlur(light, (0, 0), max(2.5 * mm, 1.0)), 0, None)
    pixels = add_light(pixels, np.asarray(0.9 * gloss * rise * cover, np.float32))  # gloss strengthens the reflexes
    return face.painted(patch.put(face.picture, pixels))


def blush(face: Face, generator: np.random.Generator) -> Face:
    """Redden the cheeks with powder, at least 15 mm away from the eyes.

    Args:
        face: to paint on.
        generator: of colour, strength and place.
    """
    skin = Skin.of(face, _FROM_EYES)
    pigment = _BLUSHES[int(generator.integers(len(_BLUSHES)))]
    amount, rise = float(generator.uniform(0.04, 0.15)), float(generator.uniform(0.2, 0.7))
    picture = face.picture.copy()
    for (upper, lower), slant in zip(_CHEEKS, (-1, 1), strict=True):
        middle = rise * face.landmarks.mesh[upper, :2] + (1 - rise) * face.landmarks.mesh[lower, :2]
        patch = Patch.around(picture, skin.frame_at(middle), (-26, -26), (26, 26))
        along, across = patch.x + slant * -0.45 * patch.y, patch.y + slant * 0.45 * patch.x
        powder = ramp(np.hypot(along / 24, across / 17), 1.0, 0.0) * np.clip(
            1 + 0.06 * noise(patch, 1.5, generator), 0, None
        )
        lids = np.concatenate([face.landmarks.left_eye[:16], face.landmarks.right_eye[:16]])
        places = patch.frame.to_local(lids)
        apart = np.min([np.hypot(patch.x - x, patch.y - y) for x, y in places], axis=0)
        powder *= ramp(apart, _FROM_EYES, _FROM_EYES + 6)
        picture[patch.slices] = absorb(patch.pixels, pigment, np.asarray(amount * powder, np.float32))
    return face.painted(picture)


def _filled(patch: Patch, ring: Floats) -> Plane:
    """(h, w) how much of each pixel lies within a closed outline of (K, 2) picture pixels."""
    cover = np.zeros(patch.x.shape, np.uint8)
    offset = np.array([patch.slices[1].start, patch.slices[0].start])
    cv2.fillPoly(cover, [np.rint((ring - offset) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return np.asarray(cover / np.float32(255), np.float32)
