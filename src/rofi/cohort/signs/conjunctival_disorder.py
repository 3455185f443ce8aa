"""A red eye: conjunctivitis, or blood under the conjunctiva."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from rofi.cohort.face import Face, Side
from rofi.cohort.frame import Plane, ramp
from rofi.cohort.ocular_surface import OcularSurface, find_surface
from rofi.cohort.optics import HAEMOGLOBIN, OLD_BLOOD, Absorbance, absorb, add_light
from rofi.cohort.painting import Painted, check_severity
from rofi.cohort.texture import noise, vessels

_CONJUNCTIVITIS_SHARE = 0.65
_FORNIX = (12.5, 9.0)  # semi-axes of the line from which vessels come, millimetres from the iris
_FRESH: Absorbance = (0.16, 1.0, 0.97)
_DARK: Absorbance = (0.36, 1.0, 0.94)
"""A layer of blood lets next to no green or blue through; how red it is, is a matter of its age and thickness."""
_SEEN = 0.05  # absorbance at which white looks pink


class Form(StrEnum):
    """What makes the eye red."""

    CONJUNCTIVITIS = "conjunctivitis"
    HAEMORRHAGE = "haemorrhage"


def conjunctival_disorder(
    face: Face, severity: float, side: Side, generator: np.random.Generator, form: Form | None = None
) -> Painted:
    """Reddens the white of an eye.

    Conjunctivitis: vessels engorged from the fornices and corners towards the limbus, where they thin out, a pink
    haze between them, red lid margins, more tears. Haemorrhage: an even red sheet that ends sharply at the limbus and
    raggedly elsewhere. Findings: "injected_share" of the visible sclera, "lesion_mm2", "absorbance" of green light by
    the blood there.

    Args:
        face, severity, side, generator: see `Painter`.
        form: drawn from the generator where None, conjunctivitis more often.

    Raises:
        CohortError: severity outside 0..1.
    """
    severity = check_severity(severity)
    inflamed = generator.random() < _CONJUNCTIVITIS_SHARE
    form = form or (Form.CONJUNCTIVITIS if inflamed else Form.HAEMORRHAGE)
    surface = find_surface(face, side)
    if form is Form.CONJUNCTIVITIS:
        after, amount = _inflame(face, surface, severity, generator)
    else:
        after, amount = _bleed(face, surface, severity, generator)
    lesion = (amount > _SEEN) & (surface.sclera > 0.5)
    area = surface.area(lesion.astype(np.float32))
    white = surface.area((surface.sclera > 0.5).astype(np.float32))
    redness = float(amount[lesion].mean()) if lesion.any() else 0.0
    findings = {"injected_share": area / max(white, 1e-6), "lesion_mm2": area, "absorbance": redness}
    return Painted(after, surface.patch.spread(lesion, face.picture.shape), findings)


def _inflame(face: Face, surface: OcularSurface, severity: float, generator: np.random.Generator) -> tuple[Face, Plane]:
    """Conjunctivitis: the face with it, and the absorbance of the blood."""
    patch, eye = surface.patch, surface.eye
    angle = np.arctan2(patch.y - eye.iris[1], patch.x - eye.iris[0])
    sectoral = float(generator.uniform(0.05, 0.35))
    sector = 1 - sectoral + sectoral * np.cos(angle - generator.uniform(-np.pi, np.pi))
    thinning = 0.45 + 0.55 * ramp(surface.limbus, 0.2, 4.5)
    haze = (0.13 + 0.34 * severity) * (1 + 0.2 * noise(patch, 3, generator))
    trunks = _injected(surface, 26, 0.24, generator)
    net = _injected(surface, 36, 0.13, generator)
    blood = haze + (0.6 + 0.7 * severity) * trunks + (0.3 + 0.7 * severity) * net
    amount = np.asarray(np.clip(blood, 0, None) * sector * thinning, np.float32)
    margin = ramp(surface.opening, -2.2, -0.6) * (1 - surface.visible)
    lids = (0.04 + 0.13 * severity) * margin * ramp(noise(patch, 2, generator), -2.5, 0.5)
    painted = absorb(surface.matte, _between(HAEMOGLOBIN, OLD_BLOOD, 0.25), amount * surface.sclera + lids)
    tears = _tear_strip(surface, generator) * severity
    return surface.put(face, add_light(painted, 0.35 * surface.white * tears[..., None])), amount


def _injected(surface: OcularSurface, count: int, width: float, generator: np.random.Generator) -> Plane:
    """Vessels from the fornices and corners towards the limbus, amounts 0..1."""
    around = generator.uniform(-np.pi, np.pi, count)
    outward = np.stack([np.cos(around), np.sin(around)], -1)
    starts = surface.eye.iris + outward * _FORNIX * generator.uniform(0.75, 1.05, (count, 1))
    inward = np.arctan2(*(surface.eye.iris - starts).T[::-1]) + generator.normal(0, 0.35, count)
    return vessels(surface.patch, starts, inward, 6.0, width, generator, wriggle=0.3, branching=0.16)


def _tear_strip(surface: OcularSurface, generator: np.random.Generator) -> Plane:
    """The lamp in the tears that stand along the lower lid, 0..1."""
    patch = surface.patch
    low = ramp(patch.y, 0, 1) * surface.visible
    strip = np.exp(-(((surface.opening - 0.45) / max(0.22, surface.soft / 2)) ** 2))
    return np.asarray(low * strip * ramp(noise(patch, 2.5, generator), 0, 1.2), np.float32)


def _bleed(face: Face, surface: OcularSurface, severity: float, generator: np.random.Generator) -> tuple[Face, Plane]:
    """Subconjunctival haemorrhage: the face with it, and the absorbance of the blood."""
    patch, eye = surface.patch, surface.eye
    temporal = generator.random() < 0.55
    corner = eye.lateral - 1.5 if temporal else eye.medial + 4
    rim = float(eye.iris[0]) + (eye.iris_radius + 1) * (1 if temporal else -1)
    x = rim + (corner - rim) * float(generator.uniform(0.1, 0.8))
    down = float(generator.uniform(0.35, 0.8))
    y = (1 - down) * float(eye.upper_lid(x)) + down * float(eye.lower_lid(x))
    radius = (2.7 + 17.5 * severity**1.5) * float(generator.uniform(0.85, 1.15))
    flat = float(generator.uniform(0.6, 0.9))
    distance = np.hypot(patch.x - x, (patch.y - y) / flat)
    ragged = 0.5 * noise(patch, 2.2, generator) + 0.06 * radius * noise(patch, 6, generator)
    inside = ramp(radius - distance + ragged, -surface.soft - 0.2, surface.soft + 0.7)
    depth = (0.75 + 0.4 * severity) * float(generator.uniform(0.85, 1.15)) * (1 + 0.08 * noise(patch, 3, generator))
    amount = np.asarray(depth * inside, np.float32)
    painted = absorb(surface.matte, _between(_FRESH, _DARK, float(generator.random())), amount * surface.sclera)
    return surface.put(face, painted), amount


def _between(first: Absorbance, second: Absorbance, share: float) -> Absorbance:
    red, green, blue = (1 - share) * np.array(first) + share * np.array(second)
    return float(red), float(green), float(blue)
