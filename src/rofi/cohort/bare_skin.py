"""The skin as it would look without lashes, hairs and the eye: what a growth that lies over them is made of."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from rofi.cohort.face import Eye, Face
from rofi.cohort.frame import Image, Patch, Plane, blend, ramp
from rofi.cohort.optics import luminance, to_linear
from rofi.cohort.texture import noise

_SMOOTH = 2.0  # mm: folds and light remain, lashes and pores do not
_GRAIN = 0.9  # mm
_ENOUGH = 9  # pixels to measure by
_SURELY = 0.8
_USUAL_ALBEDO, _ALBEDOS = 0.35, (0.06, 0.55)
_WHITE_SKIN, _LEAST_REDDER, _MELANIN_SLOPE = 0.5, 0.12, 1.6  # fitted to faces whose skin tone was plain to see


@dataclass(frozen=True, eq=False)
class BareSkin:
    """The skin of a patch.

    Attributes:
        smooth: (h, w, 3) levels, with the light on it, without texture.
        pixels: the same with the texture of the skin, grown on where there is none to be seen.
    """

    smooth: Image
    pixels: Image


def likely_skin(patch: Patch, eye: Eye) -> Plane:
    """How surely each pixel is skin, 0..1: not between the lids, not as dark as hair, as red as its surroundings."""
    light = to_linear(patch.pixels)
    brightness = luminance(patch.pixels)
    redness = light[..., 0] / np.maximum(light[..., 1], 1e-3)
    outside = ramp(eye.opening(patch.x, patch.y), -0.4, -1.2)
    if not (outside > 0.5).any():
        return outside
    usual, usual_redness = np.median(brightness[outside > 0.5]), np.median(redness[outside > 0.5])
    not_hair = ramp(brightness / max(usual, 1e-3), 0.35, 0.7)
    not_grey = ramp(redness / usual_redness, 0.55, 0.8)
    return np.asarray(outside * not_hair * not_grey, np.float32)


def bare_skin(patch: Patch, eye: Eye, generator: np.random.Generator) -> BareSkin:
    """The skin of a patch, without what is not skin."""
    skin = likely_skin(patch, eye)
    weight = skin + 1e-3
    sigma = _SMOOTH * patch.scale
    spread = cv2.GaussianBlur(weight, (0, 0), sigma)[..., None]
    smooth = cv2.GaussianBlur(patch.pixels * weight[..., None], (0, 0), sigma) / spread
    texture = patch.pixels - smooth
    strength = float(np.std(texture[skin > _SURELY])) if (skin > _SURELY).sum() > _ENOUGH else 2.0
    grown = min(strength, 6.0) * noise(patch, _GRAIN, generator)[..., None]
    pixels = smooth + blend(np.broadcast_to(grown, smooth.shape), texture, skin)
    return BareSkin(np.asarray(smooth, np.float32), pixels)


def skin_albedo(face: Face, eye: Eye) -> float:
    """Share of the light that the skin about an eye reflects, about: 0.1 is black skin, 0.5 white.

    Read from how much redder than the white of the eye it is, as melanin takes more of the blue light than of the red;
    how bright the two are tells less, since the lids shade the eye. Held within what skins reflect.
    """
    patch = eye.patch(face.picture, (18, 20))
    skin = likely_skin(patch, eye) > _SURELY
    brightness = luminance(patch.pixels)
    white = (eye.opening(patch.x, patch.y) > 0.8) & (eye.from_limbus(patch.x, patch.y) > 0.5)
    if white.sum() < _ENOUGH or skin.sum() < _ENOUGH:
        return _USUAL_ALBEDO
    white &= brightness >= np.quantile(brightness[white], 0.6)
    light = np.maximum(to_linear(patch.pixels), 1e-4)
    colours = np.log10(np.median(light[skin], 0)), np.log10(np.median(light[white], 0))
    redder = float((colours[0] - colours[1]) @ np.array([1.0, 0.0, -1.0]))
    return float(np.clip(_WHITE_SKIN * 10 ** (-_MELANIN_SLOPE * (redder - _LEAST_REDDER)), *_ALBEDOS))
