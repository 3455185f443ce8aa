"""Corneal leukoma: a dense white scar of the cornea."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from rofi.cohort.eyeball import Eyeball, complete_eyeball
from rofi.cohort.face import Face, Side
from rofi.cohort.frame import Floats, Image, Plane, blend, ramp
from rofi.cohort.optics import HAEMOGLOBIN, absorb, to_levels, to_linear
from rofi.cohort.painting import Painted, check_severity
from rofi.cohort.texture import noise, vessels

_REACH = (20.0, 13.0)
_SMALLEST, _LARGEST = 1.5, 4.6  # mm, mean radius
_CENTRAL = 0.6
_VASCULAR = 0.45
_MOST_VESSELS = 12
_CLEAR_OF_LIDS = 1.5
_BLUISH = np.array([0.80, 0.92, 1.0], np.float32)  # short waves are scattered most where the scar is thin
_CHALK = np.array([0.98, 1.0, 0.99], np.float32)
_LEAST_WHITE = 0.6  # of the light that skin gives back: less of a sclera is shadow or iris taken for it
_PALER = 0.5  # of the sclera's colour, which is its vessels', that a scar lacks
_LESION = 0.45  # of its density, where a scar ends


@dataclass(frozen=True, eq=False)
class _Scar:
    """An opacity.

    Attributes:
        centre: (2,) millimetres in the eye's frame.
        radius: mean, millimetres.
        inside: (h, w) millimetres within the ragged outline, below 0 outside.
        share: (h, w) opacity, 0..1, with its haze; dense: that of the scar alone.
    """

    centre: Floats
    radius: float
    inside: Plane
    share: Plane
    dense: Plane


def corneal_leukoma(face: Face, severity: float, side: Side, generator: np.random.Generator) -> Painted:
    """Scars the cornea: ragged, bluish white where thin and chalky where dense, in a haze; at times with vessels.

    Three in five lie centrally, before the pupil. Severity is size, from a radius of 1.5 mm to nearly the whole
    cornea, and density. It is lit as the white of that eye is, behind the same catch light, lids and lashes.
    Findings: "opacity_mm" (mean diameter), "opacity_density" (0..1), "from_centre_mm", "vascular" (0 or 1).

    Args:
        face, severity, side, generator: see `Painter`.

    Raises:
        CohortError: severity outside 0..1.
    """
    severity = check_severity(severity)
    rough = face.eye(side)
    patch = rough.patch(face.picture, _REACH)
    eyeball = complete_eyeball(face, rough, patch)
    density = 0.6 + 0.35 * severity
    scar = _scar(eyeball, severity, density, generator)
    catch = eyeball.catch * eyeball.cover_of_iris
    below = to_levels(to_linear(patch.pixels) - catch)
    painted = blend(below, _white(eyeball, scar, generator), scar.share)
    vascular = generator.random() < _VASCULAR
    if vascular:
        painted = absorb(painted, HAEMOGLOBIN, _vessels(eyeball, scar, severity, generator))
    broken = cv2.GaussianBlur(catch, (0, 0), 0.3 * patch.scale)  # a scarred surface scatters the reflex
    reflex = catch + (0.8 * scar.dense)[..., None] * (broken - catch)
    picture = patch.put(face.picture, to_levels(to_linear(painted) + reflex))
    lesion = (cv2.GaussianBlur(scar.dense, (0, 0), max(0.5, 0.3 * patch.scale)) > _LESION * density) & (
        eyeball.seen > 0.5
    )
    from_centre = float(np.linalg.norm(scar.centre - eyeball.eye.iris))
    findings = {
        "opacity_mm": 2 * scar.radius,
        "opacity_density": density,
        "from_centre_mm": from_centre,
        "vascular": float(vascular),
    }
    return Painted(face.painted(picture), patch.spread(lesion, face.picture.shape), findings)


def _scar(eyeball: Eyeball, severity: float, density: float, generator: np.random.Generator) -> _Scar:
    eye, patch = eyeball.eye, eyeball.patch
    radius = (_SMALLEST + (_LARGEST - _SMALLEST) * severity) * float(generator.uniform(0.9, 1.1))
    central = generator.random() < _CENTRAL
    off = float(generator.uniform(0, 1.0) if central else generator.uniform(2.4, 3.8) * (1 - 0.4 * severity))
    angle = float(generator.uniform(0, 2 * np.pi))
    centre = eye.iris + off * np.array([np.cos(angle), np.sin(angle)])
    top, bottom = float(eye.upper_lid(centre[0])), float(eye.lower_lid(centre[0]))
    margin = min(_CLEAR_OF_LIDS + 0.3 * radius, 0.45 * (bottom - top))
    centre[1] = np.clip(centre[1], top + margin, bottom - margin)
    stretch, turn = float(generator.uniform(1.0, 1.35)), float(generator.uniform(0, np.pi))
    dx, dy = patch.x - centre[0], patch.y - centre[1]
    along, across = dx * np.cos(turn) + dy * np.sin(turn), dy * np.cos(turn) - dx * np.sin(turn)
    distance = np.hypot(along / np.sqrt(stretch), across * np.sqrt(stretch))
    finest = 2 / patch.scale
    ragged = 0.17 * radius * noise(patch, 2.6, generator) + 0.13 * noise(patch, max(0.8, finest), generator)
    inside = np.asarray(radius - distance + ragged, np.float32)
    cornea = ramp(eye.from_limbus(patch.x, patch.y), 0.3, -0.6) * eyeball.seen
    cloudy = np.clip(1 + 0.1 * noise(patch, max(1.3, finest), generator), 0.7, 1.12)
    edge = max(0.35, 0.6 / patch.scale)
    thickens = 0.72 + 0.28 * ramp(inside, -edge, 0.9 * radius)
    dense = np.clip(density * ramp(inside, -edge - 0.15 * radius, edge) * thickens * cloudy, 0, 0.97) * cornea
    haze = 0.5 * density * ramp(inside, -1.8 - 0.35 * radius, 0.3) * np.clip(cloudy, 0.8, 1.1) * cornea
    share = 1 - (1 - dense) * (1 - haze)
    return _Scar(centre, radius, inside, np.asarray(share, np.float32), np.asarray(dense, np.float32))


def _white(eyeball: Eyeball, scar: _Scar, generator: np.random.Generator) -> Image:
    """The scar's colour in the light of the place: (h, w, 3) levels."""
    thick = ramp(scar.inside, -0.2, 0.7 * scar.radius) * ramp(scar.dense, 0.4, 0.85)
    finest = 2 / eyeball.patch.scale
    thick = np.clip(thick + 0.2 * noise(eyeball.patch, max(1.0, finest), generator), 0, 1)
    thick = np.asarray(thick, np.float32)[..., None]
    fine = 1 + 0.025 * noise(eyeball.patch, max(0.5, finest), generator)[..., None]
    white = to_linear(eyeball.sclera)
    white = white * max(1.0, _LEAST_WHITE * _light_on_lid(eyeball) / max(float(white.mean()), 1e-3))
    bloodless = white + _PALER * (white.mean(-1, keepdims=True) - white)
    tone = _BLUISH + thick * (_CHALK - _BLUISH)
    return to_levels(bloodless * tone * eyeball.cover_of_iris * (0.97 + 0.18 * thick) * fine)


