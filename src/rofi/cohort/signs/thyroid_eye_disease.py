"""Thyroid eye disease: retracted lids, a globe that stands forward, red, swollen lids (Bartley and Gorman 1995).

Both eyes of one patient are painted with generators of one seed: they then share the patient's look, and differ
by the asymmetry that is part of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from rofi.cohort.face import Eye, Face, Side
from rofi.cohort.frame import Floats, Image, Mask, Patch, Plane, blend, ramp
from rofi.cohort.lid_warp import move_lids
from rofi.cohort.ocular_surface import OcularSurface, find_surface
from rofi.cohort.optics import HAEMOGLOBIN, OLD_BLOOD, Absorbance, absorb, add_light, luminance, shade
from rofi.cohort.painting import Painted, changed, check_severity
from rofi.cohort.shading import Light, estimate_light
from rofi.cohort.texture import noise, vessels

_REACH = (30.0, 28.0)
_NORMAL_MRD1 = 4.0
_SHADE_OF_SKIN: Absorbance = (0.85, 1.0, 1.0)
"""Red light spreads in the skin and fills its shadows."""


@dataclass(frozen=True)
class _Look:
    """One patient's mix; shares are of what the severity allows, lengths in millimetres at severity 1."""

    upper_raise: float
    lower_drop: float
    flare: float
    crease: float
    proptosis: float
    swelling: float
    upper_fullness: float
    bag: float
    bag_depth: float
    medial_fat: float
    redness: float
    violaceous: float
    injection: float
    caruncle: float
    seed: int

    @classmethod
    def draw(cls, generator: np.random.Generator, side: Side) -> _Look:
        """The same numbers are drawn whatever the side, so that two eyes with one seed share them."""
        uniform = generator.uniform
        retraction, asymmetry = uniform(0.7, 1.0), uniform(-0.22, 0.22)
        own = 1 + (asymmetry if side is Side.OD else -asymmetry)
        return cls(
            upper_raise=min(3.9 * retraction * own, 4.0),
            lower_drop=min(uniform(0.9, 2.3) * own, 2.5),
            flare=uniform(0.06, 0.15),
            crease=uniform(0.25, 0.7),
            proptosis=uniform(3.5, 8.0) * (0.5 + 0.5 * own),
            swelling=uniform(0.45, 1.0) * (0.5 + 0.5 * own),
            upper_fullness=uniform(0.6, 1.0),
            bag=uniform(0.5, 1.0),
            bag_depth=uniform(8.5, 12.5),
            medial_fat=uniform(-0.25, 0.35),
            redness=uniform(0.3, 1.0),
            violaceous=uniform(0.0, 0.6),
            injection=uniform(0.35, 1.0),
            caruncle=uniform(0.3, 1.0) if generator.random() < 0.6 else 0.0,
            seed=int(generator.integers(2**31)),
        )

    def at(self, severity: float, eye: Eye) -> _Extent:
        """What there is of it at a severity, in an eye as it was before."""
        grown = 0.22 + 0.78 * severity
        mrd1 = float(eye.iris[1] - eye.upper_lid(eye.iris[0]))
        room = float(eye.upper_lid(eye.iris[0]) - eye.brow_line(eye.iris[0]))
        narrow = 0.5 * max(_NORMAL_MRD1 - mrd1, 0.0)  # a narrow eye shows retraction only when more is drawn back
        upper = 0.8 + (min(self.upper_raise + narrow, 4.0, max(0.45 * room, 1.0)) - 0.8) * severity
        lower = 0.5 + (self.lower_drop - 0.5) * severity
        return _Extent(upper, lower, grown * self.proptosis, grown * self.swelling, grown)


@dataclass(frozen=True)
class _Extent:
    """Millimetres by which the lids are drawn back and the globe stands forward; swelling and redness 0..1."""

    upper: float
    lower: float
    proptosis: float
    swelling: float
    redness: float


