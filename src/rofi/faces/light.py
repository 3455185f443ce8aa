"""The light on a face that is drawn into another's place.

A drawn person has a light of its own in its texture, and a tone of skin. In the patient's photograph these are wrong,
and a face lit otherwise than its neck is seen to be drawn in. So the tone is the patient's, and so is the light along
the face's rim and some way into it. Farther in a face has shades of its own, by which it is known: they are the
person's.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from rofi.faces.mask_edge import away_from_contour
from rofi.faces.spread import spread

Image = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

LIGHT_RIM = 0.2
"""Distance from the person's outer rim, in view sides, over which the patient's light goes over into the person's."""
GROUND_REACH = 1 / 14
"""Standard deviation, in view sides, of the smoothing that tells skin from features."""
GROUND_LEVELS = (60.0, 30.0)
"""Levels 0..255 about which what strays from the ground is hair, glare or a feature rather than skin."""
OUTLIER_LEVELS = (70.0, 30.0)
"""Levels 0..255 by which a step on the rim may differ from the usual one and still pass for light."""
RANGE = (0.5, 99.5)
"""Per cent of a patient's face that is darker and lighter, against the skin about it, than a person may be."""
LEAST_DARK, LEAST_LIGHT = 70.0, 20.0
"""Levels 0..255 by which a person may be darker and lighter in any case: dark brows are on any skin, glare is not."""
KNEE = 0.75
"""Share of the range to the light that stays as it is."""
LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)
COLOUR_LEVELS = (1.5, 3.0)
"""Deviation of a face's colours from one tint of all its greys, levels 0..255, between which a photograph is taken for
one in colour. Of 44 photographs the only one in black and white had 1.5, the least colourful of the others 3.5."""
CONTRAST = (0.6, 1.3)
"""Bounds of the patient's contrast over that of the person in the patient's tone."""


class SkinParts(NamedTuple):
    """What is where on a face.

    `features` (V, V): brows, lips and nostrils, darker or redder than skin in any light; `plain` (V, V) in [0, 1]:
    share by which the skin is plain, the patient's own but smooth.
    """

    features: Mask
    plain: Image


def relight(skin: Image, source: Image, mask: Image, parts: SkinParts) -> Image:
    """A person's skin in the patient's light: bounded contrast, no step along the rim.

    Args:
        skin, source: (V, V, 3) person and patient, 0..255.
        mask: (V, V) in [0, 1], how much of the person will show.
        parts: of both faces together.
    """
    core = mask > 0.5
    if not core.any():
        return skin
    grey = (skin @ LUMINANCE)[..., None]
    skin = np.asarray(grey + _in_colour(source[core]) * (skin - grey), np.float32)
    skin = (skin - skin[core].mean(0)) * contrast(skin, source, core) + source[core].mean(0)
    near_rim = 1 - away_from_contour(mask, LIGHT_RIM)
    lit = skin + near_rim[..., None] * _step_on_the_rim(skin, source, mask)
    bare = mask * ~parts.features
    ground = _ground(source, bare, core)
    whole = np.asarray(lit + parts.plain[..., None] * (ground - lit), np.float32)
    return _within_range(whole, _ground(whole, bare, core), core, _shades(source, ground, core))


def _in_colour(skin: Image) -> float:
    """How far skin (N, 3) is seen in colour, from 0 for black and white, toned or not, to 1."""
    greys = np.column_stack([np.ones(len(skin)), skin @ LUMINANCE])
    off = float((skin - greys @ np.linalg.lstsq(greys, skin, rcond=None)[0]).std())
    low, high = COLOUR_LEVELS
    return float(np.clip((off - low) / (high - low), 0, 1))


