"""What a key reveals of one face of a protected photograph, finely or in brief."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
import numpy.typing as npt

from rofi.faces.alignment import Alignment
from rofi.faces.blocks import BLOCK
from rofi.faces.compositing import Window, blend
from rofi.model.residue import Known, Revealed
from rofi.pipeline.networks import to_levels

LOUD = 1.0
"""Noise, as a share of the residue's energy, from which on little of the finest detail is left."""


class Detail(StrEnum):
    """How much of a face a key gives back: all of it, the face in brief, or nothing."""

    FINE = "fine"
    COARSE = "coarse"
    NONE = "none"


@dataclass(frozen=True)
class RevealedFace:
    """A face of a protected photograph and what the key revealed in it: every pixel, and the face in brief."""

    window: Window
    alignment: Alignment
    changed: npt.NDArray[np.bool_]
    revealed: Revealed
    known: Known | None

    @property
    def detail(self) -> Detail:
        """What there is of the original."""
        if self.revealed.fits and self.revealed.noise < LOUD:
            return Detail.FINE
        return Detail.COARSE if self.revealed.fits or self.known is not None else Detail.NONE

    def evidence(self, shown: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """(h, w, 3) the window with what the key revealed in place of what it shows."""
        if self.detail is Detail.FINE:
            return to_levels(self.revealed.image)
        if self.revealed.fits:
            return blend(shown, to_levels(self.revealed.image), faded_in(self.changed))
        if self.known is not None:
            return blend(shown, to_levels(self.known.image), faded_in(self.changed))
        return shown


def faded_in(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """The mask, fading in over a block inside its edge."""
    soft = mask.astype(np.float32)
    inner = cv2.erode(soft, np.ones((BLOCK + 1, BLOCK + 1)), borderValue=1.0)
    return np.asarray(np.minimum(cv2.GaussianBlur(inner, (0, 0), BLOCK / 2), soft), np.float32)
