"""The forehead, and what lies over it: a fringe of hair, the brim of a cap, a scarf.

A person's skin drawn over a cap is skin of the cap's colour, and over a fringe it is a bald patch with the fringe's
tips about it. What is not of the patient's skin colour and comes down from above over much of the forehead stays.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from rofi.faces import topology
from rofi.faces.pose import Floats

Image = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

EYE_POINTS = list(topology.BOTH_EYES)
START = 0.2
"""Share of the way from the eyes to the mesh's upper edge where what lies on a forehead may end."""
FROM = 0.5
"""The same share up to which it reaches at least: hair and caps come from above, brows and wrinkles do not."""
SKIN = (-0.15, 0.8)
"""Shares of the way from the eyes to the mouth between which skin tells its colour."""
STRAY = (3.0, 5.0)
"""Deviations of skin colour between which skin goes over into something else."""
LEAST_DEVIATION = (16.0, 4.0, 5.0)
"""Of skin colour, L, a and b of 0..255."""
MOST = 0.4
"""Share of the forehead from which up it counts as covered; a few strands are drawn over: another hairline."""
BRIGHTER = 0.6
"""What a brighter pixel strays for one as much darker: foreheads shine, hair rarely does."""
DETAIL = 1 / 128
"""Standard deviation, in view sides, of the smoothing that single hairs are lost in."""
EDGE = 3 / 256
"""The same of the edge at which skin meets what lies over it."""


def forehead_share(base: Floats, side: int) -> Floats:
    """(V, V) how far up the forehead a pixel lies: 0 at the eyes and below, 1 at the mesh's upper edge.

    Args:
        base: (468, 2) mesh in pixels of a view of `side`.
    """
    eyes, top = base[EYE_POINTS].mean(0), base[topology.FACE_OVAL[0]]
    share: Floats = np.clip(_along(eyes, top, side), 0, 1)
    return share


def forehead_cover(view: npt.NDArray[np.uint8], base: Floats, skin: Mask) -> Image:
    """How much of what is seen on a covered forehead is no skin, (V, V) in [0, 1]; 0 beside and below the forehead.

    Args:
        view: (V, V, 3) aligned face, 0..255.
        base: (468, 2) its mesh in view pixels.
        skin: (V, V) where a face shows nothing but skin, shades and beard.
    """
    side = len(view)
    lab = cv2.cvtColor(cv2.GaussianBlur(view, (0, 0), DETAIL * side), cv2.COLOR_RGB2LAB).astype(np.float32)
    mouth = base[list(topology.LIPS_OUTER)].mean(0)
    down = _along(base[EYE_POINTS].mean(0), mouth, side)
    known = skin & (down > SKIN[0]) & (down < SKIN[1])
    if not known.any():
        return np.zeros((side, side), np.float32)
    up = forehead_share(base, side)
    cover = np.clip((_stray(lab, lab[known]) - STRAY[0]) / (STRAY[1] - STRAY[0]), 0, 1) * (up > START)
    _, parts = cv2.connectedComponents((cover > 0).astype(np.uint8))
    cover *= np.isin(parts, np.unique(parts[(cover > 0) & (up > FROM)]))
    contour = np.rint(base[list(topology.FACE_OVAL)]).astype(np.int32)
    upper = (cv2.fillPoly(np.zeros((side, side), np.uint8), [contour], 1) > 0) & (up > FROM)
    if cover[upper].sum() < MOST * upper.sum():
        return np.zeros((side, side), np.float32)
    return np.asarray(cv2.GaussianBlur(cover.astype(np.float32), (0, 0), EDGE * side))


def _along(start: Floats, end: Floats, side: int) -> Floats:
    """(V, V) how far every pixel lies from one point towards another: 0 beside the one, 1 beside the other."""
    way = (end - start) / max(float(np.square(end - start).sum()), 1e-9)
    rows, columns = np.mgrid[0:side, 0:side]
    share: Floats = (columns - start[0]) * way[0] + (rows - start[1]) * way[1]
    return share


def _stray(lab: Image, skin: Image) -> Image:
    """(V, V) deviations of colours (V, V, 3) from those of skin (N, 3)."""
    usual = np.median(skin, axis=0)
    deviation = np.maximum(1.4826 * np.median(np.abs(skin - usual), axis=0), LEAST_DEVIATION)
    off = (lab - usual) / deviation
    off[..., 0] *= np.where(off[..., 0] > 0, BRIGHTER, 1)
    return np.asarray(np.sqrt(np.square(off).sum(-1)), np.float32)
