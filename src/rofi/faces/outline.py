"""The outline of a head, moved: hairline, temples, jaw and chin, and with them the hair, the neck and what lies behind.

A recogniser knows a head also by what no face mesh covers (`benchmarks/ablation.py`). So the photograph's own pixels
about the face are moved, smoothly and by amounts that the key gives. It is the most natural of all that hides somebody:
every head that comes of it could be one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from rofi.faces import topology
from rofi.faces.alignment import Alignment
from rofi.faces.blocks import BLOCK, block_pixels
from rofi.faces.compositing import Window, view_to_window
from rofi.faces.pose import Floats

Image = npt.NDArray[np.float32]
Plane = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

SURROUNDINGS = 1.5
"""Side of the square in which pixels move, in view sides."""
HAIRLINE, TEMPLES, JAW, CHIN = (0.23, 0.33), (0.08, 0.16), (0.14, 0.22), (0.1, 0.16)
"""Least and largest movement: hairline and chin in outer-eye-corner distances, temples and jaw as shares of the width
there."""
INNER_REACH, OUTER_REACH, SIGN_REACH = 0.7, 0.75, 0.25
"""Outer-eye-corner distances over which the movement fades: into the face, away from it, and towards the signs."""
STILL = 0.05
"""View pixels; what moves by less stays where it is."""


@dataclass(frozen=True)
class Outline:
    """How far the outline moves; zeros leave it. The movement fades on the way, so four fifths of it arrive.

    Attributes:
        hairline: upwards, in outer-eye-corner distances.
        temples: share by which the head is wider above the eyes.
        jaw: share by which the jaw is wider.
        chin: downwards, in outer-eye-corner distances.
    """

    hairline: float = 0.0
    temples: float = 0.0
    jaw: float = 0.0
    chin: float = 0.0

    @classmethod
    def of_key(cls, key: npt.NDArray[np.floating]) -> Outline:
        """The outline of a key's person, fixed for every key: four sums over its numbers, spread over the ranges.

        The hairline always rises, for above it there may be no photograph to lower it from.
        """
        numbers = np.asarray(key, np.float64)
        places = np.arange(numbers.size)
        sums = [numbers[places % 4 == part].sum() / np.sqrt((places % 4 == part).sum()) for part in range(4)]
        (up, broad, wide, long) = (2 * ndtr(total) - 1 for total in sums)  # uniform in -1..1
        low, high = HAIRLINE
        return cls(
            low + (high - low) * (up + 1) / 2,
            _away_from_zero(broad, *TEMPLES),
            _away_from_zero(wide, *JAW),
            _away_from_zero(long, *CHIN),
        )


class MovedHead(NamedTuple):
    """`view` (V, V, 3) uint8 and `mesh` (468, 3) with the outline moved; `field` (E, E, 2) float32, how far.

    The field is in view pixels, x and y, on the surroundings of the view: a pixel shows what lay `field` before it.
    """

    view: npt.NDArray[np.uint8]
    mesh: Floats
    field: Image


ALIKE = (1.0, 8.0)
"""Levels by which a block's mean and its pixels may differ and still look the same; grain differs by as much."""


