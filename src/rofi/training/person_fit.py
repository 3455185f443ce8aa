"""Fits the person model to aligned training faces: principal components of mesh shape and of shape-free texture."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.spatial import Delaunay

from rofi.errors import TrainingError
from rofi.faces.pose import fit_similarity
from rofi.faces.topology import LEFT_EYE_OUTER, RIGHT_EYE_OUTER
from rofi.model.person import PersonModel

Floats = NDArray[np.float64]

_CHEEKS, _NOSE_TIP, _INNER_LIPS = (234, 454), 1, (13, 14)
_TEXTURE_MARGIN = 2.0
FRONTAL = 0.12
CLOSED_MOUTH = 0.04
"""Largest gap between the lips, in outer-eye-corner distances: a mixture of open and closed mouths renders as neither."""


def suitable(meshes: Floats, presence: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which faces teach shape and texture: certain, nearly frontal, mouth closed; (N, 468, 3) view pixels -> (N,)."""
    left, right = meshes[:, _CHEEKS[0], 0], meshes[:, _CHEEKS[1], 0]
    yaw = (meshes[:, _NOSE_TIP, 0] - left) / (right - left) - 0.5
    eyes = np.linalg.norm(meshes[:, LEFT_EYE_OUTER, :2] - meshes[:, RIGHT_EYE_OUTER, :2], axis=1)
    gap = np.linalg.norm(meshes[:, _INNER_LIPS[0], :2] - meshes[:, _INNER_LIPS[1], :2], axis=1) / eyes
    result: NDArray[np.bool_] = (np.abs(yaw) < FRONTAL) & (gap < CLOSED_MOUTH) & (presence > 0.9)
    return result


def align_shapes(meshes: Floats, rounds: int = 2) -> tuple[Floats, Floats]:
    """Generalised Procrustes alignment in 3-D: (N, 468, 3) -> the aligned meshes and their mean (468, 3)."""
    mean: Floats = meshes.mean(0)
    aligned = meshes
    for _ in range(rounds):
        aligned = np.stack([fit_similarity(mesh, mean).apply(mesh) for mesh in meshes])
        mean = aligned.mean(0)
    return aligned, mean


def shape_free(view: NDArray[np.uint8], mesh: Floats, vertices: NDArray[np.int32], weights: Floats) -> NDArray[np.float32]:
    """Texels of one face: each is sampled where its triangle's corners (`vertices`, barycentric `weights`) lie."""
    places = (mesh[vertices, :2] * weights[..., None]).sum(1).astype(np.float32)
    texels = cv2.remap(view, places[:, 0, None], places[:, 1, None], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return texels.astype(np.float32).ravel()


def fit_person(
    model: PersonModel, views: NDArray[np.uint8], meshes: Floats, presence: NDArray[np.float64], most: int = 4000
) -> int:
    """Fill the model's buffers; returns how many faces taught it.

    Args:
        model: changed in place.
        views: (N, V, V, 3) aligned faces.
        meshes: (N, 468, 3) in view pixels.
        presence: (N,) probability of a face.
        most: at most so many faces are used.

    Raises:
        TrainingError: fewer suitable faces than the model has components.
    """
    chosen = np.flatnonzero(suitable(meshes, presence))[:most]
    components = len(model.texture_step)
    if len(chosen) <= components:
        raise TrainingError(
            f"{len(chosen)} frontal faces with closed mouths; the person model needs more than {components}: add photographs"
        )
    aligned, mean = align_shapes(meshes[chosen])
    deviations = (aligned - mean).reshape(len(chosen), -1)
    _, singular, directions = np.linalg.svd(deviations, full_matrices=False)
    shapes = len(model.shape_basis)
    basis = directions[:shapes] * (singular[:shapes, None] / np.sqrt(len(chosen)))
    model.shape_mean.copy_(torch.from_numpy(mean))
    model.shape_basis.copy_(torch.from_numpy(basis.reshape(shapes, -1, 3)))

    side = model.side
    low, high = mean[:, :2].min(0) - _TEXTURE_MARGIN, mean[:, :2].max(0) + _TEXTURE_MARGIN
    width = float((high - low).max())
    origin = (low + high) / 2 - width / 2
    model.texture_frame.copy_(torch.tensor([origin[0], origin[1], width]))
    triangles = Delaunay(mean[:, :2])
    grid = (np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).reshape(-1, 2) + 0.5) / side * width + origin
    found = triangles.find_simplex(grid)
    covered = found >= 0
    transform = triangles.transform[found[covered]]
    first_two = np.einsum("nij,nj->ni", transform[:, :2], grid[covered] - transform[:, 2])
    weights = np.column_stack([first_two, 1 - first_two.sum(1)])
    vertices = triangles.simplices[found[covered]]
    textures = np.stack([shape_free(views[i], meshes[i], vertices, weights) for i in chosen])
    _set_texture(model, textures, np.repeat(covered, 3))
    return len(chosen)


def _set_texture(model: PersonModel, textures: NDArray[np.float32], covered: NDArray[np.bool_]) -> None:
    mean = textures.mean(0)
    textures = textures - mean
    components = len(model.texture_step)
    gram = (textures @ textures.T).astype(np.float64)
    values, vectors = eigh(gram, subset_by_index=[len(gram) - components, len(gram) - 1])
    basis = (vectors.astype(np.float32).T @ textures)[::-1] / np.sqrt(len(textures))
    step = np.abs(basis).max(1) / 127
    full = np.zeros((components, len(covered)), np.int8)
    full[:, covered] = np.rint(basis / step[:, None])
    whole_mean = np.zeros(len(covered), np.float32)
    whole_mean[covered] = mean
    model.texture_mean.copy_(torch.from_numpy(whole_mean))
    model.texture_basis.copy_(torch.from_numpy(full))
    model.texture_step.copy_(torch.from_numpy(step.copy()))
