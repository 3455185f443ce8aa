"""Squamous cell carcinoma: a red, hard, scaly plaque or nodule with a ragged edge, crusted in the middle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rofi.cohort.bare_skin import BareSkin, bare_skin, darkness, skin_albedo, skin_tone
from rofi.cohort.crust import flakes, under_crust, under_scale
from rofi.cohort.face import Eye, Face, Side
from rofi.cohort.frame import Image, Patch, Plane, blend, ramp
from rofi.cohort.lesion_outline import Outline, below_brow, on_the_skin
from rofi.cohort.lesion_site import Site, at_lateral_canthus, on_cheek, on_lower_lid, on_temple, on_upper_lid
from rofi.cohort.optics import HAEMOGLOBIN, MELANIN, OLD_BLOOD, absorb
from rofi.cohort.painting import Painted, check_severity
from rofi.cohort.shading import estimate_light
from rofi.cohort.skin_lesion import raised, settle, soft_edge, spare_eyeball, surface

_SMALLEST, _LARGEST = 4.0, 22.0  # mm across
_ON_LIDS = 16.0, 20.0  # mm across at severity 1, where the lids leave less room
_LOWER_LID, _UPPER_LID, _CHEEK, _TEMPLE = 0.4, 0.15, 0.15, 0.15  # shares; the rest is at the lateral canthus
_ULCERATES = 6.0, 13.0  # mm across, from where to where the middle breaks open
_SURROUND = 1.5, 0.15  # mm of reddened skin about it, and by how much of its diameter more
_CAPPED = 9.0, 5.0  # mm across, from where down to where
_SCALE_THICKNESS = 0.2  # mm


@dataclass(frozen=True, eq=False)
class _Patient:
    """What does not depend on how far the tumour has grown."""

    site: Site
    beyond_lids: bool
    outline: Outline
    largest: float
    growth: float
    prominence: float
    nodular: float
    overhang: float
    redness: float
    scaly: float
    ulcer: float
    crust_age: float
    seed: int


def squamous_cell_carcinoma(face: Face, severity: float, side: Side, generator: np.random.Generator) -> Painted:
    """Put a squamous cell carcinoma on the lids of one eye or, in some patients, on that side's cheek or temple.

    It measures 4 mm across at severity 0 and up to 22 mm at severity 1.

    Findings:
        diameter_mm: greatest, without the reddened surround; height_mm: above the skin.

    Raises:
        CohortError: the severity is not within 0 and 1.
    """
    severity = check_severity(severity)
    eye = face.eye(side)
    patient = _patient(face, eye, generator)
    radius = 0.5 * (_SMALLEST + (patient.largest - _SMALLEST) * severity**patient.growth)
    reach = 0.5 * patient.largest * (1.3 + float(np.abs(patient.site.drift).max())) + 5
    low, high = patient.site.anchor - reach, patient.site.anchor + reach
    patch = Patch.around(face.picture, eye.frame, (low[0], low[1]), (high[0], high[1]))
    opening = eye.opening(patch.x, patch.y)
    textures = np.random.default_rng(patient.seed)  # the patch is as large at every severity, and so these are the same
    skin = bare_skin(patch, eye, skin_tone(face), textures)
    coarse, lumps, fine = (surface(patch, size, textures) for size in (3.5, 1.6, 0.7))
    centre = patient.site.centre(radius)
    depth = patient.outline.depth(patch, centre, radius) + 0.03 * radius * lumps
    depth = on_the_skin(depth, patient.site.past_margin(eye, patch.x, patch.y), patient.overhang)
    if not patient.beyond_lids:
        depth = below_brow(depth, patch, eye)
    ulcer = _ulcer(depth / radius + 0.1 * coarse, radius, patient)
    crust = ulcer * ramp(ulcer + 0.2 * lumps, 0.1, 0.7)
    scale = _scale(depth / radius, crust, flakes(fine, coarse, patient.scaly), radius)
    height = _height(depth / radius, ulcer, scale, lumps, fine, radius, patient, patch)
    surround = _SURROUND[0] + _SURROUND[1] * 2 * radius
    albedo = skin_albedo(face, eye)

    pixels = _inflamed(patch, skin, depth, surround, coarse, patient, albedo)
    pixels = under_crust(pixels, crust, fine, patient.crust_age)
    pixels = under_scale(pixels, skin.smooth, albedo, scale * np.clip(0.65 + 0.12 * fine, 0, 0.95))
    pixels = raised(pixels, height, estimate_light(face), patch)
    pixels = spare_eyeball(patch.pixels, pixels, depth, opening, soft_edge(patch))
    ill = face.painted(patch.put(face.picture, pixels))
    mask = patch.spread((depth > 0) | ((depth > -0.6 * surround) & (opening < 0)), face.picture.shape)
    diameter = patient.site.diameter(patient.outline, radius, eye, patient.overhang)
    return Painted(ill, mask, {"diameter_mm": diameter, "height_mm": float(height.max())})


def _patient(face: Face, eye: Eye, generator: np.random.Generator) -> _Patient:
    where, room = float(generator.random()), 0.5 * float(generator.uniform(*_ON_LIDS))
    aspect, tilt = generator.uniform((0.62, -0.25), (0.85, 0.25))
    site = _beyond_lids(face, eye, where, generator)
    beyond = site is not None
    if beyond:
        tilt *= 6  # it may lie any way there, on the lids along them
    elif _LOWER_LID <= where < _LOWER_LID + _UPPER_LID:
        aspect *= 0.75
        site = on_upper_lid(eye, generator, 0.85 * room, aspect)
    elif where >= _LOWER_LID + _UPPER_LID:
        site = at_lateral_canthus(face, eye, generator, room)
    site = site or on_lower_lid(eye, generator, room, aspect, at_margin=bool(generator.random() < 0.5))
    return _Patient(
        site=site,
        beyond_lids=beyond,
        outline=Outline.drawn(generator, aspect, 0.06, tilt),
        largest=float(min(2 * site.room, _LARGEST)),
        growth=float(generator.uniform(0.75, 1.05)),
        prominence=float(generator.uniform(0.8, 1.3)),
        nodular=float(generator.uniform(0, 1)),
        overhang=float(generator.uniform(0.3, 1.0)),
        redness=float(generator.uniform(0.8, 1.2)),
        scaly=float(generator.uniform(0.3, 0.6)),
        ulcer=float(generator.uniform(0.5, 1)),
        crust_age=float(generator.uniform(0.3, 1)),
        seed=int(generator.integers(2**62)),
    )


def _beyond_lids(face: Face, eye: Eye, where: float, generator: np.random.Generator) -> Site | None:
    """A place on the cheek or the temple, in the patients whose tumour arises there and who have free skin there."""
    if where < 1 - _CHEEK - _TEMPLE:
        return None
    first, second = (on_cheek, on_temple) if where < 1 - _TEMPLE else (on_temple, on_cheek)
    return first(face, eye, generator) or second(face, eye, generator)


def _ulcer(inside: Plane, radius: float, patient: _Patient) -> Plane:
    """Where the middle has broken open, 0..1."""
    progress = float(ramp(2 * radius, *_ULCERATES)) * patient.ulcer
    border = 0.9 - 0.45 * progress
    return np.asarray(progress * ramp(inside, border - 0.2, border + 0.2), np.float32)


def _scale(inside: Plane, crust: Plane, flaky: Plane, radius: float) -> Plane:
    """Keratin, 0..1: in flakes within the edge and about the ulcer; a small one wears a horny cap."""
    cap = ramp(inside, 0.35, 0.75) * float(ramp(2 * radius, *_CAPPED))
    return np.asarray(np.maximum(flaky * ramp(inside, 0.05, 0.3), 0.8 * cap) * (1 - crust), np.float32)


def _height(
    inside: Plane, ulcer: Plane, scale: Plane, lumps: Plane, fine: Plane, radius: float, patient: _Patient, patch: Patch
) -> Plane:
    """A plateau or a dome with a bumpy surface, sunk in at the ulcer, millimetres."""
    top = patient.prominence * (0.6 + 0.13 * radius) * (1 + 0.5 * patient.nodular)
    slope = 1 - np.clip(inside / (0.3 + 0.4 * patient.nodular), 0, 1)
    body = (1 - slope**2) ** 0.8 * (1 + 0.2 * lumps * ramp(inside, 0, 0.3)) * (1 - 0.55 * ulcer)
    rough = scale * _SCALE_THICKNESS * (1 + 0.5 * fine) + 0.08 * ulcer * fine
    return settle(np.asarray(top * body + rough, np.float32), patch, 0.2 + 0.02 * radius)


def _inflamed(
    patch: Patch, skin: BareSkin, depth: Plane, surround: float, coarse: Plane, patient: _Patient, albedo: float
) -> Image:
    """Red tumour in a red surround; on dark skin the redness is violet and brown."""
    edge = soft_edge(patch) + 0.3
    within = ramp(depth, -edge, edge)
    pixels = blend(patch.pixels, skin.pixels, within)
    halo = ramp(depth, -surround, 0.5)
    dark = darkness(albedo)
    mottled = 1 + 0.15 * coarse
    pixels = absorb(pixels, HAEMOGLOBIN, patient.redness * (0.12 * halo + 0.03 * within) * mottled)
    pixels = absorb(pixels, OLD_BLOOD, patient.redness * (0.13 + 0.12 * dark) * within * mottled)
    return absorb(pixels, MELANIN, 0.12 * dark * halo)