def thyroid_eye_disease(face: Face, severity: float, side: Side, generator: np.random.Generator) -> Painted:
    """Lids drawn back with a temporal flare, sclera shown, a globe that stands forward, swollen lids.

    Findings: `mrd1_mm` and `mrd2_mm` (from the middle of the iris to the upper and the lower lid's margin),
    `scleral_show_mm` (above and below the iris together), `proptosis_mm` (by which the globe stands forward of where
    it stood), `swelling` (0..1).

    Args:
        face: healthy, or with other signs already.
        severity: 0..1; the upper margin rises by 0.8 to 4 mm, the lower falls by 0.5 to 2.5 mm.
        side: the eye.
        generator: of the patient's mix; use one seed for both eyes.

    Raises:
        CohortError: `severity` is none.
    """
    severity = check_severity(severity)
    look = _Look.draw(generator, side)
    before = face.eye(side)
    extent = look.at(severity, before)
    opened = _retract(face, before, extent, look)
    bulged = _bulge(opened, before, 0.004 * extent.proptosis)
    red = _redden_eyeball(bulged, side, look, extent, generator)
    eye = _measured_in(red.eye(side), before)
    patch = before.patch(red.picture, _REACH)
    pixels = _swell(patch, eye, look, extent, estimate_light(face), generator)
    inside = ramp(np.hypot(patch.x / _REACH[0], patch.y / _REACH[1]), 1.0, 0.85)
    after = red.painted(patch.put(red.picture, blend(patch.pixels, pixels, inside)))
    return Painted(after, _mask(face, after, before, eye), _findings(eye, extent))


def _retract(face: Face, eye: Eye, extent: _Extent, look: _Look) -> Face:
    """Draws both lids back; the upper most at its temporal third."""
    middle = float(np.clip((eye.iris[0] - eye.medial) / (eye.lateral - eye.medial), 0.35, 0.6))

    def arch(x: Plane, temporally: float) -> Plane:
        """1 above the iris, 0 at the corners; highest by a share of the fissure temporally of the iris."""
        skew = np.log(0.5) / np.log(middle + temporally)
        along = np.clip((x - eye.medial) / (eye.lateral - eye.medial), 0, 1)
        shape = np.clip(np.sin(np.pi * along**skew), 0, 1) ** 0.9
        return np.asarray(shape / np.sin(np.pi * middle**skew) ** 0.9, np.float32)

    return move_lids(
        face,
        eye,
        lambda x: -extent.upper * arch(x, look.flare),
        lambda x: extent.lower * arch(x, 0.06),
        crease=look.crease,
        shadow=0.45,
        seed=look.seed,
    )


