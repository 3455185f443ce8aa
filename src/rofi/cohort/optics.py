"""Colour of skin and eyes: pigments absorb light, so they act on linear light by a power law, whatever the lighting."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rofi.cohort.frame import Image, Plane

Absorbance = tuple[float, float, float]

HAEMOGLOBIN: Absorbance = (0.04, 1.0, 0.85)
"""Oxygenated blood in the sRGB primaries, from its molar extinction at about 610, 550 and 465 nm (Prahl, OMLC),
relative to green."""
OLD_BLOOD: Absorbance = (0.30, 1.0, 0.90)
"""Blood that has lost its oxygen or lies in a thick layer: dark red."""
MELANIN: Absorbance = (0.42, 0.62, 1.0)
"""Melanin at the same wavelengths, by its power law of -3.3 (Jacques 2013), relative to blue; red a little raised, as
patches seen through the conjunctiva look brown-black and not orange."""
BILIRUBIN: Absorbance = (0.02, 0.15, 1.0)
"""Yellow: old bruises, serum, crusts."""

_FULL = 255.0


def to_linear(levels: npt.ArrayLike) -> Image:
    """sRGB levels 0..255 to linear light 0..1 (IEC 61966-2-1)."""
    share = np.clip(np.asarray(levels, np.float32) / _FULL, 0, 1)
    return np.asarray(np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4), np.float32)


def to_levels(light: npt.ArrayLike) -> Image:
    """Linear light to sRGB levels; light above 1 is clipped."""
    share = np.clip(np.asarray(light, np.float32), 0, 1)
    curve = np.where(share <= 0.0031308, share * 12.92, 1.055 * share ** (1 / 2.4) - 0.055)
    return np.asarray(curve * _FULL, np.float32)


def absorb(pixels: Image, pigment: Absorbance, amount: Plane | float) -> Image:
    """Put a pigment into what is seen (Beer-Lambert law).

    Args:
        pixels: (H, W, 3) levels.
        pigment: relative absorbance of red, green and blue.
        amount: decadic absorbance at the strongest primary: 0.3 halves that light, 1 leaves a tenth; below 0 takes
            pigment away.
    """
    strength = np.asarray(amount, np.float32)[..., None] * np.asarray(pigment, np.float32)
    return to_levels(to_linear(pixels) * np.power(np.float32(10), -strength))


def luminance(pixels: Image) -> Plane:
    """Relative luminance of levels, 0..1 (ITU-R BT.709)."""
    return np.asarray(to_linear(pixels) @ np.array([0.2126, 0.7152, 0.0722], np.float32), np.float32)


def shade(pixels: Image, factor: Plane) -> Image:
    """Multiply the light, as a shadow or a slope towards the lamp does."""
    return to_levels(to_linear(pixels) * factor[..., None])


def add_light(pixels: Image, light: Plane | Image) -> Image:
    """Add light, as a reflex does; (H, W) white light or (H, W, 3), linear."""
    added = light[..., None] if light.ndim == 2 else light
    return to_levels(to_linear(pixels) + added)
