"""The similarity between a photograph and the upright square view of a face that the networks see."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from rofi.errors import PhotoError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
ImageArray = npt.NDArray[Any]
"""(H, W, 3) RGB, uint8 or floating point."""

ARCFACE_SIZE = 112
"""Side of the square, in pixels, on which `ARCFACE_TEMPLATE` is laid out."""

VIEW_MARGIN = 1.12
"""A view is the ArcFace square and 6 % more on every side."""

ARCFACE_TEMPLATE: FloatArray = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)
"""(5, 2) image-left eye, image-right eye, nose tip, image-left and image-right mouth corner (Deng et al., ArcFace)."""
ARCFACE_TEMPLATE.flags.writeable = False

_CROP_MARGIN = 4  # pixels: the reach of cubic interpolation, rounded up


def template_points(view: int) -> FloatArray:
    """(5, 2) where the five facial points lie in an aligned view of that side."""
    points: FloatArray = (ARCFACE_TEMPLATE - ARCFACE_SIZE / 2) * (view / (ARCFACE_SIZE * VIEW_MARGIN)) + view / 2
    return points


@dataclass(frozen=True, eq=False)
class Alignment:
    """A similarity from photograph pixels to the pixels of a square view.

    Integer coordinates are pixel centres, as in `cv2.warpAffine`: a view covers -0.5 to view - 0.5.

    Args:
        matrix: (2, 3) similarity without reflection, [[a, -b, x], [b, a, y]].
        view: side of the view in pixels.

    Raises:
        PhotoError: `matrix` is not such a similarity, or `view` is below 1.
    """

    matrix: FloatArray
    view: int

    def __post_init__(self) -> None:
        matrix = np.array(self.matrix, dtype=np.float64)
        if matrix.shape != (2, 3) or not np.isfinite(matrix).all():
            raise PhotoError(f"alignment matrix must be 2x3 and finite, got shape {matrix.shape}: find the face again")
        (a, minus_b, _), (b, d, _) = matrix
        scale = math.hypot(a, b)
        if scale == 0 or max(abs(a - d), abs(b + minus_b)) > 1e-9 * scale:
            raise PhotoError("alignment matrix is not a similarity: find the face again")
        if self.view < 1:
            raise PhotoError(f"view of {self.view} pixels: give a side of at least 1")
        matrix.flags.writeable = False
        object.__setattr__(self, "matrix", matrix)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Alignment):
            return NotImplemented
        return self.view == other.view and np.array_equal(self.matrix, other.matrix)

    def __hash__(self) -> int:
        return hash((self.view, self.matrix.tobytes()))

    @classmethod
    def from_points(cls, points: npt.ArrayLike, view: int) -> Alignment:
        """Least-squares similarity of five facial points onto the template (Umeyama 1991, in the plane).

        Args:
            points: (5, 2) in photograph pixels, in the order of `ARCFACE_TEMPLATE`.
            view: side of the view; the template is scaled by view / (112 * 1.12) and centred on it.

        Raises:
            PhotoError: the points are not five, not finite, or all the same.
        """
        source = np.asarray(points, dtype=np.float64)
        if source.shape != (5, 2) or not np.isfinite(source).all():
            raise PhotoError(f"alignment needs five finite points, got shape {source.shape}: find the face again")
        target = template_points(view)
        source_mean, target_mean = source.mean(0), target.mean(0)
        p, q = source - source_mean, target - target_mean
        spread = float((p * p).sum())
        if spread < 1e-12:
            raise PhotoError("the five facial points coincide: find the face again")
        # In the plane a similarity is a complex factor a + ib, so least squares has this closed form.
        a = float((p * q).sum()) / spread
        b = float((p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]).sum()) / spread
        rotation = np.array([[a, -b], [b, a]])
        return cls(np.column_stack([rotation, target_mean - rotation @ source_mean]), view)

    @classmethod
    def from_square(cls, centre: npt.ArrayLike, side: float, angle: float, view: int) -> Alignment:
        """View of the square of `side` pixels about `centre`, whose upper edge points along `angle`.

        Args:
            centre: (2,) in photograph pixels.
            side: photograph pixels, above 0.
            angle: radians from the photograph's x axis towards its y axis (clockwise as seen).
            view: side of the view in pixels.

        Raises:
            PhotoError: `side` is not above 0 or something is not finite.
        """
        if not side > 0:
            raise PhotoError(f"square of {side} pixels: its side must be above 0")
        a, b = math.cos(angle) * view / side, -math.sin(angle) * view / side
        rotation = np.array([[a, -b], [b, a]])
        shift = (view - 1) / 2 - rotation @ np.asarray(centre, dtype=np.float64)
        return cls(np.column_stack([rotation, shift]), view)

    @property
    def scale(self) -> float:
        """View pixels per photograph pixel."""
        return math.hypot(self.matrix[0, 0], self.matrix[1, 0])

    @property
    def angle(self) -> float:
        """Direction of the view's x axis in the photograph, radians, clockwise as seen."""
        return math.atan2(-self.matrix[1, 0], self.matrix[0, 0])

    @property
    def inverse(self) -> FloatArray:
        """(2, 3) similarity from view pixels to photograph pixels."""
        (a, _, x), (b, _, y) = self.matrix
        n = a * a + b * b
        inverse: FloatArray = np.array([[a, b, -(a * x + b * y)], [-b, a, b * x - a * y]]) / n
        return inverse

    def to_view(self, points: npt.ArrayLike) -> FloatArray:
        """(..., 2) photograph pixels to view pixels."""
        return _apply(self.matrix, points)

    def to_photo(self, points: npt.ArrayLike) -> FloatArray:
        """(..., 2) view pixels to photograph pixels."""
        return _apply(self.inverse, points)

    def corners(self) -> FloatArray:
        """(4, 2) outer corners of the view in the photograph, clockwise from the view's upper left."""
        low, high = -0.5, self.view - 0.5
        return self.to_photo([[low, low], [high, low], [high, high], [low, high]])

    def rescaled(self, view: int) -> Alignment:
        """The same square of the photograph in another number of pixels.

        What it extracts is what `cv2.resize` makes of this view: the outer edges stay, pixel centres move.
        """
        ratio = view / self.view
        matrix = self.matrix * ratio
        matrix[:, 2] += (ratio - 1) / 2
        return Alignment(matrix, view)

    def widened(self, margin: int) -> Alignment:
        """The same view with `margin` pixels more on every side."""
        return Alignment(self.matrix + np.array([[0, 0, margin], [0, 0, margin]]), self.view + 2 * margin)

    def extract(self, photo: ImageArray, *, mirrored: bool = True) -> ImageArray:
        """The view of a photograph.

        Against aliasing, a face larger than the view is sampled about once a photograph pixel and averaged over each
        pixel of the view.

        Args:
            photo: (H, W, 3), uint8 or floating point of any range.
            mirrored: beyond its border the photograph goes on mirrored; otherwise there is black.

        Returns:
            (view, view, 3), of the photograph's type; cubic interpolation may overshoot floating-point values at edges.

        Raises:
            PhotoError: `photo` has another shape or type, or no pixels.
        """
        check_image(photo)
        if photo.dtype not in (np.uint8, np.float32, np.float64):
            photo = photo.astype(np.float32)
        corners = self.corners()
        start = np.floor(corners.min(0)).astype(int) - _CROP_MARGIN
        stop = np.ceil(corners.max(0)).astype(int) + 1 + _CROP_MARGIN
        crop = _surroundings(photo, start, stop, mirrored)

        fineness = max(1, round(1 / self.scale))
        matrix = self.rescaled(self.view * fineness).matrix.copy()
        matrix[:, 2] += matrix[:, :2] @ start
        size = self.view * fineness
        view = cv2.warpAffine(crop, matrix, (size, size), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        if fineness > 1:
            view = cv2.resize(view, (self.view, self.view), interpolation=cv2.INTER_AREA)
        return np.asarray(view)


def check_image(photo: ImageArray) -> None:
    """Refuse what is not an (H, W, 3) image with pixels, of unsigned bytes or floating point.

    Raises:
        PhotoError: says what was given instead.
    """
    if photo.ndim != 3 or photo.shape[2] != 3 or photo.size == 0:
        raise PhotoError(f"photograph has shape {photo.shape}: an (H, W, 3) RGB image is needed")
    if photo.dtype != np.uint8 and not np.issubdtype(photo.dtype, np.floating):
        raise PhotoError(f"photograph is of type {photo.dtype}: convert it to uint8 or floating point")


def _apply(matrix: FloatArray, points: npt.ArrayLike) -> FloatArray:
    moved: FloatArray = np.asarray(points, dtype=np.float64) @ matrix[:, :2].T + matrix[:, 2]
    return moved


def _surroundings(photo: ImageArray, start: IntArray, stop: IntArray, mirrored: bool) -> ImageArray:
    """Pixels x, y from `start` up to `stop`, mirrored about the border's pixels, or black beyond them.

    Border modes of `cv2.warpAffine` are not used: some pixels mirrored twice come out wrong, and a photograph of more
    than 32,767 pixels a side is too large for it.
    """
    height, width = photo.shape[:2]
    if (start >= 0).all() and (stop <= (width, height)).all():
        return np.ascontiguousarray(photo[start[1] : stop[1], start[0] : stop[0]])
    columns, rows = np.arange(start[0], stop[0]), np.arange(start[1], stop[1])
    crop = photo[np.ix_(_reflected(rows, height), _reflected(columns, width))]
    if not mirrored:
        crop[(rows < 0) | (rows >= height)] = 0
        crop[:, (columns < 0) | (columns >= width)] = 0
    return crop


def _reflected(indices: IntArray, length: int) -> IntArray:
    """Indices beyond 0..length-1 folded back, the outermost pixel not repeated."""
    if length == 1:
        return np.zeros_like(indices)
    period = 2 * (length - 1)
    folded = indices % period
    return np.minimum(folded, period - folded)
