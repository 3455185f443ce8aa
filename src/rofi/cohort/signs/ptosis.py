"""Ptosis: the upper lid hangs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rofi.cohort.face import Eye, Face, Side
from rofi.cohort.frame import Mask, Patch, Plane
from rofi.cohort.lid_crease import reshape_crease
from rofi.cohort.lid_motion import Shift
from rofi.cohort.lid_warp import lid_patch, move_lids
from rofi.cohort.painting import Painted, changed, check_severity

_LEAST = 1.8
_OPEN = 1.6
_CONGENITAL = 0.35
_FRONTALIS = 0.75


@dataclass(frozen=True)
class _Patient:
    """What differs between patients with the same severity.

    Attributes:
        most: mm by which the lid hangs at severity 1.
        tilt: share by which it hangs more at the lateral (above 0) or the medial end (below 0).
        crease: share of the lid's fall that its crease follows.
        depth: of the crease at severity 1, relative to now.
        frontalis: mm by which the brow rises at severity 1.
    """

    most: float
    tilt: float
    crease: float
    depth: float
    frontalis: float

    @classmethod
    def drawn(cls, generator: np.random.Generator) -> _Patient:
        most, tilt = float(generator.uniform(5, 6)), float(np.clip(generator.normal(0, 0.2), -0.45, 0.45))
        congenital, lifts = generator.random() < _CONGENITAL, generator.random() < _FRONTALIS
        share, lift = float(generator.uniform()), float(generator.uniform(0.8, 3))
        if congenital:
            return cls(most, tilt, 0.8 + 0.15 * share, 0.25 * share, 0.0)
        return cls(most, tilt, 0.35 + 0.35 * share, 1.2 + 0.6 * share, lift if lifts else 0.0)


def ptosis(face: Face, severity: float, side: Side, generator: np.random.Generator) -> Painted:
    """Lower an upper lid: by 1.8 mm at severity 0 (mild ptosis is up to 2 mm) to 5..6 mm, which covers the pupil.

    A third of the patients have congenital ptosis with a blunt crease that sinks with the lid; the others an
    aponeurotic one, whose crease stays high and deep, most with a brow raised by the frontalis muscle. The lid may
    hang more at its medial or its lateral end. Eyes that are narrow already keep a slit of 1.6 mm.

    Findings: "mrd1_mm", from the middle of the pupil to the upper lid's margin, below 0 where the lid covers it
    (margin-reflex distance, Putterman 1980); "lowered_mm".
    """
    check_severity(severity)
    patient, seed = _Patient.drawn(generator), int(generator.integers(2**31))
    eye = face.eye(side)
    most = max(min(patient.most, eye.height - _OPEN), 0.5)
    lowered = min(_LEAST, 0.6 * most) * (1 - severity) + most * severity
    share = lowered / most

    patch = lid_patch(face, eye)
    creased = face.painted(patch.put(face.picture, reshape_crease(eye, patch, 1 + (patient.depth - 1) * share)))
    moved = move_lids(
        creased, eye, _hang(eye, lowered, patient.tilt), brow=_raised(eye, patient.frontalis * share),
        crease=patient.crease, seed=seed,
    )  # fmt: skip
    after = moved.eye(side)
    mask = _lid(after, eye, patch) & changed(face.picture[patch.slices], moved.picture[patch.slices], patch.scale)
    middle = eye.iris[0]
    findings = {
        "mrd1_mm": float(after.iris[1] - after.upper_lid(middle)),
        "lowered_mm": float(after.upper_lid(middle) - eye.upper_lid(middle)),
    }
    return Painted(moved, patch.spread(mask, face.picture.shape), findings)


def _hang(eye: Eye, lowered: float, tilt: float) -> Shift:
    """A lid turns about the line between the corners, so it falls by a share of the way to the lower lid."""

    def shift(x: Plane) -> Plane:
        towards = np.clip((x - eye.iris[0]) / (0.5 * (eye.lateral - eye.medial)), -1, 1)
        way = (eye.lower_lid(x) - eye.upper_lid(x)) / eye.height
        return np.asarray(lowered * way * (1 + tilt * towards), np.float32)

    return shift


def _raised(eye: Eye, lift: float) -> Shift:
    """The whole brow rises, its middle most."""
    middle = 0.5 * (eye.medial + eye.lateral)
    return lambda x: np.asarray(lift * np.exp(-0.5 * ((x - middle) / 11) ** 2), np.float32)


def _lid(after: Eye, before: Eye, patch: Patch) -> Mask:
    """The hanging lid with what it covers, down to its margin."""
    margin, crease = after.upper_lid(patch.x), after.crease_line(patch.x)
    top = np.minimum(crease, before.upper_lid(patch.x))
    inside = margin - before.upper_lid(patch.x) > 0.4
    return np.asarray(inside & (patch.y > top - 0.5) & (patch.y < margin + 0.7), np.bool_)
