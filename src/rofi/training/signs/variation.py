"""Random variations of an aligned face for the sign detector: crops (paper section 4.4), turns, mirror, light,
cameras."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from rofi.model.config import STRIDE
from rofi.training.signs.config import SignTrainingConfig

Bytes = npt.NDArray[np.uint8]

EYES = (0.24, 0.34, 0.76, 0.60)
"""Left, top, right and bottom of both eyes with lids and brows' lower edges, as shares of the view."""
SLACK = 0.04
"""How far, in shares of the view, a crop may cut into `EYES`."""
_SMALLEST_ERASED, _LARGEST_ERASED = 0.1, 0.3
_SMALLEST_SHARPNESS = 0.4
"""Share of the view's pixels, per side, that a poor camera resolves."""
_QUALITIES = (25, 95)
_MOST_NOISE = 6.0
"""Standard deviation in levels."""
_LEVELS = np.linspace(0, 1, 256)


def crop_size(config: SignTrainingConfig, begun: float, generator: np.random.Generator) -> tuple[int, int]:
    """Width and height of a random crop in pixels, multiples of the detector's stride.

    Args:
        config: from what to what.
        begun: how much of the soft start is behind; the largest crop grows with it.
        generator: fixes the result.
    """

    def side(smallest: float, largest: float) -> int:
        share = generator.uniform(smallest, smallest + begun * (largest - smallest))
        return round(share * config.view / STRIDE) * STRIDE

    return side(*config.crop), side(*config.crop_height)


def vary(canvas: Bytes, config: SignTrainingConfig, size: tuple[int, int], generator: np.random.Generator) -> Bytes:
    """A random crop of a canvas, turned, zoomed, perhaps mirrored, in another light.

    Args:
        canvas: (C, C, 3) whose central `config.view` pixels are the aligned face.
        config: how much of everything.
        size: of the crop, see `crop_size`.
        generator: fixes the result.

    Returns:
        (height, width, 3).
    """
    extent, margin = np.array(size), (canvas.shape[0] - config.view) / 2
    scale = 2 ** generator.uniform(-config.zoom, config.zoom)
    shares = extent / (scale * config.view)
    places = zip(EYES[:2], EYES[2:], shares, strict=True)
    corner = np.array([_corner(low, high, share, margin / config.view, generator) for low, high, share in places])
    angle = np.deg2rad(generator.uniform(-config.rotation, config.rotation))
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    if generator.random() < 0.5:
        turn[0] *= -1
    source = margin + (corner + shares / 2) * config.view - 0.5  # the crop's middle on the canvas
    matrix = np.column_stack([turn, (extent - 1) / 2 - turn @ source])
    face = cv2.warpAffine(canvas, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    lit = np.asarray(cv2.LUT(face, _light(config, generator)), np.uint8)
    if generator.random() < config.erase:
        _erase(lit, generator)
    if generator.random() < config.degrade:
        lit = _degrade(lit, generator)
    return lit


def _corner(low: float, high: float, share: float, margin: float, generator: np.random.Generator) -> float:
    """Where a crop of side `share` begins, so that it holds [low, high] but for the slack and stays on the canvas."""
    first, last = max(-margin, high - SLACK - share), min(low + SLACK, 1 + margin - share)
    return float(generator.uniform(min(first, last), last))


def _light(config: SignTrainingConfig, generator: np.random.Generator) -> Bytes:
    """(1, 256, 3) the level that each level becomes, by channel."""
    gain = 2 ** (
        generator.uniform(-config.brightness, config.brightness)
        + generator.uniform(-config.colour, config.colour, (1, 1, 3))
    )
    gamma = 2 ** generator.uniform(-config.contrast, config.contrast)
    levels = 255 * gain * _LEVELS[None, :, None] ** gamma
    return np.asarray(np.clip(np.rint(levels), 0, 255), np.uint8)


def _erase(face: Bytes, generator: np.random.Generator) -> None:
    """Wipe out a rectangle with the face's mean colour (random erasing: Zhong et al. 2020)."""
    extent = np.array(face.shape[1::-1])
    width, height = (generator.uniform(_SMALLEST_ERASED, _LARGEST_ERASED, 2) * extent).astype(int)
    x, y = generator.integers(0, extent - (width, height), endpoint=True)
    face[y : y + height, x : x + width] = face.reshape(-1, 3).mean(0)


def _degrade(face: Bytes, generator: np.random.Generator) -> Bytes:
    """Fewer pixels, noise, JPEG: what another centre's camera and archive may do to a photograph."""
    height, width = face.shape[:2]
    sharpness = generator.uniform(_SMALLEST_SHARPNESS, 1)
    small = cv2.resize(face, None, fx=sharpness, fy=sharpness, interpolation=cv2.INTER_AREA)
    soft = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    noise = generator.standard_normal(soft.shape, np.float32) * generator.uniform(0, _MOST_NOISE)
    noisy = np.clip(np.rint(soft + noise), 0, 255).astype(np.uint8)
    quality = int(generator.integers(*_QUALITIES, endpoint=True))
    _, packed = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
