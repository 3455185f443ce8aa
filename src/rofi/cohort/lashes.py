"""The upper lashes as a layer of their own, so that skin can be stretched beneath them and they are not."""

from __future__ import annotations

import cv2
import numpy as np

from rofi.cohort.face import Eye
from rofi.cohort.frame import Image, Patch, Plane, ramp

_SPACING = 1.1
_LENGTH = 6.5
_RESOLVED = (1.6, 2.6)
_DARKEST = 0.3


def part_lashes(eye: Eye, patch: Patch) -> tuple[Image, Plane]:
    """The patch without the lashes on the skin above the upper lid's margin, and the lashes.

    Lashes are what a grey closing along the lid fills: dark and narrower than 1 mm. Pictures of less than about
    2 pixels a millimetre show none, and keep their pixels.

    Args:
        eye: whose lashes.
        patch: with the lid.

    Returns:
        The pixels without lashes, and (h, w) levels of them that remain where lashes are, 0.3..1; their product is
        the patch.
    """
    side = max(3, round(_SPACING * patch.scale) | 1)
    light = cv2.GaussianBlur(patch.pixels.mean(-1), (0, 0), 0.6)
    along = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, max(1, side // 2)))
    filled = cv2.GaussianBlur(cv2.morphologyEx(light, cv2.MORPH_CLOSE, along), (0, 0), 0.2 * side)
    above = eye.upper_lid(patch.x) - patch.y
    place = ramp(above, 0.2, 1.2) * ramp(above, _LENGTH, 0.6 * _LENGTH)
    place *= ramp(patch.x, eye.medial - 1, eye.medial + 2) * ramp(patch.x, eye.lateral + 9, eye.lateral + 5)
    place *= ramp(patch.scale, *_RESOLVED)
    remains = np.clip((light + 2) / (filled + 2), _DARKEST, 1)
    remains = np.asarray(1 - place * (1 - remains), np.float32)
    return np.asarray(patch.pixels / remains[..., None], np.float32), remains
