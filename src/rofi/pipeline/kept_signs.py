"""What of a face stays the patient's own: the eyes by landmarks, and what the sign detector finds, within bounds.

A sign that is not kept is a disease missed; a mouth kept for a sign is a face given away. So what the detector finds
beyond the eyes may take up only so much of the face, of the mouth, of the nose and of each brow; where it finds more,
the regions of the highest scores are kept and the photograph's owner is told.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from rofi.faces import topology

Mask = npt.NDArray[np.bool_]
Plane = npt.NDArray[np.float32]

THRESHOLD = 0.5
"""Score from which a region is a sign (paper section 4.2, Table 1)."""
MOST_OF_FACE = 0.08
"""Largest share of the face's oval that may be kept beyond the eyes: a plaque of some 35 mm across."""
MOST_OF_FEATURE = 0.25
"""Largest share of the mouth, of the nose and of each brow."""
REACH = 5
"""View pixels by which a region is widened: a lesion does not end where the detector's grid does."""
FEATURES = (topology.LIPS_OUTER, topology.NOSE_OUTLINE, topology.LEFT_BROW, topology.RIGHT_BROW)


@dataclass(frozen=True, eq=False)
class KeptSigns:
    """What is kept of an aligned face.

    Attributes:
        regions: (V, V), the eyes and the signs found.
        share: of the face's oval that is kept beyond the eyes.
        cut: whether the detector found more than may be kept.
    """

    regions: Mask
    share: float
    cut: bool


def keep_signs(scores: Plane, eyes: Mask, mesh: npt.NDArray[np.float64]) -> KeptSigns:
    """Bound what the detector found.

    Args:
        scores: (V, V) in 0..1, see `SignDetector.sign_map`.
        eyes: (V, V) the eyes' regions, kept whatever the scores.
        mesh: (468, 3) in view pixels.
    """
    side = eyes.shape[0]
    reach = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * REACH + 1, 2 * REACH + 1))
    widened = np.where(eyes, 0, cv2.dilate(scores.astype(np.float32), reach)).astype(np.float32)
    oval = _filled(mesh, topology.FACE_OVAL, side)
    found = (widened >= THRESHOLD) & oval  # beyond the oval nothing is replaced, so nothing needs keeping
    kept = found.copy()
    for feature in FEATURES:
        area = _filled(mesh, feature, side) & ~eyes
        kept &= ~area | _highest(widened, kept & area, MOST_OF_FEATURE * area.sum())
    kept = _highest(widened, kept, MOST_OF_FACE * oval.sum())
    return KeptSigns(eyes | kept, float(kept.sum() / max(oval.sum(), 1)), bool((found & ~kept).any()))


def _highest(scores: Plane, among: Mask, most: float) -> Mask:
    """Those of the pixels `among` that have the highest scores, at most `most` of them."""
    count = int(most)
    if among.sum() <= count:
        return among
    order = np.argsort(-scores[among], kind="stable")[:count]
    chosen = np.zeros_like(among)
    rows, columns = np.nonzero(among)
    chosen[rows[order], columns[order]] = True
    return chosen


def _filled(mesh: npt.NDArray[np.float64], outline: topology.Indices, side: int) -> Mask:
    plane = np.zeros((side, side), np.uint8)
    cv2.fillPoly(plane, [np.rint(mesh[list(outline), :2] * 16).astype(np.int32)], 1, shift=4)
    return plane.astype(np.bool_)
