"""Where the signs of eye disease are: both eyes with their lids, as a mask."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from scipy.interpolate import CubicSpline

from rofi.errors import PhotoError
from rofi.faces import topology
from rofi.faces.alignment import FloatArray
from rofi.faces.landmarks import FaceLandmarks, Landmarks

_LOWER_SHARE = 0.6  # the lower lid's rim and lashes end nearer to the eye than the upper lid does
_POINTS_PER_OUTLINE = 128
_FRACTION_BITS = 6


def eye_regions(
    landmarks: Landmarks | FaceLandmarks,
    shape: tuple[int, int],
    affine: npt.ArrayLike | None = None,
    margin: float = 0.6,
) -> npt.NDArray[np.bool_]:
    """Both eyes: apertures, lashes, inner corners, upper lids to under the brow, rims of the lower lids.

    Args:
        landmarks: of the face, in photograph pixels.
        shape: height and width of the mask.
        affine: (2, 3) from photograph pixels to the mask's, for instance `Alignment.matrix`; by default the same.
        margin: 0 keeps to the first row of the mesh about the eye, just past the lashes; 1 goes to the second, close
            under the brow; the lower lid goes less far.

    Returns:
        (H, W), true inside.

    Raises:
        PhotoError: `shape` or `affine` is not of the form above.
    """
    if len(shape) != 2 or min(shape) < 1:
        raise PhotoError(f"mask of shape {shape}: give a height and a width of at least 1")
    matrix = np.eye(2, 3) if affine is None else np.asarray(affine, dtype=np.float64)
    if matrix.shape != (2, 3) or not np.isfinite(matrix).all():
        raise PhotoError(f"affine map must be 2x3 and finite, got shape {matrix.shape}")
    mask = np.zeros(shape, np.uint8)
    for near, far in (
        (topology.LEFT_EYE_RING_1, topology.LEFT_EYE_RING_2),
        (topology.RIGHT_EYE_RING_1, topology.RIGHT_EYE_RING_2),
    ):
        outline = _outline(landmarks.mesh[list(near), :2], landmarks.mesh[list(far), :2], margin)
        places = outline @ matrix[:, :2].T + matrix[:, 2]
        fixed_point = np.round(places * (1 << _FRACTION_BITS)).astype(np.int32)
        cv2.fillPoly(mask, [fixed_point], 1, shift=_FRACTION_BITS)
    return mask.astype(np.bool_)


def _outline(near: FloatArray, far: FloatArray, margin: float) -> FloatArray:
    """Smooth closed curve between two rings of 16 points that start at the outer corner and run below the eye first."""
    # The share of the way out falls from the upper lid (margin) to the lower (less), by way of the corners.
    height = np.cos(np.arange(16) / 16 * 2 * np.pi + np.pi / 2)  # -1 amid the lower lid, 0 at the corners, 1 above
    share = margin * (0.5 * (1 + _LOWER_SHARE) + 0.5 * (1 - _LOWER_SHARE) * height)
    ring = near + share[:, None] * (far - near)
    closed = np.vstack([ring, ring[:1]])
    length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    curve = CubicSpline(length, closed, bc_type="periodic")
    return np.asarray(curve(np.linspace(0, length[-1], _POINTS_PER_OUTLINE, endpoint=False)), dtype=np.float64)
