"""The key's person alone: a portrait, for a recogniser that is to say who it is."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from rofi.faces.pose import Floats
from rofi.faces.spread import spread
from rofi.faces.triangle_warp import triangle_warp

Image = npt.NDArray[np.float32]

RIM = 0.02
"""Share of the portrait's side over which the face fades into what is about it."""


def portrait(shape: Floats, texture: Image, texture_points: Floats, side: int) -> Image:
    """A person with eyes, colours and proportions of its own, frontal; what lies about the face are its own colours.

    Args:
        shape: (468, 3) the person's frontal mesh in pixels of the portrait, an aligned view.
        texture: (T, T, 3) 0..255; texture_points: (468, 2) the mesh on it, in texels.
        side: of the portrait.

    Returns:
        (side, side, 3), 0..255.
    """
    skin, covered = triangle_warp(texture, texture_points, shape[:, :2], side)
    rim = max(1.0, RIM * side)
    known = np.asarray(cv2.erode(covered.astype(np.float32), np.ones((3, 3)), iterations=round(rim)), np.float32)
    about = spread(skin, known)
    share = np.asarray(cv2.GaussianBlur(known, (0, 0), rim / 2) * covered, np.float32)[..., None]
    return np.asarray(np.clip(about + share * (skin - about), 0, 255), np.float32)
