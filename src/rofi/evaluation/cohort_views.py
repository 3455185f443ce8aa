"""The images of a cohort as the networks see them: aligned, and their masks with them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rofi.cohort.layout import image_path, mask_path
from rofi.cohort.row import Row
from rofi.errors import CohortError
from rofi.faces.alignment import Alignment
from rofi.faces.detection import Detector
from rofi.imaging.decode import decode
from rofi.imaging.files import read_file

Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]

_TOUCHED = 0.05
"""Share of a pixel; cubic interpolation rings with less."""


@dataclass(frozen=True, eq=False)
class AlignedImage:
    """An image and where its face is.

    Attributes:
        pixels: (H, W, 3).
        alignment: of the face.
    """

    pixels: Bytes
    alignment: Alignment

    @property
    def view(self) -> Bytes:
        """(V, V, 3) the aligned face."""
        return np.asarray(self.alignment.extract(self.pixels), np.uint8)

    def canvas(self, side: int) -> Bytes:
        """(side, side, 3), the view and what surrounds it."""
        matrix = self.alignment.matrix.copy()
        matrix[:, 2] += (side - self.alignment.view) / 2
        return np.asarray(Alignment(matrix, side).extract(self.pixels), np.uint8)


class CohortReader:
    """Reads a cohort's images and masks.

    Args:
        cohort: its folder.
        view: side of the aligned face.
    """

    def __init__(self, cohort: Path, view: int = 256) -> None:
        self.cohort, self.view = cohort, view
        self._detector: Detector | None = None

    def read(self, row: Row) -> AlignedImage | None:
        """An image with its face, by the table's points or else by detection; None where no face is found.

        Raises:
            PhotoError: it is missing or damaged.
        """
        pixels = decode(read_file(image_path(self.cohort, row)), row.image).pixels
        if row.points is not None:
            points = np.asarray(row.points, np.float64)
        else:
            self._detector = self._detector or Detector()
            found = self._detector.detect(pixels)
            if not found:
                return None
            points = found[0].points
        return AlignedImage(pixels, Alignment.from_points(points, self.view))

    def read_mask(self, row: Row, image: AlignedImage) -> Mask | None:
        """(V, V) where the signs are on the aligned face, all false if beyond it; None where no mask is known.

        Raises:
            CohortError: the mask has not the image's size.
            PhotoError: it is damaged.
        """
        path = mask_path(self.cohort, row)
        if not path.is_file():
            return None
        levels = decode(read_file(path), path.name).pixels
        if levels.shape != image.pixels.shape:
            raise CohortError(f"{path}: {levels.shape[:2]} pixels, its image {image.pixels.shape[:2]}; make it again")
        seen = image.alignment.extract((levels >= 128).astype(np.float32), mirrored=False)[..., 0]
        mask = seen >= 0.5
        # of a sign finer than the view's pixels every pixel that it touches counts, or it would not be there
        return np.asarray(mask if mask.any() else seen > _TOUCHED, np.bool_)
