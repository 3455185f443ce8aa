"""The white of an eye where lids, iris or lashes hide it, grown from what is seen."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from rofi.cohort.frame import Image, Mask, Plane, blend, ramp
from rofi.cohort.ocular_surface import OcularSurface
from rofi.cohort.optics import HAEMOGLOBIN, absorb, to_levels, to_linear
from rofi.cohort.texture import noise, vessels

OFF_LIMBUS = (1.1, 2.0)
"""Millimetres from the limbus where its blur ends and where the plain sclera begins."""
_DIM_BEHIND = 0.25
_DARKEST = 0.75  # of the white's usual light
_ROUGHEST = 0.02
_VESSELS, _FAINT = 22, 0.08


@dataclass(frozen=True, eq=False)
class Sclera:
    """Levels of the white in a surface's patch.

    Attributes:
        grown: (h, w, 3) everywhere as if nothing of it were seen.
        whole: (h, w, 3) the same, with its own pixels where it is surely seen.
    """

    grown: Image
    whole: Image


def grow_sclera(surface: OcularSurface, opening: Plane, caruncle: Plane) -> Sclera:
    """Carry the sclera's light and colour on to the whole patch, with its grain and fine vessels.

    Args:
        surface: of the eye.
        opening: (h, w) millimetres from the lid margins.
        caruncle: (h, w) share of the pixel that is caruncle.
    """
    patch, eye = surface.patch, surface.eye
    light = to_linear(patch.pixels)
    beside = ramp(patch.x, eye.lateral - 0.5, eye.lateral - 2) * (1 - caruncle)
    plain = ramp(opening, 0.4, 1.6) * ramp(surface.limbus, 0.8, 1.4) * beside
    white = _grow(light, plain * _whiteness(light, plain, patch.scale), patch.scale)
    white = np.asarray(white * (1 - _DIM_BEHIND * ramp(opening, 0, -6))[..., None], np.float32)
    seen = ramp(opening, 1.0, 2.0) * ramp(surface.limbus, *OFF_LIMBUS) * beside
    generator = np.random.default_rng(int(np.abs(patch.pixels).sum()))  # the same eye, the same vessels
    rough = _roughness(light.mean(-1) / np.maximum(white.mean(-1), 1e-3), seen, patch.scale)
    grown = white * (1 + min(rough, _ROUGHEST) * noise(patch, 1.0, generator, octaves=4))[..., None]
    angles = generator.uniform(0, 2 * np.pi, _VESSELS)
    outward = np.stack([np.cos(angles), np.sin(angles)], -1)
    starts = eye.iris + outward * generator.uniform(8, 13, (_VESSELS, 1))
    levels = absorb(to_levels(grown), HAEMOGLOBIN, _FAINT * vessels(patch, starts, angles + np.pi, 4.0, 0.1, generator))
    return Sclera(levels, blend(levels, patch.pixels, np.asarray(seen, np.float32)))


def redness(light: Image, scale: float) -> Plane:
    """Red over green of linear light, smoothed over about half a millimetre."""
    ratio = light[..., 0] / np.maximum(light[..., 1], np.float32(1e-3))
    return np.asarray(cv2.GaussianBlur(ratio, (0, 0), max(0.5, 0.3 * scale)), np.float32)


def _whiteness(light: Image, weight: Plane, scale: float) -> Plane:
    """1 where the colour is that of the least red of the sclera, 0 where it is pinker: conjunctiva, caruncle, lids."""
    surely: Mask = weight > 0.5
    if not surely.any():
        return np.ones_like(weight)
    red = redness(light, scale)
    least = max(float(np.quantile(red[surely], 0.2)), 0.1)
    return np.asarray(ramp(red, 1.25 * least, 1.05 * least) + 0.02, np.float32)


def _grow(light: Image, weight: Plane, scale: float) -> Image:
    """Near what is seen as there, further away as on the whole; never much darker than that."""
    inside: Mask = weight > 0.3
    if not inside.any():
        inside = weight >= weight.max()
    level = light[inside].mean(-1)
    low = np.quantile(level, 0.65, method="lower")  # above lashes and shadows
    high = np.quantile(level, 0.95, method="higher")  # below catch lights; of few pixels one is always between the two
    bright = light[inside][(level >= low) & (level <= high)].mean(0)
    weight = weight * np.clip(light.mean(-1) / max(float(bright.mean()), 1e-3), 0, 1.2) ** 2
    total, mass = 0.01 * bright * np.ones_like(light), np.full_like(weight, 0.01)
    for sigma, trust in ((1.5, 1.0), (4.0, 0.1)):
        total += trust * cv2.GaussianBlur(light * weight[..., None], (0, 0), sigma * scale)
        mass += trust * cv2.GaussianBlur(weight, (0, 0), sigma * scale)
    return np.asarray(np.maximum(total / mass[..., None], _DARKEST * bright), np.float32)


def _roughness(values: Plane, weight: Plane, scale: float) -> float:
    """Standard deviation of what varies within about a millimetre."""
    fine = values - cv2.GaussianBlur(values, (0, 0), max(1.0, 0.6 * scale))
    return float(np.sqrt(np.sum(weight * fine**2) / max(float(weight.sum()), 1e-6)))
