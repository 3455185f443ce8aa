"""Sharpness and skin texture of a face that was made smaller than its photograph shows it.

The texture is a random-phase texture (Galerne, Gousseau and Morel 2011): noise with the mean covariance of some pieces
of the patient's skin, pores, grain and colour included; one piece alone lends its wrinkles' direction to the whole
face. What stands where is noise; no mole or scar is copied.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from scipy.fft import irfft2, next_fast_len, rfft2

Image = npt.NDArray[np.float32]

SOFTNESS = 1.6
"""Pixels of the view up to which a made face lacks detail (standard deviation of a Gaussian)."""
SHARPENING = 0.3
_SKIN_CORE = 0.9
_STRONGEST = 8.0
"""Levels; a texture stronger than that is hair or beard and is weakened to it."""
_PLAINEST = (0.05, 0.15, 0.25)
"""Ranks, as shares, of the squares that pass for plain skin."""
_PATCH_SHARE = 0.09
_PATCH_SIDES = (12, 192)


def match_grain(picture: Image, photo: Image, mask: Image, shrinkage: float, seed: int) -> Image:
    """Sharpen a smooth picture and give it the fine texture of the skin that it replaces.

    Args:
        picture: (H, W, 3) 0..255, enlarged from the network's view.
        photo: (H, W, 3) 0..255, the original.
        mask: (H, W), 1 where the picture will replace the photograph.
        shrinkage: photograph pixels per pixel of the view.
        seed: fixes the noise.
    """
    core = mask > _SKIN_CORE
    softness = SOFTNESS * max(shrinkage, 0.4)
    soft, sharp = _detail(picture, softness), _detail(photo, softness)
    result = picture + (SHARPENING * mask[..., None]) * soft
    squares = _squares(core)
    if squares:
        skin, plain = _plainest(sharp, squares), _plainest(soft, squares)
        wanted, there = _strength(skin), (1 + SHARPENING) * _strength(plain)
        if wanted > there:
            share = np.sqrt(1 - (there / wanted) ** 2) * min(1.0, _STRONGEST / wanted)
            result += (share * mask)[..., None] * _random_phase(skin, mask.shape, np.random.default_rng(seed))
    return np.asarray(result, np.float32)


def skin_texture(photo: Image, softness: float, seed: int) -> Image:
    """Fine texture like that of the plainest skin in a piece of a photograph.

    Args:
        photo: (H, W, 3) 0..255, at least 12 pixels a side; smaller ones have no texture.
        softness: pixels, the standard deviation of the Gaussian that parts detail from the rest.
        seed: fixes the noise.

    Returns:
        (H, W, 3) levels to add, mean about 0.
    """
    squares = _squares(np.ones(photo.shape[:2], np.bool_))
    if not squares:
        return np.zeros_like(photo)
    skin = _plainest(_detail(photo, softness), squares)
    weaker = np.float32(min(1.0, _STRONGEST / max(_strength(skin), 1e-6)))
    return weaker * _random_phase(skin, photo.shape[:2], np.random.default_rng(seed))


def _detail(image: Image, softness: float) -> Image:
    """What a blur takes away."""
    return np.asarray(image - cv2.GaussianBlur(image, (0, 0), softness), np.float32)


def _squares(core: npt.NDArray[np.bool_]) -> list[tuple[slice, slice]]:
    """Half overlapping squares that lie in the core."""
    side = int(np.clip(_PATCH_SHARE * np.sqrt(core.size), *_PATCH_SIDES))
    step = side // 2
    places = [
        (row, column)
        for row in range(0, core.shape[0] - side + 1, step)
        for column in range(0, core.shape[1] - side + 1, step)
    ]
    squares = [(slice(row, row + side), slice(column, column + side)) for row, column in places]
    return [square for square in squares if core[square].all()]


def _plainest(detail: Image, squares: list[tuple[slice, slice]]) -> list[Image]:
    """The detail of plain skin: squares of low energy; lips, brows, beard and hair lie above."""
    ranked = sorted(squares, key=lambda square: float(detail[square].std()))
    return [detail[ranked[int(share * len(ranked))]] for share in _PLAINEST]


def _strength(pieces: list[Image]) -> float:
    """Standard deviation over pieces of detail."""
    return float(np.sqrt(np.mean([piece.var() for piece in pieces])))


def _random_phase(pieces: list[Image], shape: tuple[int, ...], generator: np.random.Generator) -> Image:
    """(H, W, 3) noise with the mean covariance of patches of detail: white noises convolved with one patch each."""
    size = [next_fast_len(shape[i] + pieces[0].shape[i], real=True) for i in (0, 1)]
    spectra = sum(_patch_noise(piece, size, generator) for piece in pieces)
    planes = irfft2(spectra, size, axes=(0, 1)) / np.sqrt(len(pieces))
    return np.asarray(planes[: shape[0], : shape[1]], np.float32)


def _patch_noise(piece: Image, size: list[int], generator: np.random.Generator) -> npt.NDArray[np.complexfloating]:
    """Spectrum of a white noise convolved with a faded patch of unit weight."""
    fade = np.hanning(piece.shape[0] + 2)[1:-1].astype(np.float32)
    window = np.outer(fade, fade)[..., None]
    kernel = (piece - piece.mean((0, 1))) * window / np.sqrt(np.square(window).sum())
    noise = rfft2(generator.standard_normal(size, np.float32))
    return np.asarray(noise[..., None] * rfft2(kernel, size, axes=(0, 1)))
