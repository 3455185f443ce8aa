"""The edge of a texture that was told from photographs taken from the front.

There a face is seen edge-on, with hair and background in it; on a head that turns this cheek to the camera it would be
seen large.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from rofi.faces.light import smooth
from rofi.faces.pose import Floats

Image = npt.NDArray[np.float32]

EDGE = (0.02, 0.06)
"""Depths inside the mesh, in sides of the texture, between which a texture's own texels begin to count."""


def trust(points: Floats, side: int) -> Image:
    """(T, T) in [0, 1]: how far the texels of a texture of `side` with mesh `points` (P, 2) count, 0 at the edge."""
    hull = cv2.convexHull(np.rint(points * 16).astype(np.int32))
    mesh = cv2.fillConvexPoly(np.zeros((side, side), np.uint8), hull, 1, shift=4)
    depth = cv2.distanceTransform(np.pad(mesh, 1), cv2.DIST_L2, 5)[1:-1, 1:-1] / side
    return np.clip((depth - EDGE[0]) / (EDGE[1] - EDGE[0]), 0, 1).astype(np.float32)


def told_from_inside(texture: Image, points: Floats) -> Image:
    """A texture (T, T, 3) whose texels at the edge of its mesh `points` (P, 2) continue those inside."""
    known = trust(points, len(texture))
    beside = smooth(texture, known, EDGE[1])
    return np.asarray(beside + known[..., None] * (texture - beside), np.float32)
