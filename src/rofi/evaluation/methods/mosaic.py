"""Mosaic: the face in cells of one colour each."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rofi.errors import RofiError
from rofi.evaluation.methods.face_box import face_box
from rofi.evaluation.methods.method import MethodFacts, Photograph
from rofi.imaging.encode import encode

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Mosaic:
    """Cells over the whole box of the face, eyes included.

    Args:
        cells: across the face's box; at least 1.

    Raises:
        RofiError: `cells` is below 1.
    """

    cells: int = 12

    def __post_init__(self) -> None:
        if self.cells < 1:
            raise RofiError(f"mosaic of {self.cells} cells across the face: give at least 1")

    @property
    def facts(self) -> MethodFacts:
        """See `MethodFacts`."""
        return MethodFacts(
            name="mosaic",
            title="Mosaic",
            version=f"1-{self.cells}",
            reversible=False,
            keyed=False,
            built_in=f"The box of the face, eyes included, in square cells, {self.cells} across, each in the mean "
            "colour of its pixels; the rest of the photograph as it is.",
            is_not="The paper does not tell the size of its cells; 12 are so coarse that eyelids are found about as "
            "far off as it says, and another number trades privacy for signs.",
            reference="Mosaic of the paper's comparison: Battiato et al., A survey of digital mosaic techniques, "
            "Eurographics Italian Chapter Conference 2006",
        )

    def protect(self, photo: Photograph) -> bytes:
        """See `Method.protect`."""
        box = face_box(photo)
        protected = photo.pixels.copy()
        protected[box.slices] = mosaic(photo.pixels[box.slices], math.ceil(box.width / self.cells))
        return encode(protected, "png")


def mosaic(pixels: Bytes, cell: int) -> Bytes:
    """Every cell in the mean of its pixels.

    Args:
        pixels: (H, W, 3).
        cell: side of a cell in pixels, at least 1; cells at the right and the lower border may be cut.
    """
    height, width = pixels.shape[:2]
    rows, columns = np.arange(0, height, cell), np.arange(0, width, cell)
    sums = np.add.reduceat(np.add.reduceat(pixels.astype(np.uint64), rows, axis=0), columns, axis=1)
    heights, widths = np.diff(rows, append=height), np.diff(columns, append=width)
    means = np.rint(sums / (heights[:, None] * widths)[..., None]).astype(np.uint8)
    return np.repeat(np.repeat(means, heights, axis=0), widths, axis=1)