def _light_on_lid(eyeball: Eyeball) -> float:
    """Mean linear light of the lower lid's skin, which lies in much the same light as the eye."""
    eye, patch = eyeball.eye, eyeball.patch
    below = patch.y - eye.lower_lid(patch.x)
    skin = (below > 2) & (below < 6) & (patch.x > eye.medial + 3) & (patch.x < eye.lateral - 3)
    return float(np.median(to_linear(patch.pixels).mean(-1)[skin])) if skin.any() else 0.0


def _vessels(eyeball: Eyeball, scar: _Scar, severity: float, generator: np.random.Generator) -> Plane:
    """Absorbance of vessels that grow from the limbus into the scar, from where it is nearest."""
    eye, patch = eyeball.eye, eyeball.patch
    count = round(4 + (_MOST_VESSELS - 4) * severity)
    towards = scar.centre - eye.iris
    nearest = float(np.arctan2(towards[1], towards[0])) if np.hypot(*towards) > 0.3 else float(generator.uniform(0, 7))
    angles = nearest + generator.normal(0, 0.45, _MOST_VESSELS)[:count]
    starts = eye.iris + (eye.iris_radius + 0.6) * np.stack([np.cos(angles), np.sin(angles)], -1)
    ahead = scar.centre - starts + 0.3 * scar.radius * generator.standard_normal((_MOST_VESSELS, 2))[:count]
    length = float(np.mean(np.hypot(*ahead.T))) * 0.85
    headings = np.arctan2(ahead[:, 1], ahead[:, 0])
    amount = vessels(patch, starts, headings, length, 0.16, generator, wriggle=0.25, branching=0.15)
    return np.asarray((0.35 + 0.3 * severity) * amount * eyeball.seen, np.float32)
