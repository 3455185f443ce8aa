"""Strabismus: one eye looks past what the other fixates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rofi.cohort.eyeball import hirschberg_share, limbus_depth, turn_eye
from rofi.cohort.face import Face, Side
from rofi.cohort.painting import Painted, changed, check_severity

_LEAST = 15.0  # prism dioptres: smaller angles are hidden by the fixation of the eye and not seen without a cover test
_JITTER = 0.08
_OBLIQUE = 0.08  # radians by which the turn misses the pure direction (standard deviation)


@dataclass(frozen=True)
class _Deviation:
    """A direction in which an eye deviates.

    Attributes:
        name: the clinic's.
        towards: x temporal, y down.
        share: of patients.
        most: prism dioptres at severity 1; vertical deviations are smaller.
    """

    name: str
    towards: tuple[float, float]
    share: float
    most: float


_DEVIATIONS = (
    _Deviation("esotropia", (-1, 0), 0.45, 60.0),
    _Deviation("exotropia", (1, 0), 0.35, 60.0),
    _Deviation("hypertropia", (0, -1), 0.1, 40.0),
    _Deviation("hypotropia", (0, 1), 0.1, 40.0),
)


def strabismus(face: Face, severity: float, side: Side, generator: np.random.Generator) -> Painted:
    """Turns the eye inwards, outwards, up or down, by 15 to 60 prism dioptres (40 where it turns up or down).

    The limbus moves by its distance from the eye's centre times the sine of the angle; the catch light hardly moves,
    so that it lies off the pupil: about 1 mm for 16 prism dioptres (Hirschberg's test; 15 to 22 in the clinic's
    tables). Findings: "deviation_pd", "hirschberg_mm", and the deviation's name, 1.

    Args:
        face, severity, side, generator: see `Painter`.

    Raises:
        CohortError: severity outside 0..1.
    """
    severity = check_severity(severity)
    kind = _DEVIATIONS[int(generator.choice(len(_DEVIATIONS), p=[each.share for each in _DEVIATIONS]))]
    oblique = float(generator.normal(0, _OBLIQUE))
    dioptres = _LEAST * (kind.most / _LEAST) ** severity * (1 + _JITTER * float(generator.uniform(-1, 1)))
    eye = face.eye(side)
    sine = np.sin(np.arctan(dioptres / 100))  # 1 prism dioptre turns light by 1 cm in 1 m
    moved = float(limbus_depth(eye.iris_radius) * sine)
    (x, y), cosine, skew = kind.towards, np.cos(oblique), np.sin(oblique)
    turned = turn_eye(face, side, (float(moved * (x * cosine - y * skew)), float(moved * (x * skew + y * cosine))))
    findings = {
        "deviation_pd": float(dioptres),
        "hirschberg_mm": moved * (1 - hirschberg_share(eye.iris_radius)),
        kind.name: 1.0,
    }
    patch = eye.patch(face.picture, (20, 13))
    mask = changed(patch.pixels, turned.picture[patch.slices], patch.scale)
    return Painted(turned, patch.spread(mask, face.picture.shape), findings)
