"""Lids over an eyeball: where their margins are seen, and what they and their lashes take of its light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d

from rofi.cohort.face import Eye
from rofi.cohort.frame import Image, Mask, Patch, Plane, blend, ramp
from rofi.cohort.ocular_surface import OcularSurface
from rofi.cohort.optics import to_linear
from rofi.cohort.sclera import OFF_LIMBUS, Sclera, redness

_STRIP = 1.5  # mm to either side of a marked margin that tell where it really is
_CELL = 0.5  # mm along it
_EVEN = 3.0  # mm along it over which it lies wrong by much the same
_MOVED_BY_COLOUR = 0.8  # mm, at most, in `find_surface`
_DARKEST = 0.02
_DEEPEST = 0.12  # of the light that is left at a margin
_WHITE = (0.5, 0.8)  # of the sclera's light: brighter is no lid
_STILL_WHITE = (0.2, 0.8)  # mm that such pixels may lie past the lower and the upper margin
_CARUNCLE = (1.1, 1.35)  # redder than the sclera by this


@dataclass(frozen=True, eq=False)
class LidCover:
    """What lies over an eyeball.

    Attributes:
        of_sclera, of_iris: (h, w, 3) share of light that lid shadow and lashes leave of the sclera, of the iris.
        opening: (h, w) millimetres from the lid margins, these moved to where white is seen up to.
        nearer_upper: (h, w) millimetres by which the upper lid's margin is nearer than the lower's.
    """

    of_sclera: Image
    of_iris: Image
    opening: Plane
    nearer_upper: Plane


def find_opening(surface: OcularSurface) -> Plane:
    """Millimetres from the lid margins, these moved to where the eye's white ends.

    A marked margin lies wrong by much the same along its length, so that what is seen beside the iris holds for it too.
    """
    eye, patch = surface.eye, surface.patch
    likeness = (surface.opening - eye.opening(patch.x, patch.y)) / _MOVED_BY_COLOUR
    telling = ramp(surface.limbus, 0.5, 1.2) * ramp(patch.x, eye.medial + 2, eye.medial + 4)
    telling = telling * ramp(patch.x, eye.lateral, eye.lateral - 1.5)
    below, above = patch.y - eye.upper_lid(patch.x), eye.lower_lid(patch.x) - patch.y
    below = below + _STRIP * _along_lid(eye, patch, likeness, telling * (np.abs(below) < _STRIP))
    dark = _likeness_to_iris(surface, above)
    telling_too = (telling + (dark != 0)) * (np.abs(above) < _STRIP)
    above = above + _STRIP * _along_lid(eye, patch, likeness + dark, telling_too)
    sides = np.minimum(patch.x - eye.medial, eye.lateral - patch.x) + 0.5
    return np.asarray(np.minimum(np.minimum(below, above), sides), np.float32)


def find_caruncle(surface: OcularSurface) -> Plane:
    """(h, w) share of the pixel that is caruncle or the medial corner, which lie over the eyeball."""
    eye, patch = surface.eye, surface.patch
    relative = np.asarray(to_linear(patch.pixels) / np.maximum(surface.white, 1e-3), np.float32)
    red = redness(relative, patch.scale)
    corner = ramp(patch.x, eye.medial + 2.0, eye.medial + 1.0)
    pink: Plane = ramp(red, *_CARUNCLE) * ramp(patch.x, eye.medial + 4.2, eye.medial + 2.5)
    return np.asarray(np.maximum(corner, pink), np.float32)


def find_cover(surface: OcularSurface, opening: Plane, sclera: Sclera) -> LidCover:
    """What lids and lashes take of the light.

    As measured on the white; elsewhere by the depth under the lid. Over the sclera the light and colour of the white
    beside it go on, so that no seam shows where the iris was.
    """
    eye, patch = surface.eye, surface.patch
    light, grown = to_linear(patch.pixels), np.maximum(to_linear(sclera.grown), np.float32(1e-3))
    whole = np.maximum(to_linear(sclera.whole), np.float32(1e-3))
    measured = np.asarray(np.clip(light / grown, _DARKEST, 1.5), np.float32)
    nearer_upper = np.asarray(eye.lower_lid(patch.x) + eye.upper_lid(patch.x) - 2 * patch.y, np.float32)
    beside = ramp(patch.x, eye.medial + 2.5, eye.medial + 3.5) * ramp(patch.x, eye.lateral - 0.5, eye.lateral - 2)
    telling = (beside > 0.5) & (surface.limbus > 1.2)
    upper, lower = (_by_depth(measured, opening, lid & telling) for lid in (nearer_upper > 0, nearer_upper <= 0))
    usual = blend(lower, upper, ramp(nearer_upper, -1, 1))
    even = np.asarray(cv2.GaussianBlur(usual, (0, 0), patch.scale), np.float32)
    usual = blend(usual, even, ramp(opening, 1, 2.5))
    trust = ramp(surface.limbus, *OFF_LIMBUS)
    weight = np.asarray(trust * beside * ramp(opening, -0.5, 0.3), np.float32)
    continued = usual * _carried(measured / usual, weight, patch.scale)
    over_sclera = np.asarray(_mix(measured, continued, trust) * grown / whole, np.float32)
    over_iris = _mix(np.minimum(light / whole, 1), usual.mean(-1, keepdims=True), trust)
    white = ramp(over_sclera.mean(-1), *_WHITE) * trust
    past = _STILL_WHITE[0] + (_STILL_WHITE[1] - _STILL_WHITE[0]) * ramp(nearer_upper, -1, 1)
    return LidCover(over_sclera, over_iris, np.asarray(opening + white * past, np.float32), nearer_upper)


def _likeness_to_iris(surface: OcularSurface, above_lower_lid: Plane) -> Plane:
    """Below the iris: 1 where it is as dark as the iris, -1 where as light as the lid's skin; 0 elsewhere."""
    eye, patch = surface.eye, surface.patch
    bright = np.sqrt(to_linear(patch.pixels).mean(-1))
    beneath = np.abs(patch.x - eye.iris[0]) < 0.6 * eye.iris_radius
    iris = bright[beneath & (above_lower_lid > 1.5) & (above_lower_lid < 3)]
    skin = bright[beneath & (above_lower_lid < -1.5) & (above_lower_lid > -3)]
    if not len(iris) or not len(skin) or np.median(skin) - np.median(iris) < 0.05:
        return np.zeros_like(bright)
    middle, half = (np.median(skin) + np.median(iris)) / 2, (np.median(skin) - np.median(iris)) / 2
    return np.asarray(beneath * (surface.limbus < -0.5) * np.clip((middle - bright) / half, -1, 1), np.float32)


