"""A face in brief, put back into its photograph: drawn where a person was, and the outline about it moved back."""

from __future__ import annotations

from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from rofi.faces.alignment import Alignment, template_points
from rofi.faces.compositing import Window, blend, view_to_window
from rofi.faces.landmarks import Landmarks, MeshDetector
from rofi.faces.outline import SURROUNDINGS, Outline, field_in_window, outline_field, unmove_photo
from rofi.faces.person_placement import person_mask
from rofi.faces.sign_regions import eye_regions

Image = npt.NDArray[np.float32]

SURELY_A_FACE = 0.5
"""Presence above which the landmarks of a face in brief can be trusted."""
REACH = 0.02
"""Distance about the person, in view sides, over which the face in brief fades out."""


class BriefFaces:
    """Puts faces in brief where they were."""

    @cached_property
    def _detector(self) -> MeshDetector:
        return MeshDetector()

    def put(self, brief: Image, shown: Image, alignment: Alignment, window: Window, outline: Outline) -> Image:
        """The window (h, w, 3) of a protected photograph with the face in brief in the person's place.

        Args:
            brief: (V, V, 3) 0..255, the aligned face.
            shown: (h, w, 3) 0..255, the window.
            alignment: photograph to view.
            window: the part of the photograph.
            outline: by which the head was moved.
        """
        side = len(brief)
        landmarks = self._detector.detect(np.clip(np.rint(brief), 0, 255).astype(np.uint8), template_points(side))
        if landmarks.presence < SURELY_A_FACE:  # then all of the view is of the face in brief
            return _put(brief, shown, np.ones((side, side), np.float32), alignment, window)
        mesh = landmarks.mesh
        eyes = eye_regions(Landmarks(mesh, 1.0), (side, side))
        field = outline_field(mesh, eyes, round((SURROUNDINGS - 1) / 2 * side), outline)
        moved_back = unmove_photo(shown, field_in_window(field, alignment, window))
        person = (person_mask(mesh[:, :2], eyes) > 0).astype(np.float32)
        return _put(brief, moved_back, person, alignment, window)


def _put(brief: Image, shown: Image, covers: Image, alignment: Alignment, window: Window) -> Image:
    """The face put where it covers (V, V), fading about it."""
    reach = round(REACH * len(brief))
    inside = np.pad(covers[2 * reach : -2 * reach, 2 * reach : -2 * reach], 2 * reach)
    grown = cv2.dilate(inside, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1,) * 2))
    share = np.maximum(cv2.GaussianBlur(grown, (0, 0), reach / 2), inside)
    face = view_to_window(brief, alignment, window, cv2.BORDER_REPLICATE)
    placed = np.clip(view_to_window(share, alignment, window, cv2.BORDER_CONSTANT), 0, 1)
    return blend(shown, face, placed)
