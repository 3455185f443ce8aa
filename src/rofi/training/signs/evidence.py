"""Where the evidence for a region's score lies, found by hiding pixels (occlusion sensitivity: Zeiler and Fergus 2014).

A detector that learns from labels alone is free to score a sign some pixels beside it, as long as it does so always. No
mask is needed to find out: what is hidden where the evidence is costs the score most.
"""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from rofi.model.config import STRIDE
from rofi.model.sign_detector import SignDetector

MOST_FACES = 60
OFFSETS = range(-16, 17, 4)
"""Pixels, of a 256 px view, either way, at which is looked."""
_RADIUS, _BLUR = 9, 8.0
_VIEW = 256


@torch.inference_mode()
def measure_offset(detector: SignDetector, faces: NDArray[np.uint8]) -> Tensor:
    """(2,) pixels, x and y, from the middle of the highest region to what its score is about.

    The mean of the places hidden, weighted by what hiding each costs the logit beyond half of the dearest.

    Args:
        detector: in evaluation mode.
        faces: (N, V, V, 3) diseased faces; those that the detector misses say nothing. Zeros if it misses all.
    """
    places = np.array(list(itertools.product(OFFSETS, OFFSETS)))
    scale = faces.shape[1] / _VIEW
    losses = []
    for face in faces:
        logits = detector.logits(_input(face[None], detector))[0, 0]
        if float(logits.max()) < 0:
            continue
        row, column = divmod(int(logits.argmax()), logits.shape[1])
        middle = np.array([column, row]) * STRIDE + (STRIDE - 1) / 2
        hidden = np.stack([_hide(face, middle + scale * place, scale) for place in places])
        left = torch.cat([detector.logits(_input(part, detector))[:, 0, row, column] for part in _parts(hidden)])
        losses.append((logits.max() - left).cpu().numpy())
        if len(losses) == MOST_FACES:
            break
    if not losses:
        return torch.zeros(2)
    cost = np.mean(losses, axis=0)
    weights = np.clip(cost - cost.max() / 2, 0, None)
    return torch.from_numpy(scale * (weights[:, None] * places).sum(0) / max(weights.sum(), 1e-9)).float()


def _hide(face: NDArray[np.uint8], place: NDArray[np.float64], scale: float) -> NDArray[np.uint8]:
    """The face with a disc blurred away."""
    disc = np.zeros(face.shape[:2], np.float32)
    centre = tuple(round(float(v)) for v in place)
    cv2.circle(disc, centre, max(1, round(_RADIUS * scale)), 1.0, -1)
    share = cv2.GaussianBlur(disc, (0, 0), 1.5)[..., None]
    blurred = cv2.GaussianBlur(face, (0, 0), _BLUR * scale)
    return np.rint(face + share * (blurred.astype(np.float32) - face)).astype(np.uint8)


def _parts(faces: NDArray[np.uint8], size: int = 27) -> list[NDArray[np.uint8]]:
    return [faces[start : start + size] for start in range(0, len(faces), size)]


def _input(faces: NDArray[np.uint8], detector: SignDetector) -> Tensor:
    device = next(detector.parameters()).device
    return torch.from_numpy(np.ascontiguousarray(faces)).to(device).permute(0, 3, 1, 2).float() / 255
