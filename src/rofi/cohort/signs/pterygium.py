"""Pterygium: a wing of conjunctiva that grows over the cornea."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rofi.cohort.face import Face, Side
from rofi.cohort.frame import Floats, Image, Plane, blend, ramp
from rofi.cohort.ocular_surface import OcularSurface, find_surface
from rofi.cohort.optics import MELANIN, Absorbance, absorb, to_levels
from rofi.cohort.painting import Painted, check_severity
from rofi.cohort.shading import estimate_light
from rofi.cohort.texture import noise, vessels

_BLOOD: Absorbance = (0.12, 1.0, 0.88)
"""Between arterial and venous, as in its vessels."""
_MEDIAL = 0.9
_VESSEL = 10.0  # mm; the same for all severities, so that a wing that grows keeps its vessels
_STOCKER = 0.4
_LEAST_PAST, _MOST_PAST = 0.6, 4.4  # mm beyond the limbus; the pupil's border lies about 3.8 mm in


@dataclass(frozen=True, eq=False)
class _Wing:
    """The tissue's shape.

    Attributes:
        back: (h, w) millimetres from the apex towards the canthus.
        aside: (h, w) millimetres from its axis.
        depth: (h, w) millimetres within the outline, below 0 outside.
        apex: (2,) millimetres in the eye's frame.
        length, head: from apex to base, and radius of the head, millimetres.
        heading: radians, from the base to the apex.
        base: half its width at the canthus, millimetres.
    """

    back: Plane
    aside: Plane
    depth: Plane
    apex: Floats
    length: float
    head: float
    heading: float
    base: float


def pterygium(face: Face, severity: float, side: Side, generator: np.random.Generator) -> Painted:
    """Grows a wing of fibrovascular tissue from a canthus, nine in ten times the medial one, on to the cornea.

    Pink, with vessels straight along its length, a rounded grey-white head on the cornea, slightly raised and wet; at
    times a brown line of iron before the head (Stocker's). Severity moves the apex from 0.6 mm past the limbus to
    past the pupil's border and thickens the tissue. Findings: "past_limbus_mm", "lesion_mm2".

    Args:
        face, severity, side, generator: see `Painter`.

    Raises:
        CohortError: severity outside 0..1.
    """
    severity = check_severity(severity)
    surface = find_surface(face, side)
    patch = surface.patch
    past = _LEAST_PAST + (_MOST_PAST - _LEAST_PAST) * severity
    past = float(np.clip(past * generator.uniform(0.9, 1.1), 0.5, None))
    wing = _wing(surface, past, severity, generator)
    body = ramp(wing.back, past, past + 3)
    edge = surface.soft + 0.5 * body  # it ends sharply on the cornea and runs out in the conjunctiva
    reach = ramp(wing.back, wing.length + 3, wing.length)
    share = ramp((wing.depth + 0.2 * body) / edge, -1, 1) * reach * surface.visible
    dome = np.sqrt(np.clip(wing.depth, 0, None) / wing.base) * (1 + 0.06 * noise(patch, 1.5, generator))
    painted = _tissue(surface, wing, share, severity, generator)
    height = np.asarray((0.25 + 0.6 * severity) * dome * surface.visible, np.float32)
    painted = surface.raised(painted, height, estimate_light(face), 0.25 + 0.25 * severity)
    lesion = (share > 0.4) & (wing.back < wing.length)
    findings = {"past_limbus_mm": past, "lesion_mm2": surface.area(lesion.astype(np.float32))}
    return Painted(surface.put(face, painted), patch.spread(lesion, face.picture.shape), findings)


def _wing(surface: OcularSurface, past: float, severity: float, generator: np.random.Generator) -> _Wing:
    eye, patch = surface.eye, surface.patch
    outward = -1.0 if generator.random() < _MEDIAL else 1.0
    tilt = float(generator.normal(0.05, 0.15))
    apex = eye.iris + (eye.iris_radius - past) * np.array([outward * np.cos(tilt), np.sin(tilt)])
    x = eye.medial + 3 if outward < 0 else eye.lateral - 2
    base = np.array([x, (float(eye.upper_lid(x)) + float(eye.lower_lid(x))) / 2])
    length = float(np.linalg.norm(base - apex))
    along, across = (base - apex) / length, np.array([-(base - apex)[1], (base - apex)[0]]) / length
    back = (patch.x - apex[0]) * along[0] + (patch.y - apex[1]) * along[1]
    aside = (patch.x - apex[0]) * across[0] + (patch.y - apex[1]) * across[1]
    head = (1.0 + 0.6 * severity) * float(generator.uniform(0.85, 1.15))
    broad = (3.4 + 1.4 * severity) * float(generator.uniform(0.85, 1.15))
    rounded = np.hypot(np.clip(head - back, 0, None), aside)
    along_body = np.clip((back - head) / max(length - head, 1.0), 0, None)
    half = head + (broad - head) * along_body**0.85
    depth = half - rounded + 0.08 * noise(patch, 2.5, generator, octaves=2)
    heading = float(np.arctan2(*(apex - base)[::-1]))
    return _Wing(back, aside, np.asarray(depth, np.float32), apex, length, head, heading, broad)


def _tissue(
    surface: OcularSurface, wing: _Wing, share: Plane, severity: float, generator: np.random.Generator
) -> Image:
    """The eye with the tissue's colours, flat: (h, w, 3) levels."""
    patch = surface.patch
    on_cornea = ramp(surface.limbus, 0.5, -0.5)
    iron = 0.25 if generator.random() < _STOCKER else 0.0
    cap = ramp(wing.back, 2.2 * wing.head, 0.8 * wing.head) * on_cornea
    streaks = noise(patch, 1.2, generator)
    opaque = np.clip(0.55 + 0.35 * severity + 0.15 * cap + 0.08 * streaks, 0, 0.95)
    dark_below = ramp(surface.limbus, 1.4, 0.3)  # the iris, and its blurred border
    cover = (0.3 + (opaque - 0.3) * dark_below) * share
    lid_shadow = 0.6 + 0.4 * ramp(surface.opening, 0, 2.2)
    tissue = to_levels(0.95 * surface.white * lid_shadow[..., None])
    painted = blend(surface.matte, tissue, np.asarray(cover, np.float32))
    flesh = (0.1 + 0.12 * severity) * (1 - 0.75 * cap) * (1 + 0.25 * streaks)
    blood = (0.6 + 0.4 * severity) * _long_vessels(surface, wing, generator) * (1 - 0.9 * cap)
    painted = absorb(painted, _BLOOD, np.asarray((np.clip(flesh, 0, None) + blood) * share, np.float32))
    line = np.exp(-(((wing.depth + 0.55) / max(0.15, surface.soft / 2)) ** 2)) * ramp(wing.back, wing.head, 0)
    return absorb(painted, MELANIN, np.asarray(iron * line * on_cornea * surface.visible, np.float32))


def _long_vessels(surface: OcularSurface, wing: _Wing, generator: np.random.Generator) -> Plane:
    """Vessels from the base that draw together towards the head, amounts 0..1."""
    count = 36
    across = np.array([-np.sin(wing.heading), np.cos(wing.heading)])
    ahead = np.array([np.cos(wing.heading), np.sin(wing.heading)])
    spread = generator.uniform(-1, 1, count)
    starts = wing.apex - (wing.length + 2) * ahead + (spread * wing.base * 1.1)[:, None] * across
    goals = wing.apex + (spread * 0.6 * wing.head)[:, None] * across
    headings = np.arctan2(*(goals - starts).T[::-1]) + generator.normal(0, 0.06, count)
    return vessels(surface.patch, starts, headings, _VESSEL, 0.17, generator, wriggle=0.12, branching=0.12)
