"""The outline of a growth on the skin: ragged, as large as asked for, and off the eyeball."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.spatial.distance import pdist

from rofi.cohort.face import Eye
from rofi.cohort.frame import Floats, Patch, Plane

_DIRECTIONS = 256
_ROUNDING = 0.6  # mm
_FROM_BROW = 0.5  # mm
_LOWEST, _HIGHEST = 2, 9  # waves around the outline; one wave would only shift it


@dataclass(frozen=True, eq=False)
class Outline:
    """The same outline at every size; its greatest diameter is 2.

    Attributes:
        reach: distance of the outline from the centre in `_DIRECTIONS` even directions, from 0 to 2 pi.
    """

    reach: Floats

    @classmethod
    def drawn(cls, generator: np.random.Generator, aspect: float, raggedness: float, tilt: float = 0.0) -> Self:
        """An ellipse with waves on it.

        Args:
            aspect: height by width before the waves.
            raggedness: standard deviation of the waves, relative to the radius; 0.03 is smooth, 0.12 ragged.
            tilt: radians by which the ellipse is turned.
        """
        angle = np.linspace(0, 2 * np.pi, _DIRECTIONS, endpoint=False)
        reach = 1 / np.hypot(np.cos(angle - tilt), np.sin(angle - tilt) / aspect)
        waves = np.arange(_LOWEST, _HIGHEST + 1)
        strength = raggedness * generator.standard_normal(len(waves)) * np.sqrt(2) / waves**0.7
        phase = generator.uniform(0, 2 * np.pi, len(waves))
        reach *= np.clip(1 + strength @ np.cos(waves[:, None] * angle + phase[:, None]), 0.5, 1.6)
        return cls(2 * reach / pdist(cls(reach).border(np.zeros(2), 1.0)).max())

    def border(self, centre: Floats, radius: float) -> Floats:
        """(N, 2) points of the outline, millimetres."""
        angle = np.linspace(0, 2 * np.pi, _DIRECTIONS, endpoint=False)
        points: Floats = centre + radius * self.reach[:, None] * np.stack([np.cos(angle), np.sin(angle)], -1)
        return points

    def towards(self, angle: Plane | Floats) -> Floats:
        """Distance of the outline in any directions (radians)."""
        whole = np.linspace(0, 2 * np.pi, _DIRECTIONS + 1)
        distance: Floats = np.interp(np.mod(angle, 2 * np.pi), whole, np.append(self.reach, self.reach[0]))
        return distance

    def depth(self, patch: Patch, centre: Floats, radius: float) -> Plane:
        """How far within the outline a pixel lies, about, in millimetres; below 0 outside.

        Args:
            centre: (2,) millimetres in the patch's frame.
            radius: half the greatest diameter, millimetres.
        """
        x, y = patch.x - centre[0], patch.y - centre[1]
        return np.asarray(radius * self.towards(np.arctan2(y, x)) - np.hypot(x, y), np.float32)


def on_the_skin(depth: Plane, past_margin: Plane, overhang: float) -> Plane:
    """A depth that ends, rounded off, where the growth would cover more than `overhang` millimetres of the eyeball.

    Args:
        past_margin: (h, w) millimetres, see `lesion_site.Site.past_margin`.
    """
    return _least(depth, overhang - past_margin)


def below_brow(depth: Plane, patch: Patch, eye: Eye) -> Plane:
    """A depth that ends, rounded off, at the lower border of the brow."""
    return _least(depth, patch.y - eye.brow_line(patch.x) - _FROM_BROW)


def _least(one: Plane, other: Plane) -> Plane:
    """The smaller of two planes, the corner between them rounded off over `_ROUNDING` millimetres."""
    mix = np.clip(0.5 + 0.5 * (other - one) / _ROUNDING, 0, 1)
    return np.asarray(other + mix * (one - other) - _ROUNDING * mix * (1 - mix), np.float32)
