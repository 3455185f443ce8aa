"""Microblepharon: lids that are too short."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from rofi.cohort.face import Eye, Face, Side
from rofi.cohort.frame import Image, Mask, Patch, Plane, ramp
from rofi.cohort.lid_crease import reshape_crease
from rofi.cohort.lid_motion import Shift
from rofi.cohort.lid_warp import lid_patch, move_lids
from rofi.cohort.optics import HAEMOGLOBIN, absorb
from rofi.cohort.painting import Painted, changed, check_severity

_SHORTENING = (0.10, 0.35)
_SCLERAL_SHOW = (0.5, 2.0)
_MOST_HIDDEN = 1.5
_TEMPLE = 16.0
_NOSE = 11.0
_LID = 5.0


@dataclass(frozen=True)
class _Patient:
    """What differs between patients with the same severity; all are shares but `raised`.

    Attributes:
        medial: of the shortening that the medial corner takes, by a fold of skin before it.
        horizontal, vertical: of the range of the shortening and of the scleral show, about 1.
        raised: mm by which the upper margin stands too high at severity 1.
        crease: depth of the crease at severity 1, relative to now.
        thinness: of the skin; blood shows through.
    """

    medial: float
    horizontal: float
    vertical: float
    raised: float
    crease: float
    thinness: float

    @classmethod
    def drawn(cls, generator: np.random.Generator) -> _Patient:
        low = (0.25, 0.85, 0.8, 0.3, 0.0, 0.3)
        high = (0.4, 1.0, 1.1, 1.0, 0.5, 1.0)
        return cls(*(float(value) for value in generator.uniform(low, high)))


def microblepharon(face: Face, severity: float, side: Side, generator: np.random.Generator) -> Painted:
    """Shorten the lids of one eye in both directions.

    Congenital microblepharon is a vertical shortage of the lids, which leave the eyeball bare and do not close; the
    horizontal shortage painted with it is that of the blepharophimoses (a short fissure with blunted corners).
    The fissure is 10 % shorter at severity 0 and up to 35 % at 1, mostly by its lateral corner; the lower margin
    leaves 0.5..2 mm of sclera bare, the upper stands a little high with a flat crease, and the lids' skin is thin.

    Findings: "fissure_length_mm", "shortened_share" of the length before, "scleral_show_mm" between the
    lower limbus and the lower margin, below 0 where the lid still covers the limbus.
    """
    check_severity(severity)
    patient, seed = _Patient.drawn(generator), int(generator.integers(2**31))
    eye = face.eye(side)
    length = eye.lateral - eye.medial
    shorter = length * _between(_SHORTENING, severity) * patient.horizontal
    show = _between(_SCLERAL_SHOW, severity) * patient.vertical
    hidden = float(np.clip(eye.iris[1] + eye.iris_radius - eye.lower_lid(eye.iris[0]), 0, _MOST_HIDDEN))
    drawn_down = show + severity * hidden  # a lower lid that covers the limbus has to uncover it first
    raised = patient.raised * (0.3 + 0.7 * severity)

    patch = lid_patch(face, eye)
    pixels = reshape_crease(eye, patch, 1 - (1 - patient.crease) * (0.3 + 0.7 * severity))
    pixels = _thin(eye, patch, pixels, 0.05 * patient.thinness * (0.3 + 0.7 * severity))
    moved = move_lids(
        face.painted(patch.put(face.picture, pixels)), eye, _along_lid(eye, -raised), _along_lid(eye, drawn_down),
        across=_shorten(eye, shorter, patient.medial), crease=1.0, seed=seed,
    )  # fmt: skip
    after = moved.eye(side)
    new_length = after.lateral - after.medial
    mask = _short_lids(eye, after, patch) & changed(
        face.picture[patch.slices], moved.picture[patch.slices], patch.scale
    )
    findings = {
        "fissure_length_mm": new_length,
        "shortened_share": 1 - new_length / length,
        "scleral_show_mm": float(after.lower_lid(after.iris[0]) - after.iris[1] - after.iris_radius),
    }
    return Painted(moved, patch.spread(mask, face.picture.shape), findings)


def _between(limits: tuple[float, float], severity: float) -> float:
    return limits[0] + (limits[1] - limits[0]) * severity


def _along_lid(eye: Eye, amount: float) -> Shift:
    """A displacement that is greatest below the iris and vanishes at the corners, as the opening does."""

    def shift(x: Plane) -> Plane:
        share = (eye.lower_lid(x) - eye.upper_lid(x)) / eye.height
        return np.asarray(amount * np.sqrt(np.clip(share, 0, 1.2)), np.float32)

    return shift


def _shorten(eye: Eye, amount: float, medial_share: float) -> Shift:
    """Both corners move inwards; the skin of temple and nose follows, ever less away from them."""
    lateral, medial = amount * (1 - medial_share), amount * medial_share

    def shift(x: Plane) -> Plane:
        inwards = -lateral * ramp(x, 0.7 * eye.medial, eye.lateral) * ramp(x, eye.lateral + _TEMPLE, eye.lateral)
        outwards = medial * ramp(x, eye.medial + 9, eye.medial) * ramp(x, eye.medial - _NOSE, eye.medial)
        return np.asarray(inwards + outwards, np.float32)

    return shift


def _thin(eye: Eye, patch: Patch, pixels: Image, amount: float) -> Image:
    """Blood seen through the skin of both lids."""
    outside = -eye.opening(patch.x, patch.y)
    return absorb(pixels, HAEMOGLOBIN, np.asarray(amount * ramp(outside, 0.0, 1.0) * ramp(outside, 8, 3), np.float32))


def _short_lids(before: Eye, after: Eye, patch: Patch) -> Mask:
    """The lids beside the new fissure, what they cover of the old one, and what they leave bare."""
    places = after.frame.to_local(patch.frame.to_picture(np.stack([patch.x, patch.y], -1)))
    x, y = (np.asarray(places[..., axis], np.float32) for axis in (0, 1))
    is_open, was_open = after.opening(x, y), before.opening(patch.x, patch.y)
    distance = cv2.distanceTransform((is_open < 0).astype(np.uint8), cv2.DIST_L2, 5) / patch.scale
    return np.asarray(((distance < _LID) & (is_open < 0)) | ((is_open > 0) != (was_open > 0)), np.bool_)
