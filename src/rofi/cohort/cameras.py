"""The cameras of three hospitals: what happens to light between a face and its image file."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

from rofi.cohort.face import Face
from rofi.cohort.frame import Image
from rofi.cohort.optics import to_levels, to_linear
from rofi.imaging.encode import encode

Range = tuple[float, float]


class Lamp(StrEnum):
    """What lights the face besides what its source was lit by."""

    SOFT = "soft"
    FLASH = "flash"


@dataclass(frozen=True)
class Camera:
    """A camera, its lamp and its settings; each range is drawn from for every photograph.

    Attributes:
        centre: the hospital, as tables call it.
        enlargement: photograph pixels per pixel of the source.
        lamp: soft light from a side, or a flash whose light falls off from the middle of the face.
        lamp_strength: of it, as the natural logarithm of the light's ratio across the face.
        warmth: natural logarithm of the ratio of red to blue; 0 is neutral, above is warm.
        green: natural logarithm of the gain of green.
        exposure: stops.
        contrast: slope of the tone curve amid its range; 1 is straight.
        saturation: factor of the distance from grey.
        blur: standard deviation of the lens's point spread, millimetres on the face.
        noise: standard deviation at mid-grey, levels of 255.
        quality: of the JPEG file; None writes PNG.
    """

    centre: str
    enlargement: float
    lamp: Lamp
    lamp_strength: Range
    warmth: Range
    green: Range
    exposure: Range
    contrast: Range
    saturation: Range
    blur: Range
    noise: Range
    quality: tuple[int, int] | None


SNPH_LIKE = Camera(
    centre="snph_like",
    enlargement=1.0,
    lamp=Lamp.SOFT,
    lamp_strength=(0.0, 0.12),
    warmth=(-0.06, 0.06),
    green=(-0.02, 0.02),
    exposure=(-0.15, 0.15),
    contrast=(0.95, 1.08),
    saturation=(0.95, 1.05),
    blur=(0.05, 0.2),
    noise=(0.5, 1.5),
    quality=(92, 97),
)
"""A studio: the pictures as they are, with an even light and a good lens."""

ECXHCSU_LIKE = Camera(
    centre="ecxhcsu_like",
    enlargement=1.25,
    lamp=Lamp.FLASH,
    lamp_strength=(0.15, 0.45),
    warmth=(-0.22, -0.06),
    green=(-0.03, 0.01),
    exposure=(-0.05, 0.3),
    contrast=(1.08, 1.3),
    saturation=(1.0, 1.15),
    blur=(0.1, 0.3),
    noise=(0.8, 2.0),
    quality=None,
)
"""A flash on a camera of more pixels than its lens resolves: cool, hard, lossless."""

RHWU_LIKE = Camera(
    centre="rhwu_like",
    enlargement=0.8,
    lamp=Lamp.SOFT,
    lamp_strength=(0.1, 0.4),
    warmth=(0.08, 0.3),
    green=(0.0, 0.06),
    exposure=(-0.45, 0.0),
    contrast=(0.85, 1.0),
    saturation=(0.8, 1.0),
    blur=(0.1, 0.35),
    noise=(1.5, 4.0),
    quality=(72, 88),
)
"""A small camera under the room's lamps: warm, dim, noisy, strongly compressed."""


@dataclass(frozen=True, eq=False)
class Photograph:
    """An image file.

    Attributes:
        data: its bytes.
        extension: of its name, with the dot.
        size: width and height.
    """

    data: bytes
    extension: str
    size: tuple[int, int]


def size_of(picture: Image, camera: Camera) -> tuple[int, int]:
    """Width and height of the photograph of a picture, (H, W, 3)."""
    height, width = picture.shape[:2]
    return max(1, round(width * camera.enlargement)), max(1, round(height * camera.enlargement))


def photograph(face: Face, camera: Camera, generator: np.random.Generator) -> Photograph:
    """The face as the camera saves it.

    In the order of the physics: lamp, lens, sensor (photon and read noise in linear light), colour and tone, file.
    """
    light = to_linear(face.picture) * _lamp(face, camera, generator)[..., None]
    light = _through_lens(light, face, camera, generator)
    light = _on_sensor(light * 2.0 ** generator.uniform(*camera.exposure), camera, generator)
    levels = _developed(light, camera, generator)
    pixels = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    size = pixels.shape[1], pixels.shape[0]
    if camera.quality is None:
        return Photograph(encode(pixels, "png"), ".png", size)
    low, high = camera.quality
    return Photograph(encode(pixels, "jpeg", int(generator.integers(low, high + 1))), ".jpg", size)


def _lamp(face: Face, camera: Camera, generator: np.random.Generator) -> Image:
    """(H, W) factor of the light, 1 on average over the face."""
    strength = generator.uniform(*camera.lamp_strength)
    angle = generator.uniform(0, 2 * np.pi)
    height, width = face.picture.shape[:2]
    contour = face.landmarks.mesh[:, :2]
    centre, reach = contour.mean(0), 0.5 * float(np.ptp(contour, axis=0).max())
    x = (np.arange(width, dtype=np.float32) - centre[0]) / reach
    y = (np.arange(height, dtype=np.float32)[:, None] - centre[1]) / reach
    slope = 0.5 - x**2 - y**2 if camera.lamp is Lamp.FLASH else np.cos(angle) * x + np.sin(angle) * y
    return np.asarray(np.exp(strength * np.clip(slope, -1.5, 1.5) / 2), np.float32)


def _through_lens(light: Image, face: Face, camera: Camera, generator: np.random.Generator) -> Image:
    sigma = generator.uniform(*camera.blur) * face.millimetre
    if sigma > 0.1:  # pixels; less changes nothing
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), sigma), np.float32)
    size = size_of(face.picture, camera)
    if size == light.shape[1::-1]:
        return light
    how = cv2.INTER_AREA if camera.enlargement < 1 else cv2.INTER_CUBIC
    return np.asarray(np.clip(cv2.resize(light, size, interpolation=how), 0, None), np.float32)


def _on_sensor(light: Image, camera: Camera, generator: np.random.Generator) -> Image:
    """Photons arrive by chance, so noise grows with the root of the light; reading adds a little."""
    grey, slope = 0.214, 1.08  # linear light at level 127.5, and the slope of sRGB's curve there
    deviation = generator.uniform(*camera.noise) / 255 / slope
    white = generator.standard_normal(light.shape).astype(np.float32)
    # colours that are interpolated from neighbours share their noise; 1.09 is the deviation of the sum
    shared = np.asarray(white + 0.5 * cv2.GaussianBlur(white, (0, 0), 1.0), np.float32) / np.float32(1.09)
    return np.asarray(light + shared * np.float32(deviation) * np.sqrt(0.1 + 0.9 * light / grey), np.float32)


def _developed(light: Image, camera: Camera, generator: np.random.Generator) -> Image:
    warmth, green = generator.uniform(*camera.warmth), generator.uniform(*camera.green)
    gains = np.exp(np.array([warmth / 2, green, -warmth / 2], np.float32))
    levels = to_levels(light * gains)
    contrast, saturation = generator.uniform(*camera.contrast), generator.uniform(*camera.saturation)
    share = levels / 255
    curved = share + (contrast - 1) * (share - 0.5) * 4 * share * (1 - share)  # black and white stay where they are
    grey = curved @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    return np.asarray(255 * (grey[..., None] + saturation * (curved - grey[..., None])), np.float32)
