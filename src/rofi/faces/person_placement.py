"""Another person's face, put into a patient's: same place, pose and light, the eyes left where and as they are."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from rofi.faces import topology
from rofi.faces.forehead import forehead_cover, forehead_share
from rofi.faces.light import SkinParts, contrast, relight
from rofi.faces.mask_edge import ramp
from rofi.faces.person_geometry import OVAL_POINTS, person_points
from rofi.faces.pose import Floats
from rofi.faces.texture_edge import told_from_inside, trust
from rofi.faces.triangle_warp import texture_places, triangle_warp

Image = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

CHEEK_RIM, FOREHEAD_RIM = (-0.01, 0.02), (0.0, 0.05)
"""Distances inside the contour, in view sides, between which the person's skin fades in. At cheeks and chin the face
ends where the mesh does; the forehead goes on to the hair, so the skin must fade there. What fades shows the patient.
"""
SIGN_RIM = 0.030
"""Distance from the signs, in view sides, over which the person's skin fades in."""
CHANGE_RIM = 0.06
"""Distance from a person's outer rim, in view sides, over which what a network changes of it begins: shading that ends
where the person does draws a line there."""
PLAIN_FOREHEAD = 0.8
"""Share by which a person's forehead is plain skin: the model of persons knows fringes of hair there, which end up as
smudges under the patient's own hair."""
FOREHEAD_START = (0.24, 0.4)
"""Shares of the way from the eyes to the mesh's upper edge between which the forehead begins, above the brows."""
FEATURES = (topology.LEFT_BROW, topology.RIGHT_BROW, topology.LIPS_OUTER, topology.NOSE_BASE)
"""Outlines of what is darker or redder than skin in any light."""
FEATURE_RIM = 0.02
"""What more of the skin about them, in view sides, may show them: brows and lips are larger than their mesh."""


class PlacedPerson(NamedTuple):
    """`face` (V, V, 3) float32 0..255: the person in the patient's view; `mask` (V, V) in [0, 1]: how much is new."""

    face: Image
    mask: Image


def place_person(
    view: npt.NDArray[np.uint8],
    mesh: Floats,
    signs: Mask,
    *,
    shape: Floats,
    mean_shape: Floats,
    texture: Image,
    texture_points: Floats,
) -> PlacedPerson:
    """Render a person into an aligned face.

    Args:
        view: (V, V, 3) the patient's aligned face, 0..255.
        mesh: (468, 3) its face mesh in view pixels.
        signs: (V, V) where nothing may change.
        shape, mean_shape: (468, 3) the person's and the mean frontal mesh.
        texture: (T, T, 3) 0..255; texture_points: (468, 2) the mesh on it, in texels.
    """
    base = mesh[:, :2]
    points = person_points(mesh, shape, mean_shape)
    skin, covered = triangle_warp(told_from_inside(texture, texture_points), texture_points, points, view.shape[0])
    mask = person_mask(base, signs)
    parts = skin_parts(base, points, view.shape[0])
    cover = forehead_cover(view, base, (mask == 1) & ~parts.features)
    mask = np.asarray(mask * _softened(covered, view.shape[0]) * (1 - cover), np.float32)
    source = view.astype(np.float32)
    skin = relight(skin, source, mask, parts)
    face = source + mask[..., None] * (skin - source)
    return PlacedPerson(np.clip(face, 0, 255), mask)


def skin_parts(base: Floats, points: Floats, side: int) -> SkinParts:
    """Of a person, mesh `points` (468, 2), and the patient under it, `base` (468, 2), in a view of so many pixels."""
    brows = cv2.GaussianBlur(
        _features(side, points, reach=FEATURE_RIM / 2).astype(np.float32), (0, 0), FEATURE_RIM * side / 2
    )
    plain = PLAIN_FOREHEAD * ramp(forehead_share(base, side), *FOREHEAD_START) * (1 - brows)
    return SkinParts(_features(side, base, points), plain.astype(np.float32))


def _features(side: int, *meshes: Floats, reach: float = FEATURE_RIM) -> Mask:
    """(V, V) where any of some meshes (468, 2) has brows, lips or nostrils, and a rim of `reach` view sides about."""
    found = np.zeros((side, side), np.uint8)
    for outline in FEATURES:
        for mesh in meshes:
            hull = cv2.convexHull(mesh[list(outline)].astype(np.float32))
            cv2.fillPoly(found, [np.rint(hull * 16).astype(np.int32)], 1, shift=4)
    wide = 2 * round(reach * side) + 1
    return cv2.dilate(found, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (wide, wide))) > 0


class TextureView(NamedTuple):
    """How a person's texture shows in a view.

    `places` (V, V, 2) texels x, y; `gain` (3,) levels of the picture for a level of the texture, R, G, B; `trust`
    (T, T) which texels tell those at the edge (`rofi.faces.texture_edge`); `parts` say where it does not
    show.
    """

    places: Image
    gain: Image
    trust: Image
    parts: SkinParts


def view_texture(
    view: npt.NDArray[np.uint8],
    mesh: Floats,
    mask: Image,
    *,
    shape: Floats,
    mean_shape: Floats,
    texture: Image,
    texture_points: Floats,
) -> TextureView:
    """How `place_person` shows a texture: a change of it by a level changes the picture by `gain` times the mask.

    That is where the skin is not plain, and but for what lies near the rim or beyond bounds (`rofi.faces.light`).

    Args:
        mask: (V, V) of the person placed; the other arguments as for `place_person`.
    """
    points = person_points(mesh, shape, mean_shape)
    places, _ = texture_places(texture_points, points, view.shape[0])
    texture = told_from_inside(texture, texture_points)
    skin = np.asarray(cv2.remap(texture, places[..., 0], places[..., 1], cv2.INTER_LINEAR), np.float32)
    core = mask > 0.5
    gain = contrast(skin, view.astype(np.float32), core) if core.any() else np.ones(3)
    parts = skin_parts(mesh[:, :2], points, view.shape[0])
    return TextureView(places, gain.astype(np.float32), trust(texture_points, len(texture)), parts)


def person_mask(base: Floats, signs: Mask) -> Image:
    """How much of a person shows, (V, V): 0 beyond the face's contour and on the signs, 1 well away from both.

    Args:
        base: (468, 2) the patient's mesh in view pixels.
        signs: (V, V) where nothing may change.
    """
    side = signs.shape[0]
    oval = np.zeros(signs.shape, np.uint8)
    cv2.fillPoly(oval, [np.rint(base[OVAL_POINTS] * 16).astype(np.int32)], 1, shift=4)
    inside = cv2.distanceTransform(np.pad(oval, 1, mode="edge"), cv2.DIST_L2, 5)[1:-1, 1:-1]
    forehead = forehead_share(base, side)
    low, high = (
        side * (cheek + forehead * (above - cheek)) for cheek, above in zip(CHEEK_RIM, FOREHEAD_RIM, strict=True)
    )
    mask = ramp(inside, low, high)
    if signs.any():  # without any, OpenCV has no distance to give
        mask *= ramp(cv2.distanceTransform(1 - signs.astype(np.uint8), cv2.DIST_L2, 5), 0, SIGN_RIM * side)
    return mask.astype(np.float32)


def _softened(covered: Mask, side: int) -> Image:
    """Coverage that fades out before its edge, so that triangles left out on a turned face leave no jagged holes."""
    reach = max(3, side // 40) | 1
    inner = cv2.erode(covered.astype(np.float32), np.ones((reach, reach)))
    return np.asarray(cv2.GaussianBlur(inner, (0, 0), reach / 4) * covered, np.float32)
