"""Pose of a face mesh: the 3-D similarity between two sets of corresponding points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Similarity3D:
    """points -> scale * points @ rotation + shift; `rotation` (3, 3) without reflection, `shift` (3,)."""

    scale: float
    rotation: Floats
    shift: Floats

    def apply(self, points: Floats) -> Floats:
        """(..., 3) points, moved."""
        return self.scale * points @ self.rotation + self.shift


def fit_similarity(source: Floats, target: Floats) -> Similarity3D:
    """Least-squares similarity of `source` (P, 3) onto `target` (P, 3) (Umeyama 1991)."""
    source_mean, target_mean = source.mean(0), target.mean(0)
    p, q = source - source_mean, target - target_mean
    left, singular, right = np.linalg.svd(p.T @ q)
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    rotation = (left * signs) @ right
    scale = float((singular * signs).sum() / (p * p).sum())
    return Similarity3D(scale, rotation, target_mean - scale * source_mean @ rotation)