def _ground(picture: Image, bare: Image, core: Mask) -> Image:
    """(V, V, 3) the smooth skin of a face, told from where it is bare and neither hair nor glare."""
    ground: Image = np.broadcast_to(np.median(picture[core], axis=0), picture.shape).astype(np.float32)
    for (
        tolerance
    ) in GROUND_LEVELS:  # first from the median, then, more strictly, from what the light has been found to be
        stray = np.abs(picture - ground).max(-1)
        ground = smooth(picture, np.asarray(bare * np.exp(-np.square(stray / tolerance)), np.float32), GROUND_REACH)
    return ground


def _shades(picture: Image, ground: Image, core: Mask) -> tuple[float, float]:
    """By how many levels the darkest and the lightest of a face differ from the `ground` about them, both positive."""
    low, high = np.percentile(((picture - ground) @ LUMINANCE)[core], RANGE)
    return max(-float(low), 1.0), max(float(high), 1.0)


def _within_range(skin: Image, ground: Image, core: Mask, most: tuple[float, float]) -> Image:
    """Skin hardly darker and no lighter against the `ground` about it than by `most` levels, which the patient's is.

    What is too dark keeps its proportions: brought to a limit pixel by pixel, a brow comes out as a flat patch.
    """
    step = np.asarray((skin - ground) @ LUMINANCE, np.float32)
    size = np.abs(step)
    darkest, _ = _shades(skin, ground, core)
    less = min(1.0, max(most[0], LEAST_DARK) / darkest)
    bounded = np.where(step < 0, less * size, _softly(size, max(most[1], LEAST_LIGHT)))
    return np.asarray(ground + (skin - ground) * (bounded / np.maximum(size, 1e-3))[..., None], np.float32)


def _softly(values: Image, limit: float) -> Image:
    """Values up to `KNEE` of a limit, and what is beyond ever more slowly up to the limit itself."""
    knee = KNEE * limit
    beyond = np.maximum(values - knee, 0)
    return np.asarray(np.minimum(values, knee) + (limit - knee) * np.tanh(beyond / (limit - knee)), np.float32)


def contrast(skin: Image, source: Image, core: Mask) -> Image:
    """(3,) levels of the picture for a level of a person's skin: the tone's, times a contrast that is the patient's.

    Skin reflects a share of the light, so what is dark in the person stays as dark, and of its hue, in any tone.
    """
    tone = source[core].mean(0) / np.maximum(skin[core].mean(0), 1)
    seen, own = float(source[core].mean(-1).std()), float((tone * skin[core]).mean(-1).std())
    return np.asarray(tone * np.clip(seen / max(own, 1), *CONTRAST), np.float32)


def smooth(values: Image, weights: Image, reach: float) -> Image:
    """What of values (V, V, 3) varies slowly, told from where weights (V, V) are; 0 far from all of these.

    `reach` is the standard deviation of the smoothing, in view sides.
    """
    deviation = reach * len(values)
    total = cv2.GaussianBlur(values * weights[..., None], (0, 0), deviation)
    weight = cv2.GaussianBlur(weights, (0, 0), deviation)
    return np.asarray(total / np.maximum(weight, 1e-3)[..., None], np.float32)


def _step_on_the_rim(skin: Image, source: Image, mask: Image) -> Image:
    """(V, V, 3) the difference from skin to source on the mask's rim, spread over the view."""
    side = mask.shape[0]
    difference = np.asarray(cv2.GaussianBlur(source - skin, (0, 0), side / 90), np.float32)
    rim = (mask > 0.02) & (mask < 0.6)
    if not rim.any():
        return np.zeros_like(difference)
    # Hair and glasses on the rim are no light: what strays from the rest of the rim does not count, first from the
    # rim's median, then, more strictly, from the smooth field found so far.
    field: Image = np.broadcast_to(np.median(difference[rim], axis=0), difference.shape).astype(np.float32)
    for tolerance in OUTLIER_LEVELS:
        stray = np.abs(difference - field).max(-1)
        trust = np.where(rim, np.exp(-np.square(stray / tolerance)), 0).astype(np.float32)
        field = np.asarray(cv2.GaussianBlur(spread(difference, trust), (0, 0), side / 40), np.float32)
    return field
