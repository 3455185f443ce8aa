"""Fits the person model to aligned training faces: principal components of mesh shape and of shape-free texture."""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.ndimage import distance_transform_edt
from scipy.spatial import Delaunay

from rofi.errors import TrainingError
from rofi.faces.pose import fit_similarity
from rofi.faces.topology import LEFT_EYE_OUTER, RIGHT_EYE_OUTER
from rofi.model.person import PersonModel
from rofi.training.faces import TrainingFaces
from rofi.training.glasses import wears_glasses
from rofi.training.yaw import yaw

Floats = NDArray[np.float64]

_INNER_LIPS = (13, 14)
_TEXTURE_MARGIN = 5.0
"""Pixels of the view that the texture goes beyond the mean mesh."""
RIM_SHARE = 0.025
"""Width of the rim about the mesh that is textured too, in sides of the texture."""
FRONTAL = 0.12
"""Largest turn (see `yaw`)."""
CLOSED_MOUTH = 0.04
"""Largest gap between the lips, in outer-eye-corner distances; open and closed mouths, mixed, render as neither."""
SURELY_A_FACE = 0.9
"""Least presence."""


def fit_person(model: PersonModel, faces: TrainingFaces, most: int = 4000) -> int:
    """Fill the model's buffers; returns how many faces taught it.

    Args:
        model: changed in place.
        faces: to learn from.
        most: at most so many of them are used.

    Raises:
        TrainingError: fewer suitable faces than the model has components.
    """
    chosen = taught_by(model, faces, most)
    views, taught = faces.views, faces.meshes[chosen].astype(np.float64)
    mean = _fit_shape(model, taught)
    raster = texture_raster(model.side, mean)
    model.texture_frame.copy_(torch.from_numpy(raster.frame))
    textures = np.stack([shape_free(views[i], mesh, raster) for i, mesh in zip(chosen, taught, strict=True)])
    _fit_texture(model, textures, np.repeat(raster.covered, 3))
    return len(chosen)


def taught_by(model: PersonModel, faces: TrainingFaces, most: int) -> NDArray[np.intp]:
    """Which faces teach a model, at most so many of them; errors as for `fit_person`."""
    chosen = _without_glasses(faces, np.flatnonzero(suitable(faces.meshes, faces.presence)), most)
    components = max(len(model.shape_basis), len(model.texture_basis))
    if len(chosen) <= components:
        raise TrainingError(
            f"{len(chosen)} frontal faces with closed mouths and no glasses; the person model needs more than "
            f"{components}: add photographs"
        )
    return chosen


def _without_glasses(faces: TrainingFaces, among: NDArray[np.intp], most: int) -> NDArray[np.intp]:
    """The first `most` of some faces that wear none; looked at one by one, for they may lie on a disk."""
    views = faces.views
    bare = (number for number in among if not wears_glasses(views[number], faces.meshes[number]))
    return np.fromiter(islice(bare, most), np.intp)


