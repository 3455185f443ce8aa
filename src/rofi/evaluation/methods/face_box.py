"""The upright box of a face in its photograph, as an editor or a scrubbing program puts it over the face."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rofi.errors import NoFaceFound
from rofi.evaluation.methods.method import Photograph

MARGIN = 0.08
"""Of the box about the mesh, in its longer sides: the mesh ends below the hairline."""


class FaceBox(NamedTuple):
    """Pixels of a photograph, right and bottom exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """In pixels."""
        return self.right - self.left

    @property
    def slices(self) -> tuple[slice, slice]:
        """For indexing the photograph."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def widened(self, by: int, shape: tuple[int, ...]) -> FaceBox:
        """With `by` pixels more on every side, as far as a photograph of `shape` (H, W, ...) goes."""
        height, width = shape[:2]
        return FaceBox(
            max(0, self.left - by), max(0, self.top - by), min(width, self.right + by), min(height, self.bottom + by)
        )


def face_box(photo: Photograph) -> FaceBox:
    """The box about the whole face mesh, eyes included, as far as it lies in the photograph.

    By the mesh and not by the detector's box, which says less where only five points are known.

    Raises:
        NoFaceFound: no pixel of the photograph is in it.
    """
    points = photo.landmarks.mesh[:, :2]
    low, high = points.min(0), points.max(0)
    margin = MARGIN * float((high - low).max())
    height, width = photo.pixels.shape[:2]
    left, top = np.clip(np.floor(low - margin), 0, (width, height)).astype(int).tolist()
    right, bottom = np.clip(np.ceil(high + margin) + 1, 0, (width, height)).astype(int).tolist()
    if right <= left or bottom <= top:
        raise NoFaceFound(f"{photo.name}: the face lies outside the photograph; correct its points or leave it out")
    return FaceBox(left, top, right, bottom)
