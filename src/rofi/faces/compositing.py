"""A changed view, put back into its photograph at the photograph's own resolution."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from rofi.faces.alignment import Alignment
from rofi.faces.blocks import BLOCK

Image = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Window:
    """The part of a photograph that a view covers: whole 8x8 blocks of its grid, right and bottom exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def around(cls, alignment: Alignment, shape: tuple[int, int]) -> Window:
        """The smallest window that holds the view, within a photograph of `shape` (H, W); may be empty."""
        edges = alignment.corners() + 0.5  # from the photograph's edge, as blocks are counted
        low, high = edges.min(0), edges.max(0)
        rows, columns = (side // BLOCK * BLOCK for side in shape)
        left, top = (int(np.clip(np.floor(v / BLOCK) * BLOCK, 0, m)) for v, m in zip(low, (columns, rows), strict=True))
        right, bottom = (
            int(np.clip(np.ceil(v / BLOCK) * BLOCK, 0, m)) for v, m in zip(high, (columns, rows), strict=True)
        )
        return cls(left, top, max(right, left), max(bottom, top))

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width."""
        return self.bottom - self.top, self.right - self.left

    @property
    def slices(self) -> tuple[slice, slice]:
        """For indexing the photograph."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def overlaps(self, other: Window) -> bool:
        """Whether the two share a pixel."""
        across = min(self.right, other.right) > max(self.left, other.left)
        return across and min(self.bottom, other.bottom) > max(self.top, other.top)

    def to_view(self, alignment: Alignment) -> npt.NDArray[np.float64]:
        """(2, 3) from pixels of the window to pixels of the view."""
        matrix = alignment.matrix.copy()
        matrix[:, 2] += matrix[:, :2] @ (self.left, self.top)
        return matrix


def view_to_window(picture: npt.NDArray[np.floating], alignment: Alignment, window: Window, border: int) -> Image:
    """A picture or mask of the view as it lies in the window.

    Args:
        picture: (V, V), or (V, V, channels) of up to four.
        border: OpenCV's border mode for what lies outside the view.

    A face smaller than the view is blurred first, so that nothing aliases.
    """
    source = np.asarray(picture, np.float32)
    if alignment.scale > 1:
        source = np.asarray(cv2.GaussianBlur(source, (0, 0), 0.5 * np.sqrt(alignment.scale**2 - 1) + 1e-3), np.float32)
    height, width = window.shape
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    placed = cv2.warpAffine(source, window.to_view(alignment), (width, height), flags=flags, borderMode=border)
    return np.asarray(placed, np.float32)


def blend(photo: Image, picture: Image, mask: Image) -> Image:
    """`photo` where the mask is 0, `picture` where it is 1; (H, W, 3), (H, W, 3), (H, W)."""
    mixed: Image = photo + mask[..., None] * (picture - photo)
    return mixed
