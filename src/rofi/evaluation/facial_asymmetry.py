"""How much one half of a face differs from the other: what palsy of the facial nerve shows in a photograph.

The signs that clinical grading looks at (House and Brackmann 1985; Baugh et al., "Clinical practice guideline: Bell's
palsy", 2013): a corner of the mouth that hangs, an eye that stays open, a brow that does not rise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rofi.errors import RofiError
from rofi.faces import topology
from rofi.faces.landmarks import FaceLandmarks

Points = npt.NDArray[np.float64]

_MOUTH_CORNERS = (topology.LIPS_OUTER[0], topology.LIPS_OUTER[10])
_LOWER_MIDDLE, _UPPER_MIDDLE = 4, 12
"""Middles of the lid margins among the points of an eye, see `topology.EYE_CONTOUR`."""


@dataclass(frozen=True)
class Asymmetry:
    """Differences between the image-left and the image-right half of a face.

    Attributes:
        mouth: how much lower the left corner of the mouth is, in per cent of the distance between the eyes.
        fissure: height of the left palpebral fissure less that of the right one, in per cent of their sum.
        brow: how much lower the left brow is, as `mouth`.
        mesh: mean distance of the mesh's paired points from its mirror image fitted on it, as `mouth`; never negative.
            A turned head adds to it.
    """

    mouth: float
    fissure: float
    brow: float
    mesh: float


def facial_asymmetry(face: FaceLandmarks) -> Asymmetry:
    """Asymmetry of a face, upright by its own eyes.

    The horizontal is the line between the middles of the eyes' corners, so that a tilted head is not asymmetric.

    Args:
        face: its landmarks, in any unit.

    Raises:
        RofiError: the eyes or the lids coincide.
    """
    xy = np.asarray(face.mesh[:, :2], np.float64)
    left = xy[[topology.LEFT_EYE_OUTER, topology.LEFT_EYE_INNER]].mean(0)
    right = xy[[topology.RIGHT_EYE_INNER, topology.RIGHT_EYE_OUTER]].mean(0)
    across = right - left
    between = float(np.hypot(*across))
    heights = _fissure(face.left_eye), _fissure(face.right_eye)
    if between == 0 or sum(heights) == 0:
        raise RofiError("the eyes or the lids of a face coincide: no asymmetry can be told; leave it out")
    down = np.array([-across[1], across[0]]) / between

    def lower(one: Points, other: Points) -> float:
        return 100 * float((one - other) @ down) / between

    brows = (xy[list(brow)].mean(0) for brow in (topology.LEFT_BROW, topology.RIGHT_BROW))
    return Asymmetry(
        mouth=lower(*xy[list(_MOUTH_CORNERS)]),
        fissure=100 * (heights[0] - heights[1]) / sum(heights),
        brow=lower(*brows),
        mesh=100 * _from_mirror_image(xy) / between,
    )


def mirror_pairs() -> tuple[tuple[int, int], ...]:
    """Points of the mesh and what they are in the mirror; on the midline a point is its own."""
    return tuple(sorted(set(_pairs())))


def _fissure(eye: Points) -> float:
    return float(np.hypot(*(eye[_UPPER_MIDDLE] - eye[_LOWER_MIDDLE])))


def _from_mirror_image(xy: Points) -> float:
    """Mean distance of paired points from their mirror image, moved, turned and scaled onto them (Procrustes)."""
    pairs = np.array(mirror_pairs())
    pairs = np.concatenate([pairs, pairs[pairs[:, 0] != pairs[:, 1]][:, ::-1]])
    points, mirrored = xy[pairs[:, 0]], xy[pairs[:, 1]] * [-1, 1]
    points, mirrored = points - points.mean(0), mirrored - mirrored.mean(0)
    one, other = points @ [1, 1j], mirrored @ [1, 1j]
    fitted = other * (np.vdot(other, one) / np.vdot(other, other).real)
    return float(np.abs(one - fitted).mean())


def _pairs() -> Iterator[tuple[int, int]]:
    sides = (
        (topology.LEFT_EYE, topology.RIGHT_EYE),
        (topology.LEFT_EYE_RING_1, topology.RIGHT_EYE_RING_1),
        (topology.LEFT_EYE_RING_2, topology.RIGHT_EYE_RING_2),
        (topology.LEFT_BROW, topology.RIGHT_BROW),
        (topology.NOSE_BASE, topology.NOSE_BASE[::-1]),
        (topology.NOSE_BRIDGE, topology.NOSE_BRIDGE),
        (topology.FACE_OVAL, _turned(topology.FACE_OVAL, 0)),
        (topology.NOSE_OUTLINE, _turned(topology.NOSE_OUTLINE, 0)),
        (topology.LIPS_OUTER, _turned(topology.LIPS_OUTER, 10)),
        (topology.LIPS_INNER, _turned(topology.LIPS_INNER, 10)),
    )
    for ones, others in sides:
        for one, other in zip(ones, others, strict=True):
            yield min(one, other), max(one, other)


def _turned(ring: topology.Indices, start: int) -> topology.Indices:
    """A ring the other way round, so that its first point is the one at `start`."""
    return tuple(ring[(start - i) % len(ring)] for i in range(len(ring)))
