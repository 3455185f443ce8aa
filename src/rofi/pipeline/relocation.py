"""A protected photograph that was resized or cropped on its way, laid out again as it was when it was protected."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy.signal import correlate

Bytes = npt.NDArray[np.uint8]

CERTAIN = 8.0
"""Standard deviations over all other places at which the pilot's place is found and not guessed."""


@dataclass(frozen=True)
class Layout:
    """How a file's pixels lie in the photograph that was protected.

    Attributes:
        size: width and height of that photograph.
        offset: x, y of the file's first pixel in it, may be negative.
        file_size: width and height of the file.
        resized: the file shows the whole photograph, at another size.
    """

    size: tuple[int, int]
    file_size: tuple[int, int]
    offset: tuple[int, int] = (0, 0)
    resized: bool = False

    def lay_out(self, pixels: Bytes) -> Bytes:
        """The file's pixels in the photograph's frame, mid-grey where there are none."""
        if self.resized:
            return np.asarray(cv2.resize(pixels, self.size, interpolation=cv2.INTER_CUBIC))
        if self.size == self.file_size and self.offset == (0, 0):
            return pixels.copy()
        frame = np.full((self.size[1], self.size[0], 3), 128, np.uint8)
        into, out_of = self._overlap()
        frame[into] = pixels[out_of]
        return frame

    def take_back(self, frame: Bytes, pixels: Bytes) -> Bytes:
        """A frame's pixels as a file of the given file's size."""
        if self.resized:
            return np.asarray(cv2.resize(frame, self.file_size, interpolation=cv2.INTER_AREA))
        result = pixels.copy()
        into, out_of = self._overlap()
        result[out_of] = frame[into]
        return result

    def _overlap(self) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
        """Rows and columns that photograph and file share: in the photograph, and in the file."""
        spans = [
            (max(offset, 0), min(offset + file, whole), offset)
            for offset, file, whole in zip(self.offset, self.file_size, self.size, strict=True)
        ]
        (left, right, x), (top, bottom, y) = ((low, max(low, high), offset) for low, high, offset in spans)
        inside = slice(top, bottom), slice(left, right)
        return inside, (slice(top - y, bottom - y), slice(left - x, right - x))


def find_offset(pixels: Bytes, pilot: npt.NDArray[np.float32], corner: tuple[int, int]) -> tuple[int, int] | None:
    """Where a cropped file's first pixel lay in the photograph; None if the pilot is not to be found in it.

    Args:
        pixels: (H, W, 3) of the file.
        pilot: (3, h, w), see `ResidueCodec.pilot`.
        corner: x, y of the pilot's first pixel in the photograph.
    """
    planes = pixels.astype(np.float32).transpose(2, 0, 1)
    match = sum(
        correlate(plane - plane.mean(), template, mode="full", method="fft")
        for plane, template in zip(planes, pilot, strict=True)
    )
    match = np.asarray(match)
    row, column = np.unravel_index(int(match.argmax()), match.shape)
    if (match[row, column] - match.mean()) / max(float(match.std()), 1e-9) < CERTAIN:
        return None
    # Index (h - 1, w - 1) of a full correlation is the template laid on the file's first pixel.
    return corner[0] - (int(column) - pilot.shape[2] + 1), corner[1] - (int(row) - pilot.shape[1] + 1)
