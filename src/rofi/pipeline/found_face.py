"""A face of a photograph, with what protecting it needs to know."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from rofi.errors import FaceTooSmall, NoFaceFound
from rofi.faces.alignment import Alignment
from rofi.faces.compositing import Window
from rofi.faces.detection import Detector
from rofi.faces.landmarks import Landmarks, MeshDetector, outer_corner_distance
from rofi.faces.sign_regions import eye_regions

Mask = npt.NDArray[np.bool_]

SURELY_A_FACE = 0.5
"""Presence from which the mesh lies on a face: 0.99 and more on faces, 0.12 and less on other things."""


@dataclass(frozen=True)
class FoundFace:
    """One face.

    Attributes:
        alignment: photograph to view.
        mesh: (468, 3) in view pixels.
        window: the part of the photograph that the view covers.
        keep: (H, W) of the window: the sign regions, which keep the photograph's own pixels.
        signs: (V, V): the same as the network sees it.
    """

    alignment: Alignment
    mesh: npt.NDArray[np.float64]
    window: Window
    keep: Mask
    signs: Mask


class FaceFinder:
    """Detection, landmarks and sign regions of every face.

    Args:
        view: side of the aligned face.
        min_face: distance of the outer eye corners in photograph pixels below which a face is refused.
    """

    def __init__(self, view: int, min_face: float) -> None:
        self.view = view
        self.min_face = min_face
        self.detector = Detector()
        self.mesh_detector = MeshDetector()

    def find(self, photo: npt.NDArray[np.uint8], name: str) -> list[FoundFace]:
        """Every face of the photograph, the largest first.

        Raises:
            NoFaceFound: there is none.
            FaceTooSmall: one is under `min_face`; it could be neither protected nor left as it is.
        """
        detections = self.detector.detect(photo)
        if not detections:
            raise NoFaceFound(f"{name}: no face found; crop or turn the photograph so that the face shows")
        faces = []
        for found in detections:
            landmarks = self.mesh_detector.detect(photo, found.points)
            if landmarks.presence < SURELY_A_FACE:  # it may be one all the same, and must not go out unprotected
                x, y = found.centre
                raise NoFaceFound(
                    f"{name}: what may be a face at {x:.0f}, {y:.0f} cannot be measured (turned far or covered); "
                    "crop it out"
                )
            distance = outer_corner_distance(landmarks)
            if distance < self.min_face:
                raise FaceTooSmall(
                    f"{name}: a face has {distance:.0f} px between its outer eye corners, fewer than "
                    f"{self.min_face:.0f}; crop it out, use a larger photograph or set --min-face"
                )
            faces.append(self._describe(photo.shape, Alignment.from_points(found.points, self.view), landmarks))
        return faces

    def _describe(self, shape: tuple[int, ...], alignment: Alignment, landmarks: Landmarks) -> FoundFace:
        window = Window.around(alignment, (shape[0], shape[1]))
        offset = np.array([[1.0, 0, -window.left], [0, 1, -window.top]])
        height, width = window.shape
        keep = eye_regions(landmarks, (max(height, 1), max(width, 1)), offset)
        to_view = cv2.invertAffineTransform(window.to_view(alignment))
        seen = cv2.warpAffine(
            keep.astype(np.float32), to_view, (self.view, self.view), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        )
        mesh = np.hstack([alignment.to_view(landmarks.mesh[:, :2]), landmarks.mesh[:, 2:] * alignment.scale])
        return FoundFace(alignment, mesh, window, keep, seen > 0)
