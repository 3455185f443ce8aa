"""A swollen lacrimal sac: the tense bulge of dacryocystitis, or the quiet one of a mucocele."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np

from rofi.cohort.face import Eye
from rofi.cohort.frame import Image, Mask, Patch, Plane, blend, ramp
from rofi.cohort.optics import HAEMOGLOBIN, OLD_BLOOD, absorb, add_light, shade
from rofi.cohort.shading import Light
from rofi.cohort.texture import noise

_SMALLEST, _LARGEST = 6.0, 14.0
_PUS = np.array([0.95, 0.86, 0.62], np.float32)
_FULL_GRIP = 0.12  # relative height from which the bulge counts as the sign


@dataclass(frozen=True)
class SacSwelling:
    """One patient's swelling; every number but `size`, `height` and `redness` is the same at each severity.

    Attributes:
        size: its longest diameter, millimetres.
        height: of its top above the skin, millimetres.
        redness: absorbance of blood at its top.
        aspect: shortest diameter over longest.
        tilt: of the long axis from the eye's vertical towards the temple, radians.
        nasal: from the medial corner to its middle, millimetres towards the nose.
        drop: from the medial canthal tendon to its upper edge, millimetres.
        violet: share of stagnant blood in its red, 0..1.
        pointing: how far pus shines through its top, 0..1.
    """

    size: float
    height: float
    redness: float
    aspect: float
    tilt: float
    nasal: float
    drop: float
    violet: float
    pointing: float

    @classmethod
    def draw(cls, severity: float, generator: np.random.Generator) -> Self:
        """A patient's swelling at one severity, 0..1."""
        extent, dome, red, aspect, tilt, nasal, drop, violet = generator.uniform(size=8)
        quiet, pus = generator.random(2) < (0.25, 0.3)
        size = _SMALLEST + (_LARGEST - _SMALLEST) * severity * (0.85 + 0.15 * extent)
        return cls(
            size=float(size),
            height=float(size * (0.16 + 0.16 * severity) * (0.85 + 0.3 * dome)),
            redness=float((0.09 + 0.15 * severity) * (0.8 + 0.5 * red) * (0.4 if quiet else 1.0)),
            aspect=float(0.68 + 0.25 * aspect),
            tilt=float(0.1 + 0.5 * tilt),
            nasal=float(1.8 + 2.0 * nasal),
            drop=float(0.3 + 1.4 * drop),
            violet=float(violet if not quiet else 1.0),
            pointing=float(ramp(severity, 0.6, 1.0)) * float(pus and not quiet),
        )

    def paint(
        self, pixels: Image, patch: Patch, eye: Eye, light: Light, lamp: float, generator: np.random.Generator
    ) -> tuple[Image, Mask, Plane]:
        """Raise the swelling in a patch that reaches from the eye to the cheek.

        Args:
            pixels: (h, w, 3) levels of the patch.
            lamp: linear light that a white surface would send back there, 0..1.

        Returns:
            The pixels, where the swelling is, and its relief in millimetres.
        """
        distance = self._distance(patch, eye, generator)
        on_skin = ramp(-eye.opening(patch.x, patch.y), -0.2, 1.2)  # the bulge lies in the skin, not on the eyeball
        bulge = np.asarray(np.clip(1 - distance**2, 0, None) ** 0.65 * on_skin, np.float32)
        soft = max(0.045 * self.size * patch.scale, 0.5)
        dome = np.asarray(cv2.GaussianBlur(bulge, (0, 0), soft), np.float32)
        relief = np.asarray(self.height * dome, np.float32)

        stretched = cv2.GaussianBlur(pixels, (0, 0), max(0.7 * patch.scale, 0.3))
        pixels = blend(pixels, np.asarray(stretched, np.float32), 0.6 * ramp(dome, 0.0, 0.5))

        mottle = 1 + 0.14 * noise(patch, 0.35 * self.size, generator)
        inflamed = 0.75 * ramp(distance, 1.45, 0.45) * (0.4 + 0.6 * on_skin) + 0.3 * ramp(distance, 2.4, 0.8) * on_skin
        red = np.asarray(self.redness * inflamed * mottle, np.float32)
        pixels = absorb(pixels, HAEMOGLOBIN, (1 - 0.6 * self.violet) * red)
        pixels = absorb(pixels, OLD_BLOOD, 0.6 * self.violet * red)

        around = cv2.GaussianBlur(dome, (0, 0), max(0.22 * self.size * patch.scale, 0.5))
        foot = np.clip(around - dome, 0, None)  # the bulge keeps light from the skin about its foot
        pixels = shade(pixels, np.asarray(light.relief(relief, patch.scale) * (1 - 0.6 * foot), np.float32))

        if self.pointing > 0:
            pus = np.asarray(0.4 * self.pointing * ramp(distance * self.size / 2, 1.9, 0.3) * mottle, np.float32)
            pixels = blend(pixels, np.asarray(pixels.max((0, 1)) * _PUS, np.float32), pus)

        pores = np.clip(1 + 0.45 * noise(patch, 0.9, generator, octaves=2), 0, None)
        tight = light.highlight(relief, patch.scale, 26) * 0.55 + light.highlight(relief, patch.scale, 150)
        shine = 0.16 * lamp * tight * ramp(dome, 0.15, 0.7) * pores * (0.5 + 0.5 * self.size / _LARGEST)
        return add_light(pixels, np.asarray(shine, np.float32)), np.asarray(dome > _FULL_GRIP, np.bool_), relief

    def _distance(self, patch: Patch, eye: Eye, generator: np.random.Generator) -> Plane:
        """From the swelling's middle, 1 at its ragged edge."""
        long, short = self.size / 2, self.aspect * self.size / 2
        reach = np.hypot(long * np.cos(self.tilt), short * np.sin(self.tilt))  # of the tilted ellipse, upwards
        x = patch.x - (eye.medial - self.nasal)
        y = patch.y - (self.drop + reach)
        along = x * np.sin(self.tilt) + y * np.cos(self.tilt)
        across = x * np.cos(self.tilt) - y * np.sin(self.tilt)
        uneven = 1 + 0.06 * noise(patch, 0.8 * self.size, generator, octaves=2)
        return np.asarray(np.hypot(along / long, across / short) * uneven, np.float32)
