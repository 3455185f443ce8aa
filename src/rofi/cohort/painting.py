"""What every sign returns: the picture, where it was changed, and where the landmarks are now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np

from rofi.cohort.face import Face, Side
from rofi.cohort.frame import Image, Mask
from rofi.errors import CohortError

VISIBLE = 3.0
"""Levels 0..255 by which a pixel must differ to count as changed."""


@dataclass(frozen=True, eq=False)
class Painted:
    """A face with a sign.

    Attributes:
        face: the picture with the sign, and its landmarks, moved where the sign moves lids or irises.
        mask: (H, W) where the sign is.
        findings: what a clinician would measure, by name with its unit, such as "mrd1_mm".
    """

    face: Face
    mask: Mask
    findings: Mapping[str, float] = field(default_factory=dict)


class Painter(Protocol):
    """Puts one sign on a face.

    Args:
        face: healthy, or with other signs already.
        severity: 0 (just visible to a specialist) to 1 (as in a textbook).
        side: the eye.
        generator: of whatever varies from patient to patient.
    """

    def __call__(self, face: Face, severity: float, side: Side, generator: np.random.Generator) -> Painted: ...


def check_severity(severity: float) -> float:
    """The severity, if it is one.

    Raises:
        CohortError: not within 0 and 1.
    """
    if not 0 <= severity <= 1:
        raise CohortError(f"severity {severity}: must lie between 0 and 1")
    return float(severity)


def changed(before: Image, after: Image, scale: float, levels: float = VISIBLE) -> Mask:
    """Where a picture was visibly changed, small gaps closed and specks removed.

    Args:
        before, after: (H, W, 3) levels.
        scale: pixels per millimetre.
    """
    raw = (np.abs(after - before).max(-1) > levels).astype(np.uint8)
    side = max(3, round(1.2 * scale) | 1)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    speck = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    closed = cv2.morphologyEx(cv2.morphologyEx(raw, cv2.MORPH_OPEN, speck), cv2.MORPH_CLOSE, disc)
    return np.asarray(closed, np.bool_)
