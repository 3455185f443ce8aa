"""Freckles."""

from __future__ import annotations

import numpy as np

from rofi.cohort.confounders.skin import Skin, strewn
from rofi.cohort.face import Face
from rofi.cohort.frame import Patch
from rofi.cohort.optics import MELANIN, absorb
from rofi.faces import topology

_SIZES = (0.35, 0.55, 0.85)
_FROM_EYES = 5.0  # the lids stay clear: a brown spot on one is for a doctor to judge
_NOSE, _SPREAD = 195, (26.0, 14.0)


def freckles(face: Face, generator: np.random.Generator) -> Face:
    """Strew freckles over cheeks and nose, thinning out towards the jaw and the forehead.

    Args:
        face: to paint on.
        generator: of their number, places and darkness.
    """
    skin = Skin.of(face, _FROM_EYES)
    count, dark = int(generator.integers(60, 320)), float(generator.uniform(0.06, 0.2))
    middle = face.landmarks.mesh[_NOSE, :2]
    tried = generator.normal(0, 1, (2 * count, 2)) * _SPREAD
    places = skin.frame.to_picture(tried + skin.frame.to_local(middle) + [0.0, 4.0])
    places = places[skin.bare(places)][:count]
    if not len(places):
        return face
    oval = face.landmarks.mesh[list(topology.FACE_OVAL), :2]
    low, high = (skin.frame.to_local(corner) for corner in (oval.min(0), oval.max(0)))
    patch = Patch.around(face.picture, skin.frame, (low[0], low[1]), (high[0], high[1]))
    amounts = dark * generator.gamma(3.0, 1 / 3.0, len(places))
    kind = generator.choice(len(_SIZES), len(places), p=(0.55, 0.33, 0.12))
    total = np.zeros(patch.x.shape, np.float32)
    for index, size in enumerate(_SIZES):
        chosen = kind == index
        for _ in range(2):  # two discs beside one another: no freckle is round
            beside = places[chosen] + generator.normal(0, 0.5 * size * patch.scale, (int(chosen.sum()), 2))
            total += strewn(patch, beside, amounts[chosen], size) / 2
    pixels = absorb(patch.pixels, MELANIN, np.minimum(total, 3 * dark))
    return face.painted(patch.put(face.picture, pixels))
