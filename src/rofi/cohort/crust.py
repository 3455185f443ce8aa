"""What covers a growth that has broken open or hornifies: crusts of blood and serum, scales of keratin."""

from __future__ import annotations

import numpy as np

from rofi.cohort.frame import Image, Plane, blend, ramp
from rofi.cohort.optics import BILIRUBIN, OLD_BLOOD, Absorbance, absorb, luminance, to_levels

DRIED_BLOOD: Absorbance = (0.62, 1.0, 0.93)
"""Blood whose haemoglobin has turned to methaemoglobin and haemichromes: brown, as these absorb red light too."""
KERATIN = (0.74, 0.64, 0.46)
"""Share of red, green and blue light that a thick yellowish white scale reflects."""
_BRIGHTEST = 0.85
_DARKEST = 0.2  # scales on black skin are thin and let it through


def under_crust(pixels: Image, amount: Plane, grain: Plane, age: float) -> Image:
    """Cover with dried blood and serum.

    Args:
        pixels: (h, w, 3) levels.
        amount: 0 is none, 1 a thick crust.
        grain: noise by which the crust is thicker here and thinner there.
        age: 0 is fresh and red, 1 dried to dark brown.
    """
    thickness = amount * np.clip(1 + 0.3 * grain, 0.3, 1.7)
    bloody = absorb(pixels, OLD_BLOOD, 0.55 * (1 - age) * thickness)
    dried = absorb(bloody, DRIED_BLOOD, (0.25 + 0.65 * age) * thickness)
    return absorb(dried, BILIRUBIN, 0.2 * np.clip(amount * (1.4 - amount) * 2, 0, 1))  # serum dries at the border


def under_scale(pixels: Image, smooth: Image, albedo: float, amount: Plane) -> Image:
    """Cover with keratin, lit as the skin beneath it is.

    Args:
        pixels, smooth: (h, w, 3) levels, what is covered and the skin without its texture.
        albedo: share of the light that this skin reflects (`bare_skin.skin_albedo`).
        amount: 0 is none, 1 an opaque scale.
    """
    falling = luminance(smooth) / max(albedo, _DARKEST)
    scale = to_levels(np.minimum(falling[..., None] * np.array(KERATIN, np.float32), _BRIGHTEST))
    return blend(pixels, scale, np.clip(amount, 0, 1))


def flakes(fine: Plane, coarse: Plane, cover: float) -> Plane:
    """Amounts of scale, 0..1, as islands with ragged borders.

    Args:
        fine, coarse: noise of the size of a flake and of an island.
        cover: share of the surface that is covered.
    """
    field = coarse + 0.6 * fine
    threshold = float(np.quantile(field, 1 - cover))
    return np.asarray(ramp(field, threshold - 0.4, threshold + 1.3), np.float32)
