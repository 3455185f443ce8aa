"""How much of the structure of the eyes and their surroundings is kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from rofi.errors import RofiError
from rofi.evaluation.image_quality import ssim
from rofi.faces.alignment import ARCFACE_SIZE, ARCFACE_TEMPLATE, VIEW_MARGIN

_WIDTH, _HEIGHT = 1.0, 0.7  # of an eye's region, in distances between the eyes

Box = tuple[int, int, int, int]
"""Top, bottom, left, right; the second and the last are not in it."""


def eye_boxes(view: int) -> tuple[Box, Box]:
    """Regions of the image-left and the image-right eye of an aligned face.

    Each is as wide as the eyes are apart and 0.7 of that high, about where alignment puts the eye: the lids from the
    brow to the cheek, the canthi and half the bridge of the nose.

    Args:
        view: side of the aligned face in pixels.
    """
    scale = view / (ARCFACE_SIZE * VIEW_MARGIN)
    margin = ARCFACE_SIZE * (VIEW_MARGIN - 1) / 2
    left, right = ((ARCFACE_TEMPLATE[:2] + margin) * scale).tolist()
    apart = right[0] - left[0]
    return _box(left, apart), _box(right, apart)


def eye_structure_similarity(views: NDArray[np.uint8], references: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Structural similarity of the eyes of aligned faces, the mean of both.

    The paper (section 2.3, Supplementary Table 2) does not tell its measure; here it is SSIM (Wang et al. 2004) at the
    view's own resolution. Its multi-scale form needs 176 pixels a side, which no eye of a 256-pixel face has.

    Args:
        views: (N, V, V, 3) aligned faces after a method.
        references: (N, V, V, 3) the originals.

    Returns:
        (N,) in [-1, 1]; 1 where the eyes are the same.

    Raises:
        RofiError: other shapes, or eyes smaller than SSIM's window of 11 pixels.
    """
    if views.shape != references.shape or views.ndim != 4 or views.shape[1] != views.shape[2]:
        raise RofiError(f"views {views.shape} and references {references.shape}: both must be the same (N, V, V, 3)")
    with torch.inference_mode():
        eyes = [
            ssim(_planes(views[:, top:bottom, left:right]), _planes(references[:, top:bottom, left:right]))
            for top, bottom, left, right in eye_boxes(views.shape[1])
        ]
        return np.asarray(torch.stack(eyes).mean(0).numpy(), np.float64)


def _planes(pictures: NDArray[Any]) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 255


def _box(eye: list[float], apart: float) -> Box:
    left, top = round(eye[0] - _WIDTH * apart / 2), round(eye[1] - _HEIGHT * apart / 2)
    return top, top + round(_HEIGHT * apart), left, left + round(_WIDTH * apart)
