"""Iris codes: texture of the iris as phase bits, compared by Hamming distance (Daugman, IEEE Trans. CSVT 14(1), 2004).

As OpenIris does it (the paper's reference 125), but for landmarks in place of its segmentation network: rubber-sheet
normalisation between the circles of pupil and iris, two log-Gabor wavelets along the circle, phases quantised to
quadrants, weak responses masked out (Hollingsworth, Bowyer and Flynn 2009), the least masked fractional Hamming
distance over turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from rofi.errors import RofiError

Plane = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Code = npt.NDArray[np.int8]
"""(wavelets, rows, columns, 2): 1 and -1 are bits, 0 is masked out."""

_PUPIL = (0.2, 0.65)
"""Radius of a pupil in iris radii, from bright light to the dark."""
_GLARE = 245.0
_ROUNDING = 0.1
"""Levels; a weaker response is what rounding to whole levels leaves of nothing."""
_ANGLES = 2 * np.pi * np.arange(64) / 64
_RADII = 28
_OFFSETS = [0.05 * np.array([right, down]) for right in range(-2, 3) for down in range(-2, 3)]
"""Of the pupil's centre from the iris's, in iris radii."""


@dataclass(frozen=True)
class Circles:
    """Pupil and iris, in pixels.

    Attributes:
        iris: (x, y) centre.
        iris_radius: up to the white.
        pupil: (x, y) centre.
        pupil_radius: of the pupil.
    """

    iris: tuple[float, float]
    iris_radius: float
    pupil: tuple[float, float]
    pupil_radius: float


@dataclass(frozen=True)
class IrisCoding:
    """How an iris is sampled and filtered.

    Attributes:
        rows: from the pupil to the white.
        columns: around.
        cycles: of each wavelet around the circle. OpenIris has 18 and 64, for irises of 50 pixels and more; at 12 to 25
            pixels there is nothing to see at 64.
        octaves: half width of a wavelet's band.
        fragile: share of the median magnitude below which a response's bit is masked out.
    """

    rows: int = 8
    columns: int = 128
    cycles: tuple[float, ...] = (4.0, 8.0)
    octaves: float = 0.8
    fragile: float = 0.2


def find_circles(grey: Plane, iris: npt.ArrayLike) -> Circles:
    """Iris by its landmarks, pupil by the picture: the circle across which the light changes most (Daugman's operator).

    Args:
        grey: (H, W) levels 0..255.
        iris: (5, 2) centre and four rim points, pixels, see `EyeLandmarks`.

    Raises:
        RofiError: the points coincide.
    """
    points = np.asarray(iris, np.float64)
    centre = points[0]
    radius = float(np.linalg.norm(points[1:] - centre, axis=1).mean())
    if not radius > 0.5:
        raise RofiError(f"an iris of {radius:.1f} pixels: its landmarks coincide; leave the eye out")
    radii = radius * np.linspace(*_PUPIL, _RADII)
    angles = np.broadcast_to(_ANGLES, (_RADII, len(_ANGLES)))
    # the lamp's reflex is brighter than any iris and would draw the circle to it
    brightest = np.quantile(_sample(grey, centre, np.broadcast_to(radii[:, None], angles.shape), angles), 0.75)
    best, found = -np.inf, (centre, float(radii[_RADII // 2]))
    for offset in _OFFSETS:
        middle = centre + radius * offset
        rings = _sample(grey, middle, np.broadcast_to(radii[:, None], angles.shape), angles)
        light = np.minimum(rings, brightest).mean(1)
        change = cv2.GaussianBlur(np.diff(light)[None], (0, 0), 1.0, borderType=cv2.BORDER_REPLICATE)[0]
        if change.max() > best:
            border = radii[int(change.argmax())] + (radii[1] - radii[0]) / 2
            best, found = float(change.max()), (middle, float(border))
    pupil, pupil_radius = found
    return Circles((float(centre[0]), float(centre[1])), radius, (float(pupil[0]), float(pupil[1])), pupil_radius)


def unroll(grey: Plane, circles: Circles, turn: float, coding: IrisCoding) -> Plane:
    """(rows, columns) the ring between pupil and white as a band, whatever the pupil's width (rubber sheet).

    Args:
        grey: (H, W) levels 0..255.
        circles: of the eye.
        turn: of the eye's long axis in the picture, radians: where the band begins.
        coding: see `IrisCoding`.
    """
    x, y = _ring_places(circles, turn, coding)
    return np.asarray(cv2.remap(grey.astype(np.float32), x, y, cv2.INTER_CUBIC), np.float64)


def visible(circles: Circles, lids: npt.ArrayLike, turn: float, coding: IrisCoding) -> Mask:
    """(rows, columns) which places of the band lie between the lids.

    Args:
        circles: of the eye.
        lids: (L, 2) the lids' closed contour, pixels.
        turn, coding: as in `unroll`.
    """
    x, y = _ring_places(circles, turn, coding)
    contour = np.asarray(lids, np.float32)[:, None]
    inside = [
        cv2.pointPolygonTest(contour, (float(u), float(v)), False) >= 0 for u, v in zip(x.flat, y.flat, strict=True)
    ]
    return np.array(inside, np.bool_).reshape(x.shape)


def encode_band(band: Plane, seen: Mask, coding: IrisCoding) -> Code:
    """Phase bits of a band: signs of real and imaginary response to each wavelet.

    Args:
        band: (rows, columns) levels 0..255.
        seen: (rows, columns) what is neither lid nor glare.
        coding: see `IrisCoding`.

    Raises:
        RofiError: shapes that do not fit `coding`.
    """
    if band.shape != (coding.rows, coding.columns) or seen.shape != band.shape:
        raise RofiError(f"band {band.shape} and mask {seen.shape}: both must be {(coding.rows, coding.columns)}")
    seen = seen & (band < _GLARE)
    light = np.where(seen, band, 0).sum(1, keepdims=True) / np.maximum(seen.sum(1, keepdims=True), 1)
    filled = np.where(seen, band - light, 0.0)  # what is hidden must not ring into what is seen
    smooth = cv2.GaussianBlur(filled, (1, 0), sigmaX=0.01, sigmaY=coding.rows / 12, borderType=cv2.BORDER_REPLICATE)
    spectrum = np.fft.fft(smooth, axis=1)
    frequency = np.fft.fftfreq(coding.columns, 1 / coding.columns)
    codes = []
    for cycles in coding.cycles:
        ratio = np.log2(np.maximum(frequency, 1e-9) / cycles)
        window = np.where(frequency > 0, np.exp(-0.5 * (ratio / (coding.octaves / 1.1774)) ** 2), 0.0)
        response = np.fft.ifft(spectrum * window, axis=1)
        parts = np.stack([response.real, response.imag], -1)
        usual = float(np.median(np.abs(response)[seen])) if seen.any() else 0.0
        told = seen[..., None] & (np.abs(parts) > max(coding.fragile * usual, _ROUNDING))
        codes.append(np.where(told, np.where(parts > 0, 1, -1), 0))
    return np.stack(codes).astype(np.int8)


def hamming_distances(probes: Code, gallery: Code, turns: int = 6, least: float = 0.15) -> Plane:
    """(P, G) the least masked fractional Hamming distance over turns: 0 is the same code, 0.5 what chance gives.

    Args:
        probes: (P, wavelets, rows, columns, 2).
        gallery: (G, wavelets, rows, columns, 2).
        turns: columns by which the eye may be turned either way.
        least: share of the bits that both codes must have; NaN where they have fewer at every turn.

    Raises:
        RofiError: codes of different shapes.
    """
    if probes.ndim != 5 or gallery.ndim != 5 or probes.shape[1:] != gallery.shape[1:]:
        raise RofiError(f"codes {probes.shape} and {gallery.shape}: give (P, W, R, C, 2) and (G, W, R, C, 2)")
    bits = int(np.prod(probes.shape[1:]))
    known = gallery.reshape(len(gallery), bits).astype(np.float32)
    there = np.abs(known)
    best = np.full((len(probes), len(gallery)), np.inf)
    for turn in range(-turns, turns + 1):
        turned = np.roll(probes, turn, axis=3).reshape(len(probes), bits).astype(np.float32)
        common = np.abs(turned) @ there.T
        with np.errstate(invalid="ignore", divide="ignore"):
            distance = (1 - (turned @ known.T) / common) / 2
        best = np.minimum(best, np.where(common >= max(1.0, least * bits), distance, np.inf))
    return np.where(np.isfinite(best), best, np.nan)


def fuse(distances: Sequence[Plane]) -> Plane:
    """Both eyes together: the mean of those that can be compared; 0.5, as chance gives, where none can."""
    stacked = np.stack([np.asarray(of, np.float64) for of in distances])
    there = np.isfinite(stacked)
    total = np.where(there, stacked, 0).sum(0)
    return np.where(there.any(0), total / np.maximum(there.sum(0), 1), 0.5)


def _ring_places(
    circles: Circles, turn: float, coding: IrisCoding
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Columns and rows in the picture of the band's places; amid pupil and white, off both borders."""
    angle = turn + 2 * np.pi * np.arange(coding.columns) / coding.columns
    depth = ((np.arange(coding.rows) + 0.5) / coding.rows)[:, None]
    depth = 0.05 + 0.87 * depth  # the limbus is soft, and landmarks are off by part of a pixel
    directions = np.cos(angle), np.sin(angle)
    places = []
    for pupil, iris, direction in zip(circles.pupil, circles.iris, directions, strict=True):
        inner, outer = pupil + circles.pupil_radius * direction, iris + circles.iris_radius * direction
        places.append(np.asarray((1 - depth) * inner + depth * outer, np.float32))
    return places[0], places[1]


def _sample(grey: Plane, centre: npt.NDArray[np.float64], radii: Plane, angles: Plane) -> Plane:
    x = (centre[0] + radii * np.cos(angles)).astype(np.float32)
    y = (centre[1] + radii * np.sin(angles)).astype(np.float32)
    return np.asarray(cv2.remap(grey.astype(np.float32), x, y, cv2.INTER_LINEAR), np.float64)
