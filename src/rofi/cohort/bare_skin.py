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
_SURELY_SKIN = 50, 280, 101, 330, 205, 425, 36, 266, 118, 347, 6, 197, 195, 5, 9  # points of the mesh
_IN_SHADOW = 0.5  # of the usual brightness: darker skin on the same face is hard to tell from hair
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


@dataclass(frozen=True)
class SkinTone:
    """How bright and how red the skin of a face usually is.

    Attributes:
        brightness: relative luminance, 0..1; redness: red light by green light.
    """

    brightness: float
    redness: float


def skin_tone(face: Face) -> SkinTone:
    """The skin tone of a face: the median over its cheeks and the bridge of its nose."""
    height, width = face.picture.shape[:2]
    places = np.rint(face.landmarks.mesh[list(_SURELY_SKIN), :2]).astype(int)
    pixels = face.picture[np.clip(places[:, 1], 0, height - 1), np.clip(places[:, 0], 0, width - 1)][None]
    return SkinTone(max(float(np.median(luminance(pixels))), 1e-3), float(np.median(_redness(pixels))))


def likely_skin(patch: Patch, eye: Eye, tone: SkinTone) -> Plane:
    """How surely each pixel is skin, 0..1: not between the lids, not dark or grey as hair, brows and lashes are."""
    brightness = luminance(patch.pixels)
    outside = ramp(eye.opening(patch.x, patch.y), -0.4, -1.2)
    if not (outside > 0.5).any():
        return outside
    usual = max(float(np.median(brightness[outside > 0.5])), _IN_SHADOW * tone.brightness)
    not_dark = ramp(brightness / usual, 0.35, 0.7)
    not_grey = ramp(_redness(patch.pixels) / tone.redness, 0.55, 0.75)
    return np.asarray(outside * not_dark * not_grey, np.float32)


def _redness(pixels: Image) -> Plane:
    light = to_linear(pixels)
    return np.asarray(light[..., 0] / np.maximum(light[..., 1], 1e-3), np.float32)


def bare_skin(patch: Patch, eye: Eye, tone: SkinTone, generator: np.random.Generator) -> BareSkin:
    """The skin of a patch, without what is not skin."""
    skin = likely_skin(patch, eye, tone)
    weight = skin + 1e-3
    sigma = _SMOOTH * patch.scale
    spread = cv2.GaussianBlur(weight, (0, 0), sigma)[..., None]
    smooth = np.asarray(cv2.GaussianBlur(patch.pixels * weight[..., None], (0, 0), sigma) / spread, np.float32)
    texture = patch.pixels - smooth
    strength = float(np.std(texture[skin > _SURELY])) if (skin > _SURELY).sum() > _ENOUGH else 2.0
    grown = min(strength, 6.0) * noise(patch, _GRAIN, generator)[..., None]
    pixels = smooth + blend(np.broadcast_to(grown, smooth.shape), texture, skin)
    return BareSkin(smooth, pixels)


def skin_albedo(face: Face, eye: Eye) -> float:
    """Share of the light that the skin about an eye reflects, about: 0.1 is black skin, 0.5 white.

    Read from how much redder than the white of the eye it is, as melanin takes more of the blue light than of the red;
    how bright the two are tells less, since the lids shade the eye. Held within what skins reflect.
    """
    patch = eye.patch(face.picture, (18, 20))
    skin = likely_skin(patch, eye, skin_tone(face)) > _SURELY
    brightness = luminance(patch.pixels)
    white = (eye.opening(patch.x, patch.y) > 0.8) & (eye.from_limbus(patch.x, patch.y) > 0.5)
    if white.sum() < _ENOUGH or skin.sum() < _ENOUGH:
        return _USUAL_ALBEDO
    white &= brightness >= np.quantile(brightness[white], 0.6)
    light = np.maximum(to_linear(patch.pixels), 1e-4)
    colours = np.log10(np.median(light[skin], 0)), np.log10(np.median(light[white], 0))
    redder = float((colours[0] - colours[1]) @ np.array([1.0, 0.0, -1.0]))
    return float(np.clip(_WHITE_SKIN * 10 ** (-_MELANIN_SLOPE * (redder - _LEAST_REDDER)), *_ALBEDOS))


def darkness(albedo: float) -> float:
    """How dark a skin of that albedo is: 0 white or tanned, 1 dark brown."""
    return float(ramp(albedo, 0.27, 0.13))