def suitable(meshes: NDArray[np.floating], presence: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Which faces teach shape and texture: certain, nearly frontal, mouth closed; (N, 468, 3) view pixels -> (N,)."""
    eyes = np.linalg.norm(meshes[:, LEFT_EYE_OUTER, :2] - meshes[:, RIGHT_EYE_OUTER, :2], axis=1)
    gap = np.linalg.norm(meshes[:, _INNER_LIPS[0], :2] - meshes[:, _INNER_LIPS[1], :2], axis=1) / eyes
    result: NDArray[np.bool_] = (np.abs(yaw(meshes)) < FRONTAL) & (gap < CLOSED_MOUTH) & (presence > SURELY_A_FACE)
    return result


def align_shapes(meshes: Floats, rounds: int = 2) -> tuple[Floats, Floats]:
    """Generalised Procrustes alignment in 3-D (Gower 1975).

    Args:
        meshes: (N, 468, 3).
        rounds: of aligning to the mean and taking the mean anew.

    Returns:
        The aligned meshes (N, 468, 3) and their mean (468, 3).
    """
    mean: Floats = meshes.mean(0)
    aligned = meshes
    for _ in range(rounds):
        aligned = np.stack([fit_similarity(mesh, mean).apply(mesh) for mesh in meshes])
        mean = aligned.mean(0)
    return aligned, mean


def _fit_shape(model: PersonModel, meshes: Floats) -> Floats:
    """Mean mesh and principal components, each as long as its standard deviation; returns the mean (468, 3)."""
    aligned, mean = align_shapes(meshes)
    deviations = (aligned - mean).reshape(len(meshes), -1)
    _, singular, directions = np.linalg.svd(deviations, full_matrices=False)
    shapes = len(model.shape_basis)
    basis = directions[:shapes] * (singular[:shapes, None] / np.sqrt(len(meshes)))
    model.shape_mean.copy_(torch.from_numpy(mean))
    model.shape_basis.copy_(torch.from_numpy(basis.reshape(shapes, *mean.shape)))
    return mean


class TextureRaster(NamedTuple):
    """Where the texels lie on the mesh.

    `covered` (T * T,) says which M texels the mesh covers; each of them has its triangle's `vertices` (M, 3) and
    barycentric `weights` (M, 3). `frame` (3,): left, top and side, in view pixels, of the square they cover.
    """

    vertices: NDArray[np.int32]
    weights: Floats
    covered: NDArray[np.bool_]
    frame: NDArray[np.float32]


def texture_raster(side: int, mean: Floats) -> TextureRaster:
    """Lay the square of a texture of `side` texels about the mean mesh (468, 3) and find each texel's triangle."""
    low, high = mean[:, :2].min(0) - _TEXTURE_MARGIN, mean[:, :2].max(0) + _TEXTURE_MARGIN
    width = float((high - low).max())
    origin = (low + high) / 2 - width / 2
    triangles = Delaunay(mean[:, :2])
    texels = np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).reshape(-1, 2)
    places = (texels + 0.5) / side * width + origin
    found = _with_rim(triangles.find_simplex(places), side)
    covered = found >= 0
    # scipy's affine transform to the first two barycentric coordinates; the three of them sum to 1
    transform = triangles.transform[found[covered]]
    first_two = np.einsum("nij,nj->ni", transform[:, :2], places[covered] - transform[:, 2])
    weights = np.column_stack([first_two, 1 - first_two.sum(1)])
    frame = np.array([*origin, width], np.float32)
    return TextureRaster(triangles.simplices[found[covered]], weights, covered, frame)


def _with_rim(found: NDArray[np.int32], side: int) -> NDArray[np.int32]:
    """Triangles of the texels (T * T,), -1 for none, grown by a rim that continues the nearest ones.

    Drawing a texture interpolates past its edge; the skin beyond the mesh is what belongs there, not black.
    """
    covered = (found >= 0).reshape(side, side)
    distance, (row, column) = distance_transform_edt(~covered, return_indices=True)
    nearest = found.reshape(side, side)[row, column]
    return np.where(distance <= RIM_SHARE * side, nearest, -1).astype(np.int32).ravel()


def shape_free(view: NDArray[np.uint8], mesh: Floats, raster: TextureRaster) -> NDArray[np.float32]:
    """Texels (M * 3,) of one face: each is sampled where its triangle lies in the view."""
    places = (mesh[raster.vertices, :2] * raster.weights[..., None]).sum(1).astype(np.float32)
    texels = cv2.remap(
        view, places[:, 0, None], places[:, 1, None], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
    )
    return texels.astype(np.float32).ravel()


def _fit_texture(model: PersonModel, textures: NDArray[np.float32], covered: NDArray[np.bool_]) -> None:
    """Mean and principal components of textures (N, M * 3), by way of their (N, N) inner products, as N << M."""
    mean = textures.mean(0)
    textures = textures - mean
    components = len(model.texture_basis)
    products = (textures @ textures.T).astype(np.float64)
    _, vectors = eigh(products, subset_by_index=[len(products) - components, len(products) - 1])
    basis = (vectors.astype(np.float32).T @ textures)[::-1] / np.sqrt(len(textures))
    step = np.maximum(np.abs(basis).max(1), np.finfo(np.float32).tiny) / 127
    whole_basis = np.zeros((components, len(covered)), np.int8)
    whole_basis[:, covered] = np.rint(basis / step[:, None])
    whole_mean = np.zeros(len(covered), np.float32)
    whole_mean[covered] = mean
    model.texture_mean.copy_(torch.from_numpy(whole_mean))
    model.texture_basis.copy_(torch.from_numpy(whole_basis))
    model.texture_step.copy_(torch.from_numpy(step))
