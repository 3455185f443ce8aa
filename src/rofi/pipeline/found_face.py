"""A face of a photograph, with what protecting it needs to know."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from rofi.errors import FaceTooSmall, NoFaceFound
from rofi.faces.alignment import Alignment
from rofi.faces.compositing import Window, view_to_window
from rofi.faces.detection import Detector
from rofi.faces.landmarks import Landmarks, MeshDetector, outer_corner_distance
from rofi.faces.outline import SURROUNDINGS
from rofi.faces.sign_regions import eye_regions
from rofi.pipeline.kept_signs import KeptSigns, keep_signs
from rofi.pipeline.networks import Networks

Mask = npt.NDArray[np.bool_]

SURELY_A_FACE = 0.5
"""Presence from which the mesh lies on a face: 0.99 and more on faces, 0.12 and less on other things."""


@dataclass(frozen=True)
class FoundFace:
    """One face.

    Attributes:
        alignment: photograph to view.
        surroundings: (E, E, 3) uint8, the aligned face and `outline.SURROUNDINGS` about it.
        mesh: (468, 3) in view pixels.
        window: the part of the photograph that the surroundings cover.
        keep: (H, W) of the window: the sign regions, which keep the photograph's own pixels.
        kept: the same as the network sees it, and how much was found beyond the eyes.
        alone: whether no other face lies in the window; only then may what lies about the face be moved.
    """

    alignment: Alignment
    surroundings: npt.NDArray[np.uint8]
    mesh: npt.NDArray[np.float64]
    window: Window
    keep: Mask
    kept: KeptSigns
    alone: bool = True

    @property
    def margin(self) -> int:
        """View pixels of the surroundings on every side of the view."""
        return (int(self.surroundings.shape[0]) - self.alignment.view) // 2

    @property
    def view(self) -> npt.NDArray[np.uint8]:
        """(V, V, 3) uint8, the aligned face."""
        inner = slice(self.margin, self.margin + self.alignment.view)
        return np.ascontiguousarray(self.surroundings[inner, inner])

    @property
    def signs(self) -> Mask:
        """(V, V) the sign regions as the network sees them."""
        return self.kept.regions


class FaceFinder:
    """Detection, landmarks and sign regions of every face.

    Args:
        networks: the model, for its sign detector.
        min_face: distance of the outer eye corners in photograph pixels below which a face is refused.
    """

    def __init__(self, networks: Networks, min_face: float) -> None:
        self.networks = networks
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
            faces.append(self._describe(photo, Alignment.from_points(found.points, self.networks.view), landmarks))
        return [
            replace(face, alone=not any(face.window.overlaps(other.window) for other in faces if other is not face))
            for face in faces
        ]

    def _describe(self, photo: npt.NDArray[np.uint8], alignment: Alignment, landmarks: Landmarks) -> FoundFace:
        side = self.networks.view
        margin = round((SURROUNDINGS - 1) / 2 * side)
        widened = alignment.widened(margin)
        surroundings = widened.extract(photo).astype(np.uint8, copy=False)
        view = np.ascontiguousarray(surroundings[margin : margin + side, margin : margin + side])
        window = Window.around(widened, (photo.shape[0], photo.shape[1]))
        offset = np.array([[1.0, 0, -window.left], [0, 1, -window.top]])
        height, width = window.shape
        eyes = eye_regions(landmarks, (max(height, 1), max(width, 1)), offset)
        to_view = cv2.invertAffineTransform(window.to_view(alignment))
        seen = cv2.warpAffine(
            eyes.astype(np.float32), to_view, (side, side), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        )
        mesh = np.hstack([alignment.to_view(landmarks.mesh[:, :2]), landmarks.mesh[:, 2:] * alignment.scale])
        kept = keep_signs(self.networks.sign_scores(view), seen > 0, mesh)
        found = view_to_window((kept.regions & (seen == 0)).astype(np.float32), alignment, window, cv2.BORDER_CONSTANT)
        keep = eyes | (found.reshape(eyes.shape) > 0.5) if found.size else eyes
        return FoundFace(alignment, surroundings, mesh, window, keep, kept)
