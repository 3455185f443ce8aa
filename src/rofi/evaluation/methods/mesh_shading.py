"""A face mesh as a smooth, evenly coloured surface under one lamp."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from scipy.spatial import Delaunay

Floats = npt.NDArray[np.float64]

LAMP = (0.0, -0.35, -1.0)
"""Where the light comes from: the camera's side (z below 0) and somewhat from above (y below 0)."""
AMBIENT = 0.3
"""Light that comes from everywhere, as a share."""
_FRACTION_BITS = 4


class Shading(NamedTuple):
    """`light` (H, W) in [0, 1], 0 where no triangle lies; `covered` (H, W): where one does."""

    light: npt.NDArray[np.float32]
    covered: npt.NDArray[np.bool_]


def mesh_triangles(frontal: Floats) -> npt.NDArray[np.int32]:
    """(T, 3) triangles of a mesh that is a height field as seen from the front (Delaunay).

    Args:
        frontal: (P, 3) points of a frontal face.
    """
    return np.asarray(Delaunay(frontal[:, :2]).simplices, np.int32)


def shade(mesh: Floats, triangles: npt.NDArray[np.int32], shape: tuple[int, int]) -> Shading:
    """Light on a mesh, interpolated between its points (Gouraud 1971); what lies behind is hidden.

    Args:
        mesh: (P, 3) x and y in pixels of the result, z in the same unit and negative towards the camera.
        triangles: (T, 3) from `mesh_triangles`.
        shape: (H, W) of the result.
    """
    corners = mesh[triangles]
    facets = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    facets *= -np.sign(np.median(facets[:, 2]))  # whichever way round the triangles run, outside is the camera's side
    label = np.zeros(shape, np.int32)  # number of the triangle at each pixel, from 1
    for triangle in np.argsort(-corners[..., 2].mean(1)):  # the nearest last
        if facets[triangle, 2] < 0:
            outline = np.rint(corners[triangle, :, :2] * (1 << _FRACTION_BITS)).astype(np.int32)
            cv2.fillConvexPoly(label, outline, int(triangle) + 1, shift=_FRACTION_BITS)
    lit = _light(mesh, triangles, facets)[triangles]
    # Within a triangle the light is a plane, at + right * x + down * y.
    right, down = _slopes(corners[..., :2], lit)
    at = lit[:, 0] - right * corners[:, 0, 0] - down * corners[:, 0, 1]
    table = np.column_stack([at, right, down, lit.min(1), lit.max(1)])
    at_pixel = np.vstack([np.zeros(5), table]).astype(np.float32)[label]
    rows, columns = np.ogrid[: np.float32(shape[0]), : np.float32(shape[1])]
    plane = at_pixel[..., 0] + at_pixel[..., 1] * columns + at_pixel[..., 2] * rows
    # A pixel is drawn up to half a pixel outside its triangle; beside a very thin one its plane is far off there.
    light = np.clip(plane, at_pixel[..., 3], at_pixel[..., 4])
    return Shading(np.asarray(light, np.float32), label > 0)


def _light(mesh: Floats, triangles: npt.NDArray[np.int32], facets: Floats) -> Floats:
    """(P,) diffuse light (Lambert) on the points, by the normals of the facets about each, the larger counting more."""
    normals = np.zeros_like(mesh)
    np.add.at(normals, triangles.ravel(), np.repeat(facets, 3, axis=0))
    lit: Floats = AMBIENT + (1 - AMBIENT) * np.clip(_unit(normals) @ _unit(np.array(LAMP)), 0, 1)
    return lit


def _slopes(corners: Floats, values: Floats) -> tuple[Floats, Floats]:
    """By how much values (T, 3) at corners (T, 3, 2) rise a pixel along x and along y; 0 on a triangle seen edge on."""
    a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    first, second = values[:, 1] - values[:, 0], values[:, 2] - values[:, 0]
    area = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    seen = np.abs(area) > 1e-6
    area = np.where(seen, area, 1)
    right = (first * b[:, 1] - second * a[:, 1]) / area
    down = (second * a[:, 0] - first * b[:, 0]) / area
    return np.where(seen, right, 0), np.where(seen, down, 0)


def _unit(vectors: Floats) -> Floats:
    unit: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
    return unit
