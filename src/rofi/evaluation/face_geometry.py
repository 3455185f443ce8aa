"""Whether a face is found again in its protected photograph, and how far its points have moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from rofi.evaluation.key_points import key_point_error
from rofi.faces import topology
from rofi.faces.detection import Detection
from rofi.faces.landmarks import FaceLandmarks

_SAME_FACE = 0.5
_LID_POINTS = 16
_MESH_POINTS = 468
_ABOUT_THE_EYES = frozenset(
    topology.LEFT_EYE
    + topology.LEFT_EYE_RING_1
    + topology.LEFT_EYE_RING_2
    + topology.RIGHT_EYE
    + topology.RIGHT_EYE_RING_1
    + topology.RIGHT_EYE_RING_2
)

BEYOND_THE_EYES = tuple(point for point in range(_MESH_POINTS) if point not in _ABOUT_THE_EYES)
"""Points of the mesh that are neither lid margins nor in the two rows about them."""


@dataclass(frozen=True)
class PointShifts:
    """Mean distances from where the points were, in per cent of the distance between the iris centres there.

    Attributes:
        eyelids: of 2 x 16 points of the lid margins.
        irises: of 2 x 5 points, centre and rim.
        mesh: of the mesh's 372 points beyond the eyes' neighbourhood, in the image plane.
        five: of the detector's five points.
    """

    eyelids: float
    irises: float
    mesh: float
    five: float


def found_again(original: Detection, detections: Sequence[Detection]) -> Detection | None:
    """The detection that is the original's face: the best overlap, at least 0.5 as intersection over union.

    The criterion of face detection benchmarks (Yang et al., "WIDER FACE", CVPR 2016).

    Args:
        original: the face in the original photograph.
        detections: those in the protected one.

    Returns:
        One of `detections`; None where there is none of that face.
    """
    best = max(detections, key=lambda found: box_overlap(original.box, found.box), default=None)
    return best if best is not None and box_overlap(original.box, best.box) >= _SAME_FACE else None


def box_overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> float:
    """Intersection over union of two boxes (x, y, width, height), in [0, 1]."""
    low, high = np.maximum(one[:2], other[:2]), np.minimum(np.add(one[:2], one[2:]), np.add(other[:2], other[2:]))
    shared = float(np.prod(np.maximum(high - low, 0)))
    union = one[2] * one[3] + other[2] * other[3] - shared
    return shared / union if union > 0 else 0.0


def point_shifts(
    original: FaceLandmarks, protected: FaceLandmarks, original_five: NDArray[np.floating], five: NDArray[np.floating]
) -> PointShifts:
    """How far the points of a face have moved from the original photograph to the protected one.

    Args:
        original, protected: landmarks of the face, each found in its own photograph.
        original_five, five: (5, 2) the detector's points likewise.

    Raises:
        RofiError: the irises of the original coincide, or there are not five points.
    """
    eyes = np.stack([original.left_iris[0], original.right_iris[0]])

    def moved(after: NDArray[np.floating], before: NDArray[np.floating]) -> float:
        found, truth, centres = (
            torch.from_numpy(np.array(points, np.float64))[None] for points in (after, before, eyes)
        )
        return float(key_point_error(found, truth, centres)[0])

    beyond = list(BEYOND_THE_EYES)
    return PointShifts(
        eyelids=moved(_eyelids(protected), _eyelids(original)),
        irises=moved(_irises(protected), _irises(original)),
        mesh=moved(protected.mesh[beyond, :2], original.mesh[beyond, :2]),
        five=moved(five, original_five),
    )


def _eyelids(face: FaceLandmarks) -> NDArray[np.float64]:
    """(32, 2); the first 16 of the iris network's 71 points are the closed contour, see `topology.EYE_CONTOUR`."""
    return np.concatenate([face.left_eye[:_LID_POINTS], face.right_eye[:_LID_POINTS]])


def _irises(face: FaceLandmarks) -> NDArray[np.float64]:
    """(10, 2)."""
    return np.concatenate([face.left_iris, face.right_iris])
