"""The whole iris from its visible part, and the catch light apart from it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from rofi.cohort.frame import Floats, Image, Mask, Plane, blend, ramp
from rofi.cohort.ocular_surface import OcularSurface
from rofi.cohort.optics import to_linear

_LEAST_TURNS, _MOST_TURNS = 64, 720
_SLACK = (0.6, 1.3)  # mm from the lid's margin within which lashes and its wet border are taken for iris
_WIDE = 0.45  # radians over which the iris's light is taken to change slowly
_CATCH = 0.15  # brighter than the iris at that radius, in square roots of linear light
_REDDER = (0.35, 0.15)  # natural logarithm of red over green
_FAINT = 0.04
_GROWTH = 0.6  # mm that a catch light's glow reaches beyond its core
_PUPIL_WITHIN = 0.5  # of the iris's radius
_LIMBAL_DARKENING = 0.12


@dataclass(frozen=True, eq=False)
class Iris:
    """An iris with its pupil, in a surface's patch.

    Attributes:
        light: (h, w, 3) linear; beyond the limbus its rim goes on.
        catch: (h, w, 3) linear light that the cornea mirrors.
    """

    light: Image
    catch: Image


@dataclass(frozen=True, eq=False)
class _Polar:
    """Polar grid about the iris: (R, T) places in the patch."""

    columns: Plane
    rows: Plane
    radius: Plane
    reach: float

    @classmethod
    def about(cls, surface: OcularSurface) -> _Polar:
        eye, patch = surface.eye, surface.patch
        reach = eye.iris_radius * 1.02
        turns = int(np.clip(2.4 * np.pi * reach * patch.scale, _LEAST_TURNS, _MOST_TURNS)) // 8 * 8
        radius = np.linspace(0, reach, max(12, int(1.5 * reach * patch.scale)))[:, None]
        angle = np.linspace(0, 2 * np.pi, turns, endpoint=False)[None]
        x, y = eye.iris[0] + radius * np.cos(angle), eye.iris[1] + radius * np.sin(angle)
        columns, rows = patch.source(x.astype(np.float32), y.astype(np.float32))
        return cls(columns, rows, np.broadcast_to(radius, x.shape).astype(np.float32), float(reach))

    def take(self, values: Plane | Image) -> Plane | Image:
        """Values of the patch on the grid."""
        taken = cv2.remap(values, self.columns, self.rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(taken, np.float32)

    def give(self, values: Image, surface: OcularSurface, furthest: float) -> Image:
        """Values of the grid on the patch, held beyond `furthest` millimetres."""
        dx, dy = surface.patch.x - surface.eye.iris[0], surface.patch.y - surface.eye.iris[1]
        steps, turns = values.shape[:2]
        radial = np.minimum(np.hypot(dx, dy), furthest) / self.reach * (steps - 1)
        angular = np.mod(np.arctan2(dy, dx) / (2 * np.pi), 1) * turns
        closed = np.concatenate([values, values[:, :2]], 1)
        given = cv2.remap(closed, angular.astype(np.float32), radial.astype(np.float32), cv2.INTER_LINEAR)
        return np.asarray(given, np.float32)


def complete_iris(surface: OcularSurface, opening: Plane, cover: Image) -> Iris:
    """Grow the whole iris from what the lids leave of it.

    Light that changes slowly round the iris is carried on from its neighbours; texture comes from the mirrored or
    turned place at the same radius, so that fibres, collarette and pupil go on.

    Args:
        surface: with the limbus where it is seen.
        opening: (h, w) millimetres from the lid margins.
        cover: (h, w, 3) share of light that lids' shadow and lashes leave, which the iris is rid of.
    """
    patch = surface.patch
    light = to_linear(patch.pixels) / cover
    polar = _Polar.about(surface)
    edge = max(0.5, 1.0 / patch.scale)
    blur = 0.4 / patch.scale
    seen = ramp(opening, _SLACK[0] + blur, _SLACK[1] + blur) * (surface.limbus < 0.5 * edge)
    caught = _catch_share(surface, polar, light, seen)
    plain = np.asarray(seen * _like_its_ring(surface, polar, light, seen) * ramp(caught, 0.3, 0), np.float32)
    weight = polar.take(plain)
    whole = polar.give(
        _fill(np.asarray(polar.take(light)), np.asarray(weight)), surface, surface.eye.iris_radius - edge
    )
    kept = plain * ramp(surface.limbus, -0.8 * edge, -1.6 * edge)
    whole = blend(whole, light, np.asarray(kept, np.float32))
    whole = whole * (1 - _LIMBAL_DARKENING * ramp(surface.limbus, -1.2 * edge, -0.2 * edge))[..., None]
    catch = np.clip(light - whole, 0, None) * (caught * ramp(opening, -0.2, 0.4))[..., None]
    return Iris(np.asarray(whole, np.float32), np.asarray(catch, np.float32))


def _catch_share(surface: OcularSurface, polar: _Polar, light: Image, seen: Plane) -> Plane:
    """Where the cornea mirrors a lamp or a window, 0..1: brighter than the iris is elsewhere at the same radius."""
    scale = surface.patch.scale
    bright = np.sqrt(light.mean(-1))
    ring = np.where(polar.take(seen) > 0.5, polar.take(bright), np.nan)
    known = np.isfinite(ring).sum(1) > 4
    if not known.any():
        return np.zeros_like(bright)
    steps = np.arange(len(ring))
    usual = np.interp(steps, steps[known], np.array([np.nanpercentile(row, 35) for row in ring[known]]))
    within = steps < _PUPIL_WITHIN * len(steps)
    usual[within] = np.minimum(usual[within], usual[int(_PUPIL_WITHIN * len(steps))])  # a large reflex hides the pupil
    profile = np.repeat(usual[:, None], ring.shape[1], 1).astype(np.float32)
    expected = polar.give(profile[..., None].repeat(3, -1), surface, polar.reach)[..., 0]
    excess = cv2.GaussianBlur(bright, (0, 0), 0.5) - expected
    core = (excess > _CATCH) & (surface.limbus < -0.8) & (seen > 0)
    core = core.astype(np.uint8)
    glow = _dilated(core, int(np.ceil(_GROWTH * scale + 0.5))) & (excess > _FAINT)
    near = np.maximum(_dilated(core, max(1, round(_GROWTH * scale))), glow)
    return np.asarray(cv2.GaussianBlur(near.astype(np.float32), (0, 0), 0.4 + 0.1 * scale), np.float32)


def _dilated(mask: npt.NDArray[np.uint8], radius: int) -> npt.NDArray[np.uint8]:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return np.asarray(cv2.dilate(mask, disc), np.uint8)


def _like_its_ring(surface: OcularSurface, polar: _Polar, light: Image, seen: Plane) -> Plane:
    """0 where the colour is redder than the iris is at the same radius: there a lid is seen, 1 elsewhere."""
    red = np.log(np.maximum(light[..., 0], 1e-3) / np.maximum(light[..., 1], 1e-3))
    ring = np.where(polar.take(seen) > 0.3, polar.take(red), np.nan)
    known = np.isfinite(ring).sum(1) > 4
    if not known.any():
        return np.ones_like(red)
    steps = np.arange(len(ring))
    usual = np.interp(steps, steps[known], np.array([np.nanmedian(row) for row in ring[known]]))
    expected = np.repeat(usual[:, None], ring.shape[1], 1).astype(np.float32)[..., None].repeat(3, -1)
    return ramp(red - polar.give(expected, surface, polar.reach)[..., 0], *_REDDER)


def _fill(values: Image, weight: Plane) -> Image:
    """Complete (R, T, 3) values where `weight` (R, T) is small."""
    turns = values.shape[1]
    weight = weight[..., None]
    sigma = _WIDE / (2 * np.pi) * turns
    ring = np.sum(values * weight, 1, keepdims=True) / np.maximum(weight.sum(1, keepdims=True), 1e-3)
    ring = _inwards(ring[:, 0], np.quantile(values, 0.1, axis=1), weight[..., 0].sum(1) > 0.05 * turns)[:, None]
    slow = (_around(values * weight, sigma) + 0.02 * ring) / (_around(weight, sigma) + 0.02)
    detail = np.clip(values / np.maximum(slow, 1e-4), 0.6, 1.6) - 1
    texture, known = detail * weight, weight
    for move in _moves(turns):
        texture = texture + (1 - known) * (detail * weight)[:, move]
        known = known + (1 - known) * weight[:, move]
    filled = slow * (1 + texture)
    return np.asarray(weight * values + (1 - weight) * filled, np.float32)


def _inwards(ring: Floats, darkest: Floats, known: Mask) -> Floats:
    """Mean (R, 3) light at each radius; where a reflex hides it, the darkest there and no more than further out."""
    filled = np.where(known[:, None], ring, darkest)
    for step in range(len(ring) - 2, -1, -1):
        if not known[step]:
            filled[step] = np.minimum(filled[step], filled[step + 1])
    return np.asarray(filled, np.float64)


def _moves(turns: int) -> list[np.ndarray]:
    """Angles from which texture is taken: mirrored about the horizontal, opposite, then turned."""
    order = np.arange(turns)
    return [
        (-order) % turns,
        *((order + round(part * turns)) % turns for part in (0.5, 0.25, -0.25, 0.125, -0.125, 0.375, -0.375)),
    ]


def _around(values: Image, sigma: float) -> Image:
    """Mean along the angle, which closes on itself."""
    turns = values.shape[1]
    margin = min(turns, int(4 * sigma))
    wrapped = np.concatenate([values[:, -margin:], values, values[:, :margin]], 1)
    blurred = cv2.GaussianBlur(wrapped, (2 * margin // 2 * 2 + 1, 3), sigmaX=sigma, sigmaY=0.5)
    return np.asarray(blurred.reshape(wrapped.shape)[:, margin : margin + turns], np.float32)
