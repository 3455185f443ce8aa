"""Methods of any name for benches in miniature."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from rofi.errors import StillRecognised
from rofi.evaluation.methods.method import MethodFacts, Photograph
from rofi.imaging.encode import encode


@dataclass(frozen=True)
class Smoothing:
    """Blurs by `sigma` pixels, not at all at 0; goes by any name."""

    name: str
    sigma: float = 0.0

    @property
    def facts(self) -> MethodFacts:
        return MethodFacts(self.name, self.name.upper(), f"{self.sigma:g}", False, False, "a blur", "", "none")

    def protect(self, photo: Photograph) -> bytes:
        pixels = cv2.GaussianBlur(photo.pixels, (0, 0), self.sigma) if self.sigma else photo.pixels
        return encode(np.ascontiguousarray(pixels), "png")


@dataclass(frozen=True)
class Emptying:
    """Leaves a grey picture; refuses images whose name holds `refused`."""

    refused: str = "nothing"

    @property
    def facts(self) -> MethodFacts:
        return MethodFacts("emptying", "Emptying", self.refused, False, False, "nothing is left", "", "none")

    def protect(self, photo: Photograph) -> bytes:
        if self.refused in photo.name:
            raise StillRecognised(f"{photo.name}: too like; leave it out")
        return encode(np.full_like(photo.pixels, 128), "png")
