"""Melanoma of the conjunctiva."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from rofi.cohort.face import Face, Side
from rofi.cohort.frame import Floats, Plane, ramp
from rofi.cohort.ocular_surface import OcularSurface, find_surface
from rofi.cohort.optics import HAEMOGLOBIN, Absorbance, absorb
from rofi.cohort.painting import Painted, check_severity
from rofi.cohort.shading import estimate_light
from rofi.cohort.texture import noise, vessels

_AT_LIMBUS, _ON_CARUNCLE = 0.65, 0.15
_TEMPORAL = 0.6
_DENSE_MELANIN: Absorbance = (0.56, 0.76, 1.0)
"""Nests of pigmented cells scatter and block light besides absorbing it: nearer to grey than melanin in solution."""
_SEEN = 0.25  # absorbance at which a pixel counts as pigmented


@dataclass(frozen=True)
class _Seat:
    """Where a tumour grows: its middle, and the direction away from the cornea, radians."""

    middle: Floats
    outward: float


def conjunctival_melanoma(face: Face, severity: float, side: Side, generator: np.random.Generator) -> Painted:
    """Puts a pigmented tumour on an eye: most often at the limbus, else on the bulbar conjunctiva or the caruncle.

    Several brown to black islands of uneven density amid a faint brown stain, slightly raised and wet, fed by dilated
    vessels. Severe ones grow on to the cornea and the lid margin. Findings: "lesion_mm2", "height_mm",
    "past_limbus_mm".

    Args:
        face, severity, side, generator: see `Painter`.

    Raises:
        CohortError: severity outside 0..1.
    """
    severity = check_severity(severity)
    surface = find_surface(face, side)
    patch = surface.patch
    seat = _seat(surface, generator)
    radius = (1.6 + 1.5 * severity) * float(generator.uniform(0.85, 1.15))
    islands, stain = _islands(surface, seat, radius, generator)
    ground = _ground(surface, severity)
    uneven = np.clip(1 + 0.3 * noise(patch, 1.8, generator), 0.65, 1.6)
    melanin = np.asarray(((1.0 + 0.6 * severity) * uneven * islands + 0.12 * stain) * ground, np.float32)
    feeders = _feeders(surface, seat, radius, generator) * (0.35 + 0.4 * severity)
    painted = absorb(surface.matte, HAEMOGLOBIN, feeders * surface.sclera + 0.05 * stain * ground)
    painted = absorb(painted, _DENSE_MELANIN, melanin)
    tallest = 0.2 + 1.0 * severity
    height = cv2.GaussianBlur(islands * ground, (0, 0), max(0.7 * patch.scale, 0.6))
    bumps = 1 + 0.12 * noise(patch, 2.0, generator, octaves=1)
    painted = surface.raised(painted, tallest * height * bumps, estimate_light(face), 0.15)
    lesion = melanin > _SEEN
    past = float(-surface.limbus[lesion].min()) if lesion.any() else 0.0
    findings = {
        "lesion_mm2": surface.area(lesion.astype(np.float32)),
        "height_mm": tallest,
        "past_limbus_mm": max(0.0, past),
    }
    return Painted(surface.put(face, painted), patch.spread(lesion, face.picture.shape), findings)


def _seat(surface: OcularSurface, generator: np.random.Generator) -> _Seat:
    eye = surface.eye
    where, temporal = generator.random(), generator.random() < _TEMPORAL
    tilt, beyond, level = generator.uniform((-0.6, 2.5, 0.4), (0.6, 4.5, 0.7))
    if where < _ON_CARUNCLE:
        x, outward = eye.medial + 2.2, np.pi
    else:
        outward = tilt if temporal else np.pi - tilt
        reach = eye.iris_radius + (1.2 if where < _ON_CARUNCLE + _AT_LIMBUS else beyond)
        x = float(np.clip(eye.iris[0] + reach * np.cos(outward), eye.medial + 2.5, eye.lateral - 2))
    upper, lower = float(eye.upper_lid(x)), float(eye.lower_lid(x))
    y = upper + level * (lower - upper)
    return _Seat(np.array([x, y]), float(outward))


def _islands(surface: OcularSurface, seat: _Seat, radius: float, generator: np.random.Generator) -> tuple[Plane, Plane]:
    """Share of each pixel in the main tumour and its satellites, and in the stain about them, 0..1."""
    patch = surface.patch
    count = int(generator.integers(3, 7))
    offsets = np.concatenate([np.zeros((1, 2)), generator.normal(0, 1.8, (count, 2))])
    sizes = np.concatenate([[1.0], generator.uniform(0.35, 0.7, count)]) * radius
    stretch = float(generator.uniform(1.0, 1.5))  # along the limbus, as the tumour spreads
    nearest = np.full(patch.x.shape, -np.inf, np.float32)
    for offset, size in zip(offsets, sizes, strict=True):
        x, y = patch.x - seat.middle[0] - offset[0], patch.y - seat.middle[1] - offset[1]
        away = np.cos(seat.outward) * x + np.sin(seat.outward) * y
        along = (np.cos(seat.outward) * y - np.sin(seat.outward) * x) / stretch
        nearest = np.maximum(nearest, size - np.hypot(away, along))
    ragged = nearest + 0.11 * radius * noise(patch, 2.4, generator, octaves=2)
    return (
        ramp(ragged, -surface.soft - 0.1, surface.soft + 0.5),
        ramp(nearest + 0.5 * noise(patch, 2.5, generator), -1.6, 0.3),
    )


def _ground(surface: OcularSurface, severity: float) -> Plane:
    """Share of each pixel that may carry pigment: the conjunctiva; later the cornea's border, the lid margin too."""
    past = 0.2 + 2.6 * float(ramp(severity, 0.2, 1.2))
    on_lid = 2.0 * float(ramp(severity, 0.55, 1.1))
    soft = surface.soft
    return ramp(surface.limbus, -past - soft, -past + soft) * ramp(surface.opening, -on_lid - soft, -on_lid + soft)


def _feeders(surface: OcularSurface, seat: _Seat, radius: float, generator: np.random.Generator) -> Plane:
    """Dilated vessels that run to the tumour from outside, amounts 0..1."""
    around = seat.outward + generator.normal(0, 0.55, 9)
    starts = seat.middle + (radius + 4.5) * np.stack([np.cos(around), np.sin(around)], -1)
    inward = around + np.pi + generator.normal(0, 0.15, 9)
    return vessels(surface.patch, starts, inward, 5.0, 0.25, generator, wriggle=0.3, branching=0.1)