def _along_lid(eye: Eye, patch: Patch, values: Plane, weight: Plane) -> Plane:
    """Weighted means of `values` over a lid's strip, smooth along the lid."""
    cells = np.clip(((patch.x - eye.medial) / _CELL).astype(int), 0, int((eye.lateral - eye.medial) / _CELL))
    count = int(cells.max()) + 1
    total, mass = (
        gaussian_filter1d(np.bincount(cells.ravel(), each.ravel(), count), _EVEN / _CELL, mode="nearest")
        for each in (values * weight, weight)
    )
    place = (np.arange(count) + 0.5) * _CELL + eye.medial
    return np.asarray(np.interp(patch.x, place, total / (mass + 0.1 * mass.max() + 1e-9)), np.float32)


def _by_depth(cover: Image, opening: Plane, where: Mask) -> Image:
    """Median cover by the distance from a lid's margin, growing to 1."""
    knots = np.arange(-1.5, 3.6, 0.5)
    near = [cover[where & (np.abs(opening - knot) < 0.4)] for knot in knots]
    known = [index for index, values in enumerate(near) if len(values) > 3]
    if len(known) < 2:
        return np.ones_like(cover)
    medians = np.array([np.median(near[index], axis=0) for index in known])
    levels = np.stack([np.interp(knots, knots[known], channel) for channel in medians.T], -1)
    levels = gaussian_filter1d(levels, 0.8, axis=0, mode="nearest")
    grey = levels.mean(-1, keepdims=True)
    levels = grey + (levels - grey) * ramp(knots, 1.5, 0.5)[:, None]  # a lid's shadow has no colour, its margin has
    levels = np.vstack([np.maximum.accumulate(np.clip(levels, _DEEPEST, 1)), np.ones(3)])
    return np.stack([np.interp(opening, [*knots, 4.5], channel) for channel in levels.T], -1).astype(np.float32)


def _carried(ratio: Image, weight: Plane, scale: float) -> Image:
    """Positive ratios known where `weight` is, carried on and fading to 1."""
    own = np.log(ratio)
    total, mass = np.zeros_like(own), np.full_like(weight, 1e-3)
    for sigma, share in ((1.0, 1.0), (2.5, 0.1)):
        total += share * cv2.GaussianBlur(own * weight[..., None], (0, 0), sigma * scale)
        mass += share * cv2.GaussianBlur(weight, (0, 0), sigma * scale)
    return np.asarray(np.exp(np.clip(total / mass[..., None], -0.7, 0.3)), np.float32)


def _mix(measured: Image, supposed: Image, trust: Plane) -> Image:
    """Geometric mean, `measured` where `trust` is 1."""
    share = trust[..., None]
    return np.asarray(
        np.exp(share * np.log(np.maximum(measured, _DARKEST)) + (1 - share) * np.log(supposed)), np.float32
    )
