"""The codebook of faces, fitted: which pixels count, the transform, and what is lost."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rofi.errors import TrainingError
from rofi.faces.landmarks import Landmarks
from rofi.faces.person_placement import person_mask
from rofi.faces.sign_regions import eye_regions
from rofi.model.base_layer import face_bytes
from rofi.model.dct import BLOCK, to_coefficients
from rofi.model.face_codebook import HUE_SIDE, PIXELS, SIDE, FaceCodebook
from rofi.model.residue import SCALES
from rofi.training.faces import TrainingFaces
from rofi.training.residue_fit import scaled_face

LEAST_WEIGHT = 0.04
"""Weight of pixels that seldom change, as those about the face."""
HUE_WEIGHT = 4.0
"""Weight of a pixel of hue over one of lightness; it stands for sixteen, whose errors are seen half as well."""
MASKS = 200
"""Faces that tell which pixels change."""
JUDGED = 100
"""Faces by which the error is told."""
CHANGED = 0.5
"""How much of a block must change for it to count."""
CARRYING = 0.5
"""Share of an aligned face's blocks that carry, at the least."""


def fit_codebook(codebook: FaceCodebook, faces: TrainingFaces, judged: TrainingFaces, seed: int = 0) -> None:
    """Fill the codebook's buffers.

    Args:
        codebook: changed in place.
        faces: teach the transform, as they are and mirrored; more than the codebook has coordinates.
        judged: others, by which the error is told.
        seed: of the randomised decomposition (Halko et al. 2011), and of camera noise.

    Raises:
        TrainingError: too few faces, or more coordinates than a face has numbers.
    """
    size = len(codebook.deviation)
    if size > PIXELS:
        raise TrainingError(f"{size} coordinates are more than the {PIXELS} numbers of a face: take fewer")
    if len(faces) <= size:
        raise TrainingError(f"{len(faces)} faces cannot teach {size} coordinates: add photographs or take fewer")
    masks = np.mean([_mask(faces, index) for index in _spread(len(faces), MASKS)], 0)
    codebook.weights.copy_(_weights(masks))
    both = (turned for view in faces.views for turned in (view, view[:, ::-1]))
    measured = torch.stack([codebook.measure(_planes(view)) for view in both])
    codebook.mean.copy_(measured.mean(0))
    measured -= codebook.mean
    torch.manual_seed(seed)
    _, deviation, axes = torch.svd_lowrank(measured, size, niter=3)
    largest = axes.abs().amax(0) / 127
    codebook.basis.copy_((axes / largest).round().T)
    codebook.unit.copy_(1 / codebook.basis.float().norm(dim=1))
    codebook.deviation.copy_(deviation / len(measured) ** 0.5)
    for buffer in (codebook.weights, codebook.mean, codebook.unit, codebook.deviation):
        buffer.copy_(buffer.half())  # as a file holds it: what one encodes the other must decode
    for row, scale in enumerate(SCALES):
        codebook.error[row] = _error(codebook, judged, scale, np.random.default_rng(seed))


def _error(codebook: FaceCodebook, faces: TrainingFaces, scale: float, generator: np.random.Generator) -> Tensor:
    """(192,) mean squared error of a drawn face's coefficients, in a photograph of that scale."""
    errors = []
    for index in _spread(len(faces), JUDGED):
        face = _planes(scaled_face(faces.views[index], scale, generator))
        side = face.shape[-1]
        mask = cv2.resize(_mask(faces, index), (side // BLOCK, side // BLOCK), interpolation=cv2.INTER_AREA)
        blocks = torch.from_numpy(mask > CHANGED)
        code = codebook.encode(_planes(faces.views[index]), face_bytes(int(CARRYING * (side // BLOCK) ** 2)))
        drawn = codebook.decode(code, side)
        errors.append((to_coefficients(face, blocks) - to_coefficients(drawn, blocks)).square())
    return torch.cat(errors).mean(0)


def _weights(changed: NDArray[np.float32]) -> Tensor:
    """(P,) of the pixels, square roots for the error is squared; `changed` (V, V) how often each pixel changes."""
    light, hues = (cv2.resize(changed, (side, side), interpolation=cv2.INTER_AREA) for side in (SIDE, HUE_SIDE))
    weights = np.concatenate([light.ravel(), *2 * [HUE_WEIGHT * hues.clip(LEAST_WEIGHT).ravel()]])
    return torch.from_numpy(np.sqrt(weights.clip(LEAST_WEIGHT)).astype(np.float32))


def _mask(faces: TrainingFaces, index: int) -> NDArray[np.float32]:
    mesh, side = faces.meshes[index].astype(np.float64), faces.view
    return person_mask(mesh[:, :2], eye_regions(Landmarks(mesh, 1.0), (side, side)))


def _spread(count: int, wanted: int) -> range:
    """About `wanted` indices all over `count`."""
    return range(0, count, max(1, count // wanted))


def _planes(view: NDArray[np.generic]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(view.transpose(2, 0, 1))).float()
