"""One patient before and after hormone treatment of thyroid eye disease (paper section 2.6, Figure 5e)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

import cv2
import numpy as np

from rofi.cohort.face import Face, Side
from rofi.cohort.frame import Floats, Image, Mask, Plane
from rofi.cohort.optics import to_levels, to_linear
from rofi.cohort.signs.thyroid_eye_disease import thyroid_eye_disease
from rofi.faces import topology

LEAST_CHANGE = 0.25
"""Of severity, that a verdict other than "same" stands for."""
MOST_DRIFT = 0.05
"""Of severity, that still is the same."""
_SEEDS = 2**31


class Verdict(StrEnum):
    """What the treatment did."""

    BETTER = "better"
    SAME = "same"
    WORSE = "worse"


@dataclass(frozen=True, eq=False)
class Visit:
    """The patient on one day.

    Attributes:
        face: the photograph's pixels with the disease in both eyes, and its landmarks.
        mask: (H, W) where the disease shows.
        severity: 0..1.
        findings: of each eye, see `thyroid_eye_disease`.
    """

    face: Face
    mask: Mask
    severity: float
    findings: dict[Side, dict[str, float]]


@dataclass(frozen=True, eq=False)
class FollowUpPair:
    """Two visits of one patient, and what a physician ought to say about them.

    Attributes:
        before, after: the treatment.
        verdict: by the two severities.
    """

    before: Visit
    after: Visit
    verdict: Verdict


@dataclass(frozen=True)
class Sitting:
    """How head, camera and lamp differ from those of the first visit.

    Attributes:
        roll, yaw: of the head, radians.
        zoom: factor of its size; shift: (x, y) in millimetres.
        exposure: factor of the light.
        warmth: natural logarithm of the factor between red and blue.
        lamp: (x, y) by which a millimetre to the right and downwards is brighter, as natural logarithm.
    """

    roll: float = 0.0
    yaw: float = 0.0
    zoom: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    exposure: float = 1.0
    warmth: float = 0.0
    lamp: tuple[float, float] = (0.0, 0.0)

    @classmethod
    def draw(cls, generator: np.random.Generator) -> Self:
        """As two visits to one clinic differ: by a few degrees, millimetres and percent."""
        normal = generator.normal
        angle, strength = generator.uniform(0, 2 * np.pi), abs(normal(0, 0.0015))
        return cls(
            roll=float(np.clip(normal(0, 0.02), -0.05, 0.05)),
            yaw=float(np.clip(normal(0, 0.03), -0.07, 0.07)),
            zoom=float(np.exp(np.clip(normal(0, 0.015), -0.03, 0.03))),
            shift=(float(np.clip(normal(0, 1.2), -3, 3)), float(np.clip(normal(0, 1.2), -3, 3))),
            exposure=float(np.exp(np.clip(normal(0, 0.08), -0.18, 0.12))),
            warmth=float(np.clip(normal(0, 0.05), -0.12, 0.12)),
            lamp=(float(strength * np.cos(angle)), float(strength * np.sin(angle))),
        )


def make_pair(face: Face, generator: np.random.Generator, verdict: Verdict | None = None) -> FollowUpPair:
    """The same face with the same disease at two severities, photographed at two visits.

    Treatment that helped lowers the severity by at least `LEAST_CHANGE`; one that did not raises it by as much, or
    leaves it within `MOST_DRIFT`. The patient's mix of signs is the same at both visits, head, lamp and camera are not.

    Args:
        face: healthy.
        generator: of the verdict, the severities, the patient's mix of signs and the visits' circumstances.
        verdict: evenly drawn when None.
    """
    verdict, before, after = draw_course(generator, verdict)
    seed = int(generator.integers(_SEEDS))
    visits = [sit(_with_disease(face, severity, seed), Sitting.draw(generator)) for severity in (before, after)]
    return FollowUpPair(visits[0], visits[1], verdict)


def draw_course(generator: np.random.Generator, verdict: Verdict | None = None) -> tuple[Verdict, float, float]:
    """A verdict, evenly drawn when None is given, and severities before and after, in 0..1, that it fits."""
    drawn = list(Verdict)[int(generator.integers(len(Verdict)))]
    verdict = verdict or drawn
    if verdict is Verdict.SAME:
        before = float(generator.uniform(0.1, 1.0))
        return verdict, before, float(np.clip(before + generator.uniform(-MOST_DRIFT, MOST_DRIFT), 0, 1))
    more = float(generator.uniform(LEAST_CHANGE + 0.1, 1.0))
    less = float(generator.uniform(0.0, more - LEAST_CHANGE))
    return (verdict, more, less) if verdict is Verdict.BETTER else (verdict, less, more)


def sit(visit: Visit, sitting: Sitting) -> Visit:
    """The visit as another day's photograph shows it: head turned, camera and lamp elsewhere."""
    face = visit.face
    height, width = face.picture.shape[:2]
    columns, rows = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    pose = _Pose(face, sitting)
    sources = pose.source(columns, rows)
    picture = cv2.remap(face.picture, *sources, cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REFLECT_101)
    mask = cv2.remap(visit.mask.astype(np.float32), *sources, cv2.INTER_LINEAR)
    marks = face.landmarks
    moved = replace(
        marks,
        mesh=np.column_stack([pose.arrival(marks.mesh[:, :2]), marks.mesh[:, 2] * sitting.zoom]),
        left_eye=pose.arrival(marks.left_eye),
        right_eye=pose.arrival(marks.right_eye),
        left_iris=pose.arrival(marks.left_iris),
        right_iris=pose.arrival(marks.right_iris),
    )
    lit = _relit(np.clip(picture, 0, 255), columns - pose.centre[0], rows - pose.centre[1], face.millimetre, sitting)
    return replace(visit, face=Face(lit, moved), mask=np.asarray(mask > 0.5, np.bool_))


