"""How far detected eyelids and irises lie from where people set them by hand.

The templates of the Face Research Lab London Set (DeBruine and Jones 2017) and its like: 189 points a face.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rofi.errors import RofiError
from rofi.faces import topology
from rofi.faces.landmarks import FaceLandmarks

Points = npt.NDArray[np.float64]

TEMPLATE_POINTS = 189
_PUPILS = (0, 1)
_LIDS = ((18, 19, 20, 21, 22, 30, 29, 28), (23, 24, 25, 26, 27, 33, 32, 31))
"""Upper margin from the image's left to its right with both corners, lower one back; left eye, right eye."""
_OUTER, _INNER = 0, 8
"""Corners among the detected points of an eye."""
_SIDES_OF_IRIS = ((3, 4, 5, 7, 8, 9), (11, 12, 13, 15, 16, 17))
"""Without the top and the bottom: there the outline follows the lid."""


@dataclass(frozen=True)
class TemplateErrors:
    """Mean distances, in per cent of the distance between the hand-set pupils.

    Attributes:
        eyelids: of 2 x 8 hand-set points of the lid margins from the detected closed contour.
        corners: of the 4 hand-set corners of the eyes from the detected ones.
        irises: of 2 x 6 hand-set points of the irises' sides from the detected circle.
        pupils: of the 2 hand-set pupils from the detected iris centres.
    """

    eyelids: float
    corners: float
    irises: float
    pupils: float


DETECTOR_ERROR = TemplateErrors(eyelids=1.01, corners=1.72, irises=0.78, pupils=1.59)
"""Means over the 51 neutral faces of `london` and the 40 of `canada`, by benchmarks/templates.py."""


def template_errors(landmarks: FaceLandmarks, template: npt.ArrayLike) -> TemplateErrors:
    """Detected against hand-set eyes.

    People and networks place points at other places along the same outline, so that points are held against outlines.

    Args:
        landmarks: of a face.
        template: (189, 2) hand-set points in the same picture.

    Raises:
        RofiError: another shape, or pupils that coincide.
    """
    points = np.asarray(template, np.float64)
    if points.shape != (TEMPLATE_POINTS, 2):
        raise RofiError(f"template {points.shape}: ({TEMPLATE_POINTS}, 2) points are needed")
    left, right = points[list(_PUPILS)]
    between = float(np.hypot(*(right - left)))
    if between == 0:
        raise RofiError("the two pupils of a template coincide; leave that face out")
    lids, corners, sides, pupils = [], [], [], []
    eyes = (
        (landmarks.left_eye, landmarks.left_iris, (_OUTER, _INNER)),
        (landmarks.right_eye, landmarks.right_iris, (_INNER, _OUTER)),
    )
    for (eye, iris, of_eye), pupil, lid, side in zip(eyes, _PUPILS, _LIDS, _SIDES_OF_IRIS, strict=True):
        lids += _from_contour(points[list(lid)], eye[list(topology.EYE_CONTOUR)]).tolist()
        corners += np.linalg.norm(points[[lid[0], lid[4]]] - eye[list(of_eye)], axis=1).tolist()
        pupils.append(float(np.hypot(*(points[pupil] - iris[0]))))
        radius = np.linalg.norm(iris[1:] - iris[0], axis=1).mean()
        sides += np.abs(np.linalg.norm(points[list(side)] - iris[0], axis=1) - radius).tolist()
    means = (100 * float(np.mean(of)) / between for of in (lids, corners, sides, pupils))
    return TemplateErrors(*means)


def _from_contour(points: Points, contour: Points) -> Points:
    """(N,) distance of each point from a closed contour (M, 2)."""
    along = np.roll(contour, -1, axis=0) - contour
    length = np.maximum((along**2).sum(1), np.finfo(float).tiny)
    offset = points[:, None] - contour
    share = np.clip((offset * along).sum(-1) / length, 0, 1)
    return np.asarray(np.linalg.norm(offset - share[..., None] * along, axis=-1).min(1))
