"""Where another person's features lie in a patient's face: of the person's own proportions, in the patient's pose.

The eyes and the contour stay where they are, and the mouth is no further open than the patient's: what it does is the
patient's expression, and the inside of a mouth cannot be made of lips.
"""

from __future__ import annotations

import cv2
import numpy as np
from scipy.spatial import Delaunay

from rofi.faces import topology
from rofi.faces.held_mesh import HeldMesh
from rofi.faces.pose import Floats, fit_similarity

HOLD_REACH = 0.3
"""Distance from lids and contour, in outer-eye-corner distances, over which geometry goes over from patient to person;
the eyes must stay, and hair, ears and neck must still fit."""
CONTOUR_HOLD = 0.06
"""Distance inside the contour, in outer-eye-corner distances, over which nothing moves: where a cheek turns away, skin
would fold."""
LIPS = np.array([topology.LIPS_OUTER, *topology.LIPS_MIDDLE, topology.LIPS_INNER])
LOWER_LIP, UPPER_LIP = LIPS[:, 1:10], LIPS[:, :10:-1]
"""Rings of the lips from without, the corners left out: (4, 9) points, above one another from lip to lip."""
EYE_POINTS = list(topology.BOTH_EYES)
OVAL_POINTS = list(topology.FACE_OVAL)
LID_POINTS = list(topology.LEFT_EYE + topology.RIGHT_EYE + topology.LEFT_EYE_RING_1 + topology.RIGHT_EYE_RING_1)


def person_points(mesh: Floats, shape: Floats, mean_shape: Floats) -> Floats:
    """(468, 2) where the person's mesh points lie in the view: in the patient's pose, held at eyes and contour.

    Args:
        mesh: (468, 3) the patient's mesh in view pixels.
        shape, mean_shape: (468, 3) the person's and the mean frontal mesh.
    """
    base = mesh[:, :2]
    posed = fit_similarity(mean_shape, mesh).apply(shape)[:, :2]
    posed = _lips_together(posed + (base[EYE_POINTS] - posed[EYE_POINTS]).mean(0), base)
    moved: Floats = posed + _held(base, mean_shape).spread(base - posed)
    return moved


def shape_moves(mesh: Floats, mean_shape: Floats, changes: Floats) -> Floats:
    """(N, 468, 2) by how much `person_points` move when the person's shape changes by `changes` (N, 468, 3).

    What keeps the lips together is left out.

    Args:
        mesh: (468, 3) the patient's mesh in view pixels.
        mean_shape: (468, 3) the mean frontal mesh.
    """
    pose = fit_similarity(mean_shape, mesh)
    turned = (pose.scale * changes @ pose.rotation)[..., :2]
    turned = (turned - turned[:, EYE_POINTS].mean(1, keepdims=True)).transpose(1, 0, 2)
    flat = turned.reshape(len(mesh), -1)
    moves: Floats = flat - _held(mesh[:, :2], mean_shape).spread(flat)
    return moves.reshape(turned.shape).transpose(1, 0, 2)


def _held(base: Floats, mean_shape: Floats) -> HeldMesh:
    eye_distance = float(np.linalg.norm(base[topology.LEFT_EYE_OUTER] - base[topology.RIGHT_EYE_OUTER]))
    oval = base[OVAL_POINTS].astype(np.float32)
    depth = np.array([cv2.pointPolygonTest(oval, (float(x), float(y)), True) for x, y in base])
    held = depth < CONTOUR_HOLD * eye_distance
    held[LID_POINTS + OVAL_POINTS] = True
    triangles = Delaunay(mean_shape[:, :2]).simplices
    stiff = (topology.LEFT_BROW, topology.RIGHT_BROW, LIPS.ravel().tolist())
    return HeldMesh(base, triangles, held, stiff, HOLD_REACH * eye_distance)


def _lips_together(points: Floats, base: Floats) -> Floats:
    """Points (468, 2) with the mouth no further open than the patient's, `base`, and the lips never crossed."""
    down = base[topology.FACE_OVAL[len(OVAL_POINTS) // 2]] - base[EYE_POINTS].mean(0)
    down = down / max(float(np.linalg.norm(down)), 1e-9)
    gap, own = ((mesh[LOWER_LIP[-1]] - mesh[UPPER_LIP[-1]]) @ down for mesh in (points, base))
    surplus = (gap - np.clip(gap, 0, np.maximum(own, 0)))[:, None] / 2 * down
    together = points.copy()
    together[UPPER_LIP] += surplus
    together[LOWER_LIP] -= surplus
    return together
