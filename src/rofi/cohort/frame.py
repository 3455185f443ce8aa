"""A place on a face measured in millimetres, and the pixels about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Image = npt.NDArray[np.float32]
Plane = npt.NDArray[np.float32]
"""(H, W) numbers, one a pixel."""
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Frame:
    """Coordinates on the skin, in millimetres.

    Attributes:
        origin: (2,) picture pixels.
        across, down: (2,) unit vectors of the x and y axis in the picture. They may be of either handedness: an
            eye's x axis points away from the nose on both sides.
        scale: picture pixels per millimetre.
    """

    origin: Floats
    across: Floats
    down: Floats
    scale: float

    def to_local(self, points: npt.ArrayLike) -> Floats:
        """(..., 2) picture pixels to millimetres."""
        offset = (np.asarray(points, np.float64) - self.origin) / self.scale
        local: Floats = np.stack([offset @ self.across, offset @ self.down], -1)
        return local

    def to_picture(self, points: npt.ArrayLike) -> Floats:
        """(..., 2) millimetres to picture pixels."""
        local = np.asarray(points, np.float64)
        place: Floats = self.origin + self.scale * (local[..., :1] * self.across + local[..., 1:] * self.down)
        return place


@dataclass(frozen=True, eq=False)
class Patch:
    """The pixels of a picture about a place, each with its millimetres.

    Attributes:
        pixels: (h, w, 3) float32, 0..255; a copy.
        x, y: (h, w) float32, millimetres in the frame.
        frame: of the place.
        slices: rows and columns of the picture.
    """

    pixels: Image
    x: Plane
    y: Plane
    frame: Frame
    slices: tuple[slice, slice]

    @classmethod
    def around(cls, picture: Image, frame: Frame, low: tuple[float, float], high: tuple[float, float]) -> Self:
        """All pixels between two corners.

        Args:
            picture: (H, W, 3).
            frame: of the place.
            low, high: x and y of opposite corners, millimetres in the frame; cut off at the picture's border.
        """
        corners = frame.to_picture([[low[0], low[1]], [low[0], high[1]], [high[0], low[1]], [high[0], high[1]]])
        limit = np.array([picture.shape[1], picture.shape[0]])
        left, top = np.clip(np.floor(corners.min(0)).astype(int), 0, limit)
        right, bottom = np.clip(np.ceil(corners.max(0)).astype(int) + 1, 0, limit)
        rows, columns = np.mgrid[top:bottom, left:right]
        local = frame.to_local(np.stack([columns, rows], -1)).astype(np.float32)
        slices = slice(int(top), int(bottom)), slice(int(left), int(right))
        return cls(picture[slices].astype(np.float32, copy=True), local[..., 0], local[..., 1], frame, slices)

    @property
    def scale(self) -> float:
        """Pixels per millimetre."""
        return self.frame.scale

    @property
    def columns(self) -> Plane:
        """(h, w) column of every pixel within the patch, for `cv2.remap`."""
        return np.broadcast_to(np.arange(self.x.shape[1], dtype=np.float32), self.x.shape).copy()

    @property
    def rows(self) -> Plane:
        """(h, w) row of every pixel within the patch, for `cv2.remap`."""
        return np.broadcast_to(np.arange(self.x.shape[0], dtype=np.float32)[:, None], self.x.shape).copy()

    def source(self, x: Plane, y: Plane) -> tuple[Plane, Plane]:
        """Columns and rows, within the patch, of places in millimetres: what `cv2.remap` wants.

        Args:
            x, y: (h, w) millimetres in the frame.
        """
        places = self.frame.to_picture(np.stack([x, y], -1))
        offset = np.array([self.slices[1].start, self.slices[0].start])
        local = (places - offset).astype(np.float32)
        return np.ascontiguousarray(local[..., 0]), np.ascontiguousarray(local[..., 1])

    def put(self, picture: Image, pixels: Image) -> Image:
        """A copy of `picture` with this patch's pixels replaced by `pixels`, clipped to 0..255."""
        result = picture.copy()
        result[self.slices] = np.clip(pixels, 0, 255)
        return result

    def spread(self, plane: Mask, shape: tuple[int, ...]) -> Mask:
        """A mask of the patch as one of the whole picture of `shape`."""
        whole = np.zeros(shape[:2], np.bool_)
        whole[self.slices] = plane
        return whole


def ramp(value: npt.ArrayLike, low: float, high: float) -> Plane:
    """Smooth step from 0 at `low` to 1 at `high` (either may be the greater)."""
    t = np.clip((np.asarray(value, np.float32) - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def blend(below: Image, above: Image | Floats, share: Plane) -> Image:
    """`below` where `share` is 0, `above` where it is 1; (H, W, 3), (H, W, 3) or a colour (3,), (H, W)."""
    return np.asarray(below + share[..., None] * (above - below), np.float32)
