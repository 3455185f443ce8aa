"""Whether a photograph shows what signs are found by: the criteria of the paper's cohort (section 2.1), as numbers."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from rofi.cohort.face import Face, Side
from rofi.faces.alignment import Alignment
from rofi.faces.landmarks import IrisDetector, outer_corner_distance

LEAST_RESOLUTION = 60.0
"""Pixels between the outer corners of the eyes. In smaller pictures the height of the palpebral fissure is off by more
than the half millimetre to which lids are graded (`benchmarks/photograph_criteria.py`)."""
LEAST_SHARPNESS = 0.19
"""See `sharpness`. It tells the blur in millimetres, nearly the same for every source of portraits; below this a lid
margin is spread over more than the steps in which lids are graded (`benchmarks/photograph_criteria.py`)."""
LEAST_VISIBILITY = 4.0
"""See `visibility`. Open eyes lie well above, covered ones below (`benchmarks/photograph_criteria.py`)."""

_VIEW = 192
_BAND = slice(int(0.25 * _VIEW), int(0.55 * _VIEW)), slice(int(0.12 * _VIEW), int(0.88 * _VIEW))
_JITTERS = ((0.12, 0.0, 1.0), (-0.12, 0.0, 1.0), (0.0, 0.12, 1.0), (0.0, -0.12, 1.0), (0.0, 0.0, 1.2), (0.0, 0.0, 0.85))


@dataclass(frozen=True)
class Quality:
    """Of one photograph of a face.

    Attributes:
        resolution: pixels between the outer corners of the eyes.
        sharpness: see `sharpness`.
        visibility: see `visibility`, of the right and the left eye.
    """

    resolution: float
    sharpness: float
    visibility: tuple[float, float]

    @property
    def faults(self) -> tuple[str, ...]:
        """Each criterion that is not met, in words."""
        found = []
        if self.resolution < LEAST_RESOLUTION:
            found.append(f"eyes too small: {self.resolution:.0f} pixels across, at least {LEAST_RESOLUTION:.0f} needed")
        if self.sharpness < LEAST_SHARPNESS:
            found.append(f"too blurred: sharpness {self.sharpness:.2f}, at least {LEAST_SHARPNESS:.2f} needed")
        if max(self.visibility) < LEAST_VISIBILITY:
            best = max(self.visibility)
            found.append(f"no eye visible: visibility {best:.1f}, at least {LEAST_VISIBILITY:.1f} needed in one eye")
        return tuple(found)


def measure_quality(face: Face, points: npt.ArrayLike, iris_detector: IrisDetector) -> Quality:
    """Of a measured face.

    Args:
        face: of the photograph.
        points: (5, 2) its five points, photograph pixels.
        iris_detector: to look at the eyes again with.
    """
    photo = face.to_bytes()
    visible = (visibility(photo, face, side, iris_detector) for side in Side)
    resolution = outer_corner_distance(face.landmarks)
    return Quality(resolution, sharpness(photo, points), (next(visible), next(visible)))


def sharpness(photo: npt.NDArray[np.uint8], points: npt.ArrayLike) -> float:
    """How much fine detail the band of the eyes has for its coarse detail.

    Variance of the differences of Gaussians of 0.8 and 1.6 pixels over that of 1.6 and 3.2 pixels, on the face aligned
    at 192 pixels, where a millimetre is about 0.86 pixels. Unlike the variance of the Laplacian it changes neither with
    contrast nor much with noise.

    Args:
        photo: (H, W, 3).
        points: (5, 2) of the face.
    """
    view = Alignment.from_points(np.asarray(points, np.float64), _VIEW).extract(photo)
    grey = cv2.cvtColor(np.asarray(view, np.uint8), cv2.COLOR_RGB2GRAY).astype(np.float32)
    fine, middle, coarse = (cv2.GaussianBlur(grey, (0, 0), sigma) for sigma in (0.8, 1.6, 3.2))
    return float(np.var((fine - middle)[_BAND]) / max(float(np.var((middle - coarse)[_BAND])), 1e-6))


def visibility(photo: npt.NDArray[np.uint8], face: Face, side: Side, iris_detector: IrisDetector) -> float:
    """How surely an eye is seen: its contrast over the disagreement about where it is.

    A cover of one colour has no contrast; in one that has, the network finds another eye each time the crop is moved.

    Args:
        photo: (H, W, 3).
        face: of the photograph.
        side: which eye.
        iris_detector: runs on six crops.
    """
    patch = face.eye(side).patch(photo.astype(np.float32), (16, 10))
    light, across, down = patch.pixels.mean(-1), np.abs(patch.x), patch.y
    opening, cheek = (across < 15) & (np.abs(down) < 7), (across < 15) & (down > 8)
    if not opening.any():
        return 0.0  # beyond the photograph's border
    around = float(light[cheek].mean()) if cheek.any() else float(light.mean())
    contrast = float(light[opening].std()) / max(around, 20.0)
    marks = face.landmarks
    corners = (marks.left_eye if side is Side.OD else marks.right_eye)[[0, 8]]
    corners = corners[np.argsort(corners[:, 0])]
    centre, width = corners.mean(0), float(np.linalg.norm(corners[1] - corners[0]))
    found = []
    for x, y, zoom in _JITTERS:
        moved = centre + width * np.array([x, y]) + zoom * (corners - centre)
        eye = iris_detector.detect(photo, moved, mirrored=side is Side.OS)
        found.append(np.vstack([eye.eye[:16], eye.iris]))
    spread = float(np.linalg.norm(np.std(found, axis=0), axis=-1).mean()) / width
    return contrast / max(spread, 1e-3)
