"""Nodular basal cell carcinoma: a pearly nodule with fine vessels and a rolled border, ulcerated when it is large."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rofi.cohort.bare_skin import BareSkin, bare_skin, darkness, skin_albedo, skin_tone
from rofi.cohort.crust import under_crust
from rofi.cohort.face import Eye, Face, Side
from rofi.cohort.frame import Floats, Frame, Image, Patch, Plane, blend, ramp
from rofi.cohort.lesion_outline import Outline, below_brow, on_the_skin
from rofi.cohort.lesion_site import Site, at_lateral_canthus, at_medial_canthus, on_lower_lid, on_upper_lid
from rofi.cohort.optics import HAEMOGLOBIN, MELANIN, Absorbance, absorb, add_light, luminance
from rofi.cohort.painting import Painted, check_severity
from rofi.cohort.shading import Light, estimate_light
from rofi.cohort.skin_lesion import raised, settle, soft_edge, spare_eyeball, surface
from rofi.cohort.texture import vessels

_SMALLEST, _LARGEST = 2.5, 12.0  # mm across
_LOWER_LID, _MEDIAL_CANTHUS, _UPPER_LID = 0.7, 0.2, 0.05  # shares; the rest sits at the lateral canthus
_AT_MARGIN = 0.6  # of those on the lower lid
_ULCERATES = 4.0, 9.0  # mm across, from where to where the middle sinks in
_SURROUND = 0.8  # mm of reddened skin about it
_VESSELS = 11
_DEEP_MELANIN: Absorbance = (0.7, 0.85, 1.0)  # seen through the dermis, which turns brown to brown-black
_UNIT = 6.0  # the radius in the frame in which its vessels are drawn, so that they grow with it


@dataclass(frozen=True, eq=False)
class _Patient:
    """What does not depend on how far the tumour has grown."""

    site: Site
    outline: Outline
    growth: float
    prominence: float
    overhang: float
    redness: float
    pigmented: float
    ulcer: float
    crust_age: float
    seed: int


def basal_cell_carcinoma(face: Face, severity: float, side: Side, generator: np.random.Generator) -> Painted:
    """Put a nodular basal cell carcinoma on or beside the lids of one eye.

    70 % arise on the lower lid, 20 % at the medial canthus (Kanski's Clinical Ophthalmology). It
    measures 2.5 mm across at severity 0 and 12 mm at severity 1. On dark skin it is often pigmented in part.

    Findings:
        diameter_mm: greatest; height_mm: above the skin.

    Raises:
        CohortError: the severity is not within 0 and 1.
    """
    severity = check_severity(severity)
    eye = face.eye(side)
    albedo = skin_albedo(face, eye)
    patient = _patient(face, eye, albedo, generator)
    radius = 0.5 * (_SMALLEST + (_LARGEST - _SMALLEST) * severity**patient.growth)
    reach = 0.5 * _LARGEST * (1.6 + float(np.abs(patient.site.drift).max()))
    low, high = patient.site.anchor - reach, patient.site.anchor + reach
    patch = Patch.around(face.picture, eye.frame, (low[0], low[1]), (high[0], high[1]))
    opening = eye.opening(patch.x, patch.y)
    textures = np.random.default_rng(patient.seed)  # the patch is as large at every severity, and so these are the same
    skin = bare_skin(patch, eye, skin_tone(face), textures)
    lumps, spots, grain = (surface(patch, size, textures) for size in (1.8, 2.5, 0.9))
    centre = patient.site.centre(radius)
    depth = patient.outline.depth(patch, centre, radius) + 0.03 * radius * lumps
    depth = on_the_skin(depth, patient.site.past_margin(eye, patch.x, patch.y), patient.overhang)
    depth = below_brow(depth, patch, eye)
    inside, crater = depth / radius, _crater(depth / radius + 0.06 * spots, radius, patient)
    height = _height(inside, crater, lumps, radius, patient, patch)
    crust = crater * ramp(crater + 0.15 * grain, 0.05, 0.6)
    light = estimate_light(face)
    red = _telangiectasia(face.picture, patch, patient.outline, centre, radius, textures)
    pixels = _colour(patch, skin, depth, crust, spots, grain, red, patient, albedo)
    pixels = raised(pixels, height, light, patch)
    pixels = add_light(pixels, _wax(light, height, ramp(inside, 0.05, 0.3) * (1 - crater), patch, skin, albedo))
    pixels = spare_eyeball(patch.pixels, pixels, depth, opening, soft_edge(patch))
    ill = face.painted(patch.put(face.picture, pixels))
    mask = patch.spread((depth > 0) | ((depth > -0.5 * _SURROUND) & (opening < 0)), face.picture.shape)
    diameter = patient.site.diameter(patient.outline, radius, eye, patient.overhang)
    return Painted(ill, mask, {"diameter_mm": diameter, "height_mm": float(height.max())})


def _patient(face: Face, eye: Eye, albedo: float, generator: np.random.Generator) -> _Patient:
    aspect, tilt = generator.uniform((0.72, -0.4), (1.0, 0.4))
    often = 0.04 + 0.6 * darkness(albedo)
    pigmented = float(generator.uniform(0.4, 1)) * float(generator.random() < often)
    return _Patient(
        site=_site(face, eye, aspect, generator),
        outline=Outline.drawn(generator, aspect, 0.035, tilt),
        growth=float(generator.uniform(0.7, 0.95)),
        prominence=float(generator.uniform(0.3, 0.4)),
        overhang=float(generator.uniform(0.3, 1.0)),
        redness=float(generator.uniform(0.6, 1.1)),
        pigmented=pigmented,
        ulcer=float(generator.uniform(0.6, 1)),
        crust_age=float(generator.uniform(0.2, 1)),
        seed=int(generator.integers(2**62)),
    )


def _site(face: Face, eye: Eye, aspect: float, generator: np.random.Generator) -> Site:
    where, room = float(generator.random()), 0.5 * _LARGEST
    at_lower_margin = where < _AT_MARGIN * _LOWER_LID
    if _LOWER_LID <= where < _LOWER_LID + _MEDIAL_CANTHUS:
        return at_medial_canthus(eye, generator, room)
    if _LOWER_LID + _MEDIAL_CANTHUS <= where < _LOWER_LID + _MEDIAL_CANTHUS + _UPPER_LID:
        return on_upper_lid(eye, generator, room, aspect)
    beside = at_lateral_canthus(face, eye, generator, room) if where >= _LOWER_LID else None
    return beside or on_lower_lid(eye, generator, room, aspect, at_lower_margin)


def _crater(inside: Plane, radius: float, patient: _Patient) -> Plane:
    """Where the middle has sunk in and broken open, 0..1."""
    progress = float(ramp(2 * radius, *_ULCERATES)) * patient.ulcer
    border = 0.95 - 0.5 * progress
    return np.asarray(progress * ramp(inside, border - 0.2, border + 0.2), np.float32)


def _height(inside: Plane, crater: Plane, lumps: Plane, radius: float, patient: _Patient, patch: Patch) -> Plane:
    """A dome that becomes a rolled border of pearls about a crater, millimetres."""
    top = 2 * radius * patient.prominence / (1 + 0.05 * radius)
    slope = np.clip(1 - inside / (1 - 0.25 * float(ramp(2 * radius, *_ULCERATES))), 0, 1)
    dome = (1 - slope**2) ** 0.75
    pearls = 1 + 0.16 * lumps * ramp(inside, 0, 0.3)
    return settle(np.asarray(top * dome * pearls * (1 - 0.8 * crater), np.float32), patch, 0.04 * radius + 0.1)


def _telangiectasia(
    picture: Image, patch: Patch, outline: Outline, centre: Floats, radius: float, generator: np.random.Generator
) -> Plane:
    """Fine branching vessels that run over the border towards the middle, as amounts of pigment."""
    frame = patch.frame
    unit = radius / _UNIT
    own = Frame(frame.to_picture(centre), frame.across, frame.down, frame.scale * unit)
    close = Patch.around(picture, own, (-1.3 * _UNIT, -1.3 * _UNIT), (1.3 * _UNIT, 1.3 * _UNIT))
    angle = 2 * np.pi * (np.arange(_VESSELS) + generator.uniform(-0.4, 0.4, _VESSELS)) / _VESSELS
    edge = _UNIT * generator.uniform(0.7, 1.0, _VESSELS) * outline.towards(angle)
    starts = edge[:, None] * np.stack([np.cos(angle), np.sin(angle)], -1)
    headings = angle + np.pi + generator.normal(0, 0.5, _VESSELS)
    width = (0.12 + 0.015 * radius) / unit
    drawn = vessels(close, starts, headings, 0.7 * _UNIT, width, generator, wriggle=0.35, branching=0.1)
    amount = np.zeros_like(patch.x)
    rows, columns = (
        slice(part.start - whole.start, part.stop - whole.start)
        for part, whole in zip(close.slices, patch.slices, strict=True)
    )
    amount[rows, columns] = drawn
    return amount


def _colour(
    patch: Patch,
    skin: BareSkin,
    depth: Plane,
    crust: Plane,
    spots: Plane,
    grain: Plane,
    red: Plane,
    patient: _Patient,
    albedo: float,
) -> Image:
    """Smooth, pearly and pink with red vessels, in part pigmented, with a crust in its crater."""
    edge = soft_edge(patch)
    within = ramp(depth, -0.6 * edge, 0.6 * edge)
    pixels = blend(patch.pixels, skin.pixels + 0.6 * (skin.smooth - skin.pixels), within)
    halo = ramp(depth, -_SURROUND, 0.4)
    pixels = absorb(pixels, HAEMOGLOBIN, np.asarray(patient.redness * (0.07 * halo + 0.06 * within), np.float32))
    pearly = (0.1 + 0.16 * darkness(albedo)) * (1 - patient.pigmented)
    pixels = absorb(pixels, MELANIN, np.asarray(-pearly * within, np.float32))
    pigment = patient.pigmented * (0.65 - 0.2 * darkness(albedo))
    pixels = absorb(pixels, _DEEP_MELANIN, pigment * within * ramp(spots, -0.4, 0.9))
    pixels = absorb(pixels, HAEMOGLOBIN, 0.6 * red * ramp(depth, -0.2, 0.6) * (1 - 0.8 * crust))
    return under_crust(pixels, crust, grain, patient.crust_age)


def _wax(light: Light, height: Plane, where: Plane, patch: Patch, skin: BareSkin, albedo: float) -> Plane:
    """Light that the smooth surface throws back, and the glow of what is translucent; both as strong as the lamp is."""
    falling = luminance(skin.smooth) / albedo
    reflex = light.highlight(height, patch.scale, 40)
    return np.asarray(falling * where * (0.3 * reflex + 0.02), np.float32)