def _bulge(face: Face, eye: Eye, amount: float) -> Face:
    """Enlarges the eye and its lids about the iris by a share, which fades out at the orbit's rim."""
    centre, scale = eye.frame.to_picture(eye.iris), eye.frame.scale

    def moved(points: Floats) -> Floats:
        away = points[:, :2] - centre
        gain = amount * _bulging(np.linalg.norm(away, axis=1) / scale)
        return np.column_stack([points[:, :2] + gain[:, None] * away, points[:, 2:]])

    patch = eye.patch(face.picture, _REACH)
    x, y = patch.x - np.float32(eye.iris[0]), patch.y - np.float32(eye.iris[1])
    shrink = 1 / (1 + amount * _bulging(np.hypot(x, y)))
    for _ in range(3):  # the place that moved here
        shrink = 1 / (1 + amount * _bulging(shrink * np.hypot(x, y)))
    columns, rows = patch.source(shrink * x + np.float32(eye.iris[0]), shrink * y + np.float32(eye.iris[1]))
    pixels = cv2.remap(patch.pixels, columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    pixels = blend(patch.pixels, np.asarray(pixels, np.float32), ramp(np.hypot(x, y), 24.0, 23.0))
    marks = face.landmarks
    if eye.side is Side.OD:
        marks = replace(marks, left_eye=moved(marks.left_eye), left_iris=moved(marks.left_iris))
    else:
        marks = replace(marks, right_eye=moved(marks.right_eye), right_iris=moved(marks.right_iris))
    marks = replace(marks, mesh=moved(marks.mesh))
    return replace(face, picture=patch.put(face.picture, pixels), landmarks=marks)


def _bulging(distance: Floats | Plane) -> Plane:
    """1 on the globe, 0 beyond the orbit's rim; millimetres from the iris."""
    return ramp(distance, 24.0, 7.0)


def _measured_in(eye: Eye, before: Eye) -> Eye:
    """The eye in the frame it had before, whose millimetres and patch do not depend on the severity."""

    def there(line: Floats) -> Floats:
        return before.frame.to_local(eye.frame.to_picture(line))

    return replace(
        eye,
        frame=before.frame,
        upper=there(eye.upper),
        lower=there(eye.lower),
        iris=there(eye.iris),
        iris_radius=eye.iris_radius * eye.frame.scale / before.frame.scale,
        crease=there(eye.crease),
        brow=there(eye.brow),
        lid_border=there(eye.lid_border),
    )


def _swell(patch: Patch, eye: Eye, look: _Look, extent: _Extent, light: Light, generator: np.random.Generator) -> Image:
    """Fullness above, bags below, the globe's dome behind both, and their redness."""
    scale = patch.scale
    brow = eye.brow_line(patch.x)
    down = (patch.y - brow) / np.maximum(eye.upper_lid(patch.x) - brow, 2.0)  # 0 at the brow, 1 at the margin
    along = (patch.x - np.float32(eye.medial)) / np.float32(eye.lateral - eye.medial)  # 0 medially, 1 laterally
    unrest = noise(patch, 7.0, generator, octaves=2)
    mottle = noise(patch, 3.5, generator)
    upper = _fullness(along, down, look) * (1 + 0.12 * unrest)
    bag = _bag(patch, eye, look, unrest)
    from_iris = np.hypot(patch.x - eye.iris[0], patch.y - eye.iris[1])
    dome = 0.22 * extent.proptosis * np.exp(-((from_iris / 13.0) ** 2))
    height = np.asarray(extent.swelling * (5.0 * look.upper_fullness * upper + 3.8 * look.bag * bag) + dome, np.float32)
    height = np.asarray(cv2.GaussianBlur(height, (0, 0), max(0.6 * scale, 0.8)), np.float32)
    hollow = cv2.Laplacian(height, cv2.CV_32F, ksize=3) * np.float32(scale**2 / 4)
    factor = light.relief(height, scale) * np.exp(-0.45 * np.clip(hollow, 0, 1))
    skin = ramp(eye.opening(patch.x, patch.y), max(0.3, 0.7 / scale), -max(0.6, 1.0 / scale))
    factor = 1 + skin * (np.clip(factor, 0.4, 1.6) - 1)
    pixels = _fill_sulcus(patch, along, down, skin * extent.swelling * look.upper_fullness)
    pixels = absorb(pixels, _SHADE_OF_SKIN, np.asarray(-np.log10(factor), np.float32))
    gloss = 0.03 * skin * extent.swelling * np.clip(upper + bag, 0, 1) * light.highlight(height, scale, 25)
    pixels = add_light(pixels, np.asarray(gloss * luminance(patch.pixels), np.float32))
    flush = np.clip(0.55 * upper + 0.45 * bag + 0.15 * ramp(from_iris, 24, 12), 0, 1) * np.clip(1 + 0.35 * mottle, 0, 2)
    amount = 0.24 * look.redness * extent.swelling * skin * flush
    pigment = _mixed(look.violaceous)
    return absorb(pixels, pigment, np.asarray(amount, np.float32))


def _fullness(along: Plane, down: Plane, look: _Look) -> Plane:
    """0..1: how far the upper lid's skin is pushed out; steeper where it hangs over the lid's platform."""
    rise = ramp(down, 0.05, 0.62) * ramp(down, 0.98, 0.70)
    spread = ramp(along, -0.25, 0.2) * ramp(along, 1.3, 0.85)
    return np.asarray(rise * spread * (1 - look.medial_fat * np.cos(np.pi * np.clip(along, 0, 1))), np.float32)


def _bag(patch: Patch, eye: Eye, look: _Look, unrest: Plane) -> Plane:
    """0..1: how far the lower lid is pushed out, down to the arc where the orbit's rim holds the skin."""
    half = 0.62 * (eye.lateral - eye.medial)
    along = (patch.x - 0.5 * (eye.medial + eye.lateral) + 1.0) / half
    margin = eye.lower_lid(patch.x)
    arc = look.bag_depth * (1 - np.clip(np.abs(along), 0, 1) ** 2.6) ** 0.6 * (1 - 0.15 * along)
    down = (patch.y - margin) / np.maximum(arc, 1.0) + 0.06 * unrest
    held = np.clip(0.80 + 0.08 * unrest - 0.25 * np.clip(along, 0, 1), 0.4, 1.0)  # the fold runs out temporally
    fall = ramp((down - held) / (1.15 - held), 1.0, 0.0)
    return np.asarray(ramp(down, 0.1, 0.75) * fall * ramp(np.abs(along), 1.0, 0.55), np.float32)


def _fill_sulcus(patch: Patch, along: Plane, down: Plane, share: Plane) -> Image:
    """Lightens the hollow under the brow, which the fat behind it fills."""
    depth = np.log(luminance(patch.pixels) + 0.005)
    fine, coarse = (cv2.GaussianBlur(depth, (0, 0), size * patch.scale) for size in (2.0, 7.0))
    where = ramp(down, 0.15, 0.4) * ramp(down, 0.85, 0.6) * ramp(along, -0.25, 0.1) * ramp(along, 1.2, 0.9)
    hollow = np.clip(coarse - fine, 0, 0.6)
    return shade(patch.pixels, np.asarray(np.exp(0.7 * share * where * hollow), np.float32))


def _mixed(violaceous: float) -> Absorbance:
    """Blood fresh to stale."""
    fresh, stale = np.array(HAEMOGLOBIN), np.array(OLD_BLOOD)
    red, green, blue = fresh + violaceous * (stale - fresh)
    return float(red), float(green), float(blue)


def _redden_eyeball(face: Face, side: Side, look: _Look, extent: _Extent, generator: np.random.Generator) -> Face:
    """Vessels over the insertions of the horizontal recti, the lateral one's most, and the caruncle's swelling."""
    surface = find_surface(face, side)
    patch, eye = surface.patch, surface.eye
    level = float(eye.iris[1])
    amount = np.zeros(patch.x.shape, np.float32)
    for corner, inward, share in ((eye.lateral, -1.0, 1.0), (eye.medial + 3.0, 1.0, 0.55)):
        for count, width, strength in ((7, 0.3, 0.8), (16, 0.14, 0.5)):
            starts = np.column_stack(
                [corner + inward * generator.uniform(-1, 3, count), level + 1.0 + generator.normal(0, 1.8, count)]
            )
            headings = (0.0 if inward > 0 else np.pi) + generator.normal(0, 0.35, count)
            amount += share * strength * vessels(patch, starts, headings, 6.5, width, generator, wriggle=0.3)
        from_corner = ((patch.x - corner - 1.5 * inward) / 5.0) ** 2 + ((patch.y - level - 0.5) / 4.0) ** 2
        amount += np.asarray(share * 0.24 * np.exp(-from_corner), np.float32)
    thinned = amount * ramp(surface.limbus, 0.0, 2.5) * surface.sclera
    pixels = absorb(surface.matte, HAEMOGLOBIN, np.asarray(look.injection * extent.redness * thinned, np.float32))
    recess = 0.22 * min(extent.upper / 3, 1) * surface.visible * ramp(surface.opening, 2.0, 0.0)
    pixels = shade(pixels, np.asarray(1 - recess, np.float32))
    return surface.put(face, _swell_caruncle(pixels, surface, look.caruncle * extent.redness))


def _swell_caruncle(pixels: Image, surface: OcularSurface, share: float) -> Image:
    """Enlarges and reddens the caruncle."""
    patch = surface.patch
    x, y = patch.x - np.float32(surface.eye.medial + 1.8), patch.y - np.float32(0.2)
    near = np.exp(-((x / 1.9) ** 2) - (y / 1.5) ** 2)
    larger = 1 - 0.22 * share * ramp(np.hypot(x / 1.2, y), 3.5, 0.5)
    columns, rows = patch.source(patch.x + (larger - 1) * x, patch.y + (larger - 1) * y)
    grown = cv2.remap(pixels, columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    reddened = np.asarray(0.28 * share * near * surface.visible, np.float32)
    return absorb(np.asarray(grown, np.float32), HAEMOGLOBIN, reddened)


def _mask(healthy: Face, ill: Face, before: Eye, after: Eye) -> Mask:
    """What visibly changed, and all of the white that the lids have left."""
    patch = before.patch(ill.picture, _REACH)
    was = healthy.picture[patch.slices]
    shown = (after.opening(patch.x, patch.y) > 0) & (before.opening(patch.x, patch.y) < 0)
    seen = (changed(was, patch.pixels, patch.scale) | shown).astype(np.uint8)
    discs = [cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (round(mm * patch.scale) | 1,) * 2) for mm in (4.0, 2.0)]
    closed = cv2.morphologyEx(seen, cv2.MORPH_CLOSE, discs[0])
    return patch.spread(np.asarray(cv2.morphologyEx(closed, cv2.MORPH_OPEN, discs[1]), np.bool_), ill.picture.shape)


def _findings(eye: Eye, extent: _Extent) -> dict[str, float]:
    x, y = float(eye.iris[0]), float(eye.iris[1])
    mrd1, mrd2 = y - float(eye.upper_lid(x)), float(eye.lower_lid(x)) - y
    return {
        "mrd1_mm": mrd1,
        "mrd2_mm": mrd2,
        "scleral_show_mm": max(mrd1 - eye.iris_radius, 0.0) + max(mrd2 - eye.iris_radius, 0.0),
        "proptosis_mm": extent.proptosis,
        "swelling": extent.swelling,
    }
