"""Shapes of spectacles and where they sit on a face."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from rofi.cohort.face import Face, Side
from rofi.cohort.frame import Floats
from rofi.faces import topology

_TEMPLES = ((127, 234), (356, 454))  # mesh points above and below where a temple meets the ear
_FOREHEAD, _CHIN = 10, 152
_EAR = 0.15  # of the way down between them
_BEFORE_EYES = 14.0  # of the lenses before the corners of the eyes, millimetres
_MOST_SHIFT = 6.0
_BRIDGE = 0.22  # of the lens's height, above its middle
_LENS_POINTS = 96


@dataclass(frozen=True)
class FrameShape:
    """One pair of spectacles, millimetres (boxed lens system, ISO 8624).

    Attributes:
        width, height: of a lens.
        gap: between the lenses.
        squareness: exponent of the lens's superellipse: 2 is oval, 4 a rounded rectangle.
        taper: share by which a lens is narrower at the bottom.
        lift: by which the upper outer corner rises (cat's eye).
        rim: thickness at the sides; the upper rim is `heavy` times as thick.
        wire: whether it is of metal.
        drop: of the lens's middle below the pupils.
    """

    width: float
    height: float
    gap: float
    squareness: float
    taper: float
    lift: float
    rim: float
    heavy: float
    wire: bool
    drop: float

    @classmethod
    def draw(cls, wire: bool, generator: np.random.Generator) -> Self:
        """One that an optician might sell."""
        squareness = float(generator.uniform(2.0, 4.2))
        width = float(generator.uniform(47, 56))
        low, high = (0.68, 0.86) if squareness > 3 else (0.78, 0.96)
        return cls(
            width=width,
            height=width * float(generator.uniform(low, high)),
            gap=float(generator.uniform(16, 20)),
            squareness=squareness,
            taper=float(generator.uniform(0.0, 0.14)),
            lift=float(generator.random() < 0.25) * float(generator.uniform(1.0, 4.0)),
            rim=float(generator.uniform(0.9, 1.4) if wire else generator.uniform(2.0, 3.8)),
            heavy=1.0 if wire else float(generator.uniform(1.0, 1.5)),
            wire=wire,
            drop=float(generator.uniform(1.5, 4.0)),
        )

    def lens(self, sign: int, grow: float) -> Floats:
        """(K, 2) outline of the lens at image right (sign 1) or left (-1), larger by `grow`; 0 lies amid the pupils."""
        turn = np.linspace(0, 2 * np.pi, _LENS_POINTS, endpoint=False)
        power = 2 / self.squareness
        x = np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** power
        y = np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** power
        top = np.where(y < 0, self.heavy, 1.0)
        across = x * (self.width / 2 + grow) * (1 - self.taper * (y + 1) / 2)
        down = y * (self.height / 2 + grow * top) - self.lift * np.clip(x, 0, 1) ** 2 * np.clip(-y + 0.4, 0, 1)
        outline: Floats = np.column_stack([sign * (across + (self.width + self.gap) / 2), down + self.drop])
        return outline

    def bridge(self) -> Floats:
        """(K, 2) middle line of the bridge between the lenses."""
        level = -_BRIDGE * 2  # height of its ends on the lens, -1 at the lens's top
        edge = (1 - abs(level) ** self.squareness) ** (1 / self.squareness) * (1 - self.taper * (level + 1) / 2)
        reach = self.gap / 2 + (1 - edge) * self.width / 2 - 0.5 * self.rim
        x = np.linspace(-reach, reach, 17)
        base, arch = self.drop - _BRIDGE * self.height, 2.6 if self.wire else 1.6
        return np.column_stack([x, base - arch * (1 - (x / reach) ** 2)])

    def hinge(self, sign: int) -> Floats:
        """(2, 2) the piece from the outer rim to the hinge."""
        y = self.drop - 0.27 * self.height - 0.6 * self.lift
        inner = self.gap / 2 + 0.97 * self.width
        return np.array([[sign * inner, y], [sign * (self.gap / 2 + self.width + self.rim + 2.5), y]])


@dataclass(frozen=True, eq=False)
class Seat:
    """Where spectacles sit in a picture: their plane seen in parallel projection.

    Attributes:
        origin: (2,) picture pixels, between the pupils, in the plane of the lenses.
        axes: (2, 2) picture pixels per millimetre along the lenses (rows: right, down).
        ears: (2, 2) picture pixels where the temples meet the ears, image left and right.
    """

    origin: Floats
    axes: Floats
    ears: Floats

    @classmethod
    def on(cls, face: Face) -> Self:
        """Upright on the nose, turned as the face's mesh is turned."""
        mesh = face.landmarks.mesh
        right = _unit(mesh[topology.RIGHT_EYE_OUTER] - mesh[topology.LEFT_EYE_OUTER])
        down = mesh[_CHIN] - mesh[_FOREHEAD]
        down = _unit(down - (down @ right) * right)
        forward = np.cross(right, down)
        forward *= -np.sign(forward[2])  # the mesh's z grows away from the viewer
        pupils = np.mean([face.eye(side).frame.to_picture(face.eye(side).iris) for side in Side], axis=0)
        shift = np.clip(_BEFORE_EYES * forward[:2], -_MOST_SHIFT, _MOST_SHIFT)
        shift[1] *= 0.3  # the mesh of a level face leans: forehead and chin are not in one plane
        ears = np.array([[mesh[low, 0], _EAR * mesh[low, 1] + (1 - _EAR) * mesh[high, 1]] for high, low in _TEMPLES])
        scale = face.millimetre
        flat = np.array([right[:2], _unit(np.array([-right[1], right[0]])) * max(float(np.linalg.norm(down[:2])), 0.9)])
        return cls(pupils + scale * shift, scale * flat, ears)

    def to_picture(self, points: Floats) -> Floats:
        """(K, 2) millimetres in the plane of the lenses to picture pixels."""
        place: Floats = self.origin + points @ self.axes
        return place


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), np.float64)
