"""Piecewise affine warp of a texture by corresponding mesh points."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from scipy.spatial import Delaunay

from rofi.faces.held_mesh import signed_area
from rofi.faces.pose import Floats

_FRACTION_BITS = 4


def triangle_warp(
    texture: npt.NDArray[np.float32], texture_points: Floats, points: Floats, side: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Draw a texture where `points` say its `texture_points` belong.

    Args:
        texture: (T, T, 3).
        texture_points: (P, 2) in texels; their Delaunay triangulation is the mesh.
        points: (P, 2) in pixels of the result; whole coordinates are pixel centres, here as in the texture.
        side: of the result, in pixels.

    Returns:
        The picture (side, side, 3) and where a triangle lies, (side, side). Triangles that are turned over, as on the
        far side of a turned face, are not drawn.
    """
    places, covered = texture_places(texture_points, points, side)
    picture = cv2.remap(texture, places[..., 0], places[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(picture, np.float32), covered


def texture_places(
    texture_points: Floats, points: Floats, side: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """Where on the texture each pixel of such a picture comes from: (side, side, 2) texels x, y, and where it is drawn.

    Arguments as for `triangle_warp`; 0, 0 where no triangle lies.
    """
    triangles = Delaunay(texture_points).simplices
    corners, sources = points[triangles], texture_points[triangles]
    drawn = np.flatnonzero(signed_area(points, triangles) * signed_area(texture_points, triangles) > 1e-6)
    label = np.zeros((side, side), np.int32)  # number of the triangle at each pixel, from 1; 0 where there is none
    for triangle in drawn:
        outline = np.rint(corners[triangle] * (1 << _FRACTION_BITS)).astype(np.int32)
        cv2.fillConvexPoly(label, outline, int(triangle) + 1, shift=_FRACTION_BITS)
    covered = label > 0
    rows, columns = np.nonzero(covered)
    which = label[covered] - 1
    affine = _affine_maps(corners, sources, drawn)[which]
    x, y = columns - corners[which, 0, 0], rows - corners[which, 0, 1]
    inside = affine[:, 0] * x[:, None] + affine[:, 1] * y[:, None] + sources[which, 0]
    # A pixel is drawn up to half a pixel outside its triangle; beside a very thin one that is far away on the texture.
    places = np.zeros((side, side, 2), np.float32)
    places[covered] = np.clip(inside, sources[which].min(1) - 1, sources[which].max(1) + 1)
    return places, covered


def _affine_maps(corners: Floats, sources: Floats, drawn: npt.NDArray[np.intp]) -> Floats:
    """(N, 2, 2): what a step of one pixel in x ([:, 0]) and in y ([:, 1]) is in texels, for the drawn triangles."""
    maps = np.zeros((len(corners), 2, 2))
    a, b = (corners[drawn, i] - corners[drawn, 0] for i in (1, 2))
    u, v = (sources[drawn, i] - sources[drawn, 0] for i in (1, 2))
    determinant = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])[:, None]
    maps[drawn, 0] = (u * b[:, 1:] - v * a[:, 1:]) / determinant
    maps[drawn, 1] = (v * a[:, :1] - u * b[:, :1]) / determinant
    return maps