def move_outline(surroundings: npt.NDArray[np.uint8], mesh: Floats, signs: Mask, outline: Outline) -> MovedHead:
    """Move the outline of an aligned face.

    Args:
        surroundings: (E, E, 3), the view and a margin on every side.
        mesh: (468, 3) face mesh in view pixels.
        signs: (V, V) where nothing may move.
        outline: how far.
    """
    margin = (surroundings.shape[0] - signs.shape[0]) // 2
    field = outline_field(mesh, signs, margin, outline)
    inner = slice(margin, margin + signs.shape[0])
    side = np.arange(margin, margin + signs.shape[0], dtype=np.float32)
    columns, rows = side[None] - field[inner, inner, 0], side[:, None] - field[inner, inner, 1]
    view = cv2.remap(surroundings, columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    moved = mesh.copy()
    places = np.clip(mesh[:, :2] + margin, 0, surroundings.shape[0] - 1).astype(np.float32)
    shift = np.zeros_like(places)
    for _ in range(4):  # where a point goes is where its pixel comes from, solved for the goal
        goal = np.clip(places + shift, 0, surroundings.shape[0] - 1)
        shift = cv2.remap(field, goal[None, :, 0], goal[None, :, 1], cv2.INTER_LINEAR)[0]
    moved[:, :2] += shift
    return MovedHead(np.asarray(view, np.uint8), moved, field)


def field_in_window(field: Image, alignment: Alignment, window: Window) -> Image:
    """The field as it lies in a photograph's window: (h, w, 2) photograph pixels."""
    margin = (field.shape[0] - alignment.view) // 2
    placed = view_to_window(field, alignment.widened(margin), window, cv2.BORDER_CONSTANT)
    return np.asarray(placed @ alignment.inverse[:, :2].T, np.float32)


def move_photo(pixels: Image, field: Image, free: Mask) -> tuple[Image, Mask]:
    """The pixels of a window moved by a field, and which of them are others now.

    Args:
        pixels: (h, w, 3) of the photograph.
        field: (h, w, 2) photograph pixels by which each has come.
        free: (h, w) where anything may change.
    """
    moving: Mask = (np.abs(field).max(-1) > STILL) & free
    rows, columns = np.mgrid[0 : field.shape[0], 0 : field.shape[1]].astype(np.float32)
    columns, rows = columns - field[..., 0], rows - field[..., 1]
    moved = np.asarray(cv2.remap(pixels, columns, rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101), np.float32)
    # what is hidden costs quality on the way back, and plain background shows it: where it moved onto itself, it stays
    moving &= ~block_pixels(_alike(moved, pixels), moving.shape)
    return np.where(moving[..., None], moved, pixels).astype(np.float32), moving


def unmove_photo(pixels: Image, field: Image) -> Image:
    """The pixels of a window (h, w, 3) as they were before `move_photo` moved them by a field (h, w, 2)."""
    rows, columns = np.mgrid[0 : field.shape[0], 0 : field.shape[1]].astype(np.float32)
    shift = np.zeros_like(field)
    for _ in range(4):  # what lay here has gone by the field of where it is now
        places = columns + shift[..., 0], rows + shift[..., 1]
        shift = np.asarray(cv2.remap(field, *places, cv2.INTER_LINEAR), np.float32)
    places = columns + shift[..., 0], rows + shift[..., 1]
    return np.asarray(cv2.remap(pixels, *places, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101), np.float32)


def _alike(moved: Image, pixels: Image) -> npt.NDArray[np.bool_]:
    """(h // 8, w // 8) blocks of the 8x8 grid that look the same after the move."""
    rows, columns = pixels.shape[0] // BLOCK, pixels.shape[1] // BLOCK
    tiles = (moved - pixels)[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK, 3)
    level, grain = np.abs(tiles.mean((1, 3))).max(-1), np.abs(tiles).max((1, 3, 4))
    return np.asarray((level <= ALIKE[0]) & (grain <= ALIKE[1]), np.bool_)


def outline_field(mesh: Floats, signs: Mask, margin: int, outline: Outline) -> Image:
    """(E, E, 2) view pixels by which each pixel of the surroundings has come; 0 on the signs and far away."""
    base = mesh[:, :2] + margin
    size = signs.shape[0] + 2 * margin
    eyes = base[[topology.LEFT_EYE_OUTER, topology.RIGHT_EYE_OUTER]]
    unit = max(float(np.linalg.norm(eyes[1] - eyes[0])), 1e-6)
    level = eyes.mean(0)[1]
    oval = np.zeros((size, size), np.uint8)
    contour = base[list(topology.FACE_OVAL)]
    cv2.fillPoly(oval, [np.rint(contour * 16).astype(np.int32)], 1, shift=4)
    inside = np.asarray(cv2.distanceTransform(oval, cv2.DIST_L2, 5), np.float32) / unit
    outside = np.asarray(cv2.distanceTransform(1 - oval, cv2.DIST_L2, 5), np.float32) / unit
    strength: Plane = np.where(oval > 0, _fall(inside, INNER_REACH), _fall(outside, OUTER_REACH))
    still = np.pad(signs, margin)
    if still.any():
        away = np.asarray(cv2.distanceTransform(1 - still.astype(np.uint8), cv2.DIST_L2, 5), np.float32) / unit
        strength = strength * (1 - _fall(away, SIGN_REACH))
    strength = np.asarray(cv2.GaussianBlur(strength.astype(np.float32), (0, 0), 0.03 * unit), np.float32)
    strength = strength * (1 - _fall(_from_edge(size) / unit, min(0.3, 0.4 * max(margin, 1) / unit)))
    strength[still] = 0
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32)
    below = 1 - _fall((rows - level) / unit, 1.2)
    above = 1 - _fall((level - rows) / unit, 0.8)
    across = (outline.jaw * below + outline.temples * above) * (columns - contour[:, 0].mean())
    along = unit * (outline.chin * below - outline.hairline * above)
    field: Image = np.stack([across * strength, along * strength], -1).astype(np.float32)
    field[np.abs(field).max(-1) < STILL] = 0
    return field


def _fall(distance: npt.NDArray[np.floating], reach: float) -> Plane:
    """Smooth step from 1 at 0 and below to 0 at `reach`."""
    t = np.clip(distance / reach, 0, 1)
    return np.asarray(1 - t * t * (3 - 2 * t), np.float32)


def _from_edge(size: int) -> Plane:
    """(size, size) distance from the nearest edge."""
    side = np.minimum(np.arange(size), size - 1 - np.arange(size)).astype(np.float32)
    return np.minimum(side[:, None], side[None])


def _away_from_zero(share: float, low: float, high: float) -> float:
    """A share in -1..1 as a movement of either sign, its size between `low` and `high`."""
    return float(np.copysign(low + (high - low) * abs(share), share))