class _Pose:
    """Where a place on the face comes to lie: a turn about the vertical axis, then a similarity.

    The turn shifts a place sideways by the sine of the angle times its height over the plane of the face's contour,
    a dome as deep as half the face is wide, so that the contour itself and all about it stay.
    """

    def __init__(self, face: Face, sitting: Sitting) -> None:
        contour = face.landmarks.mesh[list(topology.FACE_OVAL), :2]
        low, high = contour.min(0), contour.max(0)
        self.centre: Floats = 0.5 * (low + high)
        self._radii: Floats = 0.65 * (high - low)
        self._reach = float(np.sin(sitting.yaw) * 0.5 * (high - low)[0])
        cosine, sine = np.cos(sitting.roll), np.sin(sitting.roll)
        self._matrix: Floats = sitting.zoom * np.array([[cosine, -sine], [sine, cosine]])
        self._shift: Floats = face.millimetre * np.array(sitting.shift)

    def arrival(self, points: Floats) -> Floats:
        """(N, 2) pixels before to pixels after."""
        turned = points.astype(np.float64, copy=True)
        for _ in range(8):  # the turn is given where it leads
            turned[:, 0] = points[:, 0] + self._turn(turned[:, 0], turned[:, 1])
        place: Floats = (turned - self.centre) @ self._matrix.T + self.centre + self._shift
        return place

    def source(self, columns: Plane, rows: Plane) -> tuple[Plane, Plane]:
        """Columns and rows before of pixels after."""
        x, y = columns - (self.centre + self._shift)[0], rows - (self.centre + self._shift)[1]
        back = np.linalg.inv(self._matrix)
        old_x = back[0, 0] * x + back[0, 1] * y + self.centre[0]
        old_y = back[1, 0] * x + back[1, 1] * y + self.centre[1]
        return np.asarray(old_x - self._turn(old_x, old_y), np.float32), np.asarray(old_y, np.float32)

    def _turn(self, x: Floats | Plane, y: Floats | Plane) -> Floats | Plane:
        across, down = (x - self.centre[0]) / self._radii[0], (y - self.centre[1]) / self._radii[1]
        dome: Floats | Plane = self._reach * np.clip(1 - across**2 - down**2, 0, None) ** 1.5
        return dome


def _relit(picture: Image, x: Plane, y: Plane, millimetre: float, sitting: Sitting) -> Image:
    """Exposure, colour of the lamp and its side; x, y in pixels from the middle of the face."""
    slope = np.clip((sitting.lamp[0] * x + sitting.lamp[1] * y) / millimetre, -0.4, 0.4)
    balance = np.exp(sitting.warmth * np.array([0.5, 0.0, -0.5], np.float32))
    return to_levels(to_linear(picture) * (sitting.exposure * np.exp(slope))[..., None] * balance)


def _with_disease(face: Face, severity: float, seed: int) -> Visit:
    """Both eyes, one patient's mix."""
    mask, findings = np.zeros(face.picture.shape[:2], np.bool_), {}
    for side in Side:
        painted = thyroid_eye_disease(face, severity, side, np.random.default_rng(seed))
        face, mask = painted.face, mask | painted.mask
        findings[side] = dict(painted.findings)
    return Visit(face, mask, severity, findings)
