"""Make-up of the eyes: shadow, liner, mascara."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from rofi.cohort.face import Eye, Face, Side
from rofi.cohort.frame import Patch, Plane, ramp
from rofi.cohort.optics import Absorbance, absorb, add_light, luminance
from rofi.cohort.texture import noise

_SHADOWS: tuple[Absorbance, ...] = (
    (0.60, 0.80, 1.0),  # brown
    (0.95, 1.0, 1.0),  # smoke
    (0.55, 1.0, 0.75),  # mauve
    (1.0, 0.75, 0.45),  # blue
    (0.9, 0.65, 0.8),  # green
    (0.35, 0.65, 1.0),  # bronze
)
_BLACK: Absorbance = (1.0, 1.0, 0.98)
_BROWN: Absorbance = (0.75, 0.9, 1.0)
_FINE = 4  # fractional bits of a lash's place
_LASH_WIDTH = 0.1
_LASH_POINTS = 6
_CLIMB = 0.5  # of a wing, towards the brow's tail


def eye_shadow(face: Face, generator: np.random.Generator) -> Face:
    """Powder both upper lids from the lashes to above the crease, in one colour, matt or pearly.

    Args:
        face: to paint on.
        generator: of colour, strength and reach.
    """
    pigment = _SHADOWS[int(generator.integers(len(_SHADOWS)))]
    amount, reach, pearl = generator.uniform(0.08, 0.38), generator.uniform(0.25, 0.8), generator.uniform(0, 0.5)
    for side in Side:
        eye = face.eye(side)
        patch = _lid_patch(face, eye)
        margin, brow = eye.upper_lid(patch.x), eye.brow_line(patch.x)
        crease = np.minimum(eye.crease_line(patch.x), margin - 1.5)
        up = margin - patch.y
        top = (margin - crease) + reach * np.maximum(crease - brow, 1.0)
        lid = ramp(up, -0.1, 0.9) * ramp(up, 1.05 * top, 0.35 * top)
        ends = ramp(patch.x, eye.medial - 1, eye.medial + 6) * ramp(patch.x, eye.lateral + 6, eye.lateral - 2)
        powder = lid * ends * np.clip(1 + 0.08 * noise(patch, 1.2, generator), 0, None)
        before = luminance(patch.pixels)
        pixels = absorb(patch.pixels, pigment, np.asarray(amount * powder, np.float32))
        sparkle = np.clip(0.5 + noise(patch, 0.8, generator, octaves=2), 0, None)
        pixels = add_light(pixels, np.asarray(0.14 * pearl * before * powder * sparkle, np.float32))
        face = face.painted(patch.put(face.picture, pixels))
    return face


def eyeliner(face: Face, generator: np.random.Generator) -> Face:
    """Draw a dark line along the upper lashes of both eyes, often with a wing, sometimes along the lower ones too.

    Args:
        face: to paint on.
        generator: of thickness, wing and darkness.
    """
    thick, dark = generator.uniform(0.5, 1.7), generator.uniform(0.5, 1.1)
    wing = float(generator.random() < 0.5) * generator.uniform(1.5, 5.5)
    below = float(generator.random() < 0.35) * generator.uniform(0.3, 0.7)
    brown = generator.random() < 0.3
    for side in Side:
        eye = face.eye(side)
        patch = _lid_patch(face, eye)
        soft = max(0.3, 0.7 / patch.scale)
        reach = np.clip((patch.x - eye.medial) / (eye.lateral - eye.medial), 0, 1)
        margin, corner = eye.upper_lid(patch.x), float(eye.upper[-1, 1])
        beyond = np.clip(patch.x - eye.lateral, 0, None)
        lower_edge = margin - _CLIMB * beyond
        upper_edge = margin - thick * (0.3 + 0.7 * reach)
        if wing:  # its upper edge leaves the margin before the corner and runs straight to the tip
            leaves, tip = eye.lateral - 5.0, eye.lateral + wing
            start = float(eye.upper_lid(leaves)) - 0.9 * thick
            share = np.clip((patch.x - leaves) / (tip - leaves), 0, 1)
            straight = start + share * (corner - _CLIMB * wing - start)
            upper_edge = np.where(patch.x > leaves, np.minimum(straight, lower_edge), upper_edge)
        cover = _stroke(lower_edge - patch.y, lower_edge - upper_edge, soft)
        cover *= ramp(patch.x, eye.medial + 1, eye.medial + 5)
        cover *= ramp(patch.x, eye.lateral + wing + soft, eye.lateral + wing - soft)
        low_width = np.full_like(patch.x, below)
        low = _stroke(patch.y - eye.lower_lid(patch.x), low_width, soft) * ramp(reach, 0.3, 0.6)
        low *= ramp(patch.x, eye.lateral + 0.5, eye.lateral - 1) * float(below > 0)
        uneven = np.clip(1 + 0.1 * noise(patch, 1.5, generator), 0, None)
        ink = np.asarray(dark * np.maximum(cover, 0.5 * low) * uneven, np.float32)
        pixels = absorb(patch.pixels, _BROWN if brown else _BLACK, ink)
        face = face.painted(patch.put(face.picture, pixels))
    return face


def mascara(face: Face, generator: np.random.Generator) -> Face:
    """Lengthen and blacken the lashes of both eyes.

    Args:
        face: to paint on.
        generator: of number, length and curl.
    """
    count, length, lower = int(generator.integers(34, 60)), generator.uniform(4.0, 7.5), generator.random() < 0.5
    dark = generator.uniform(0.7, 1.1)
    for side in Side:
        eye = face.eye(side)
        patch = _lid_patch(face, eye)
        ink = _lashes(patch, eye, count, length, True, generator)
        if lower:
            ink = np.maximum(ink, 0.8 * _lashes(patch, eye, count // 3, 0.4 * length, False, generator))
        pixels = absorb(patch.pixels, _BLACK, np.asarray(dark * ink, np.float32))
        face = face.painted(patch.put(face.picture, pixels))
    return face


def _lid_patch(face: Face, eye: Eye) -> Patch:
    return Patch.around(face.picture, eye.frame, (eye.medial - 6, -26), (eye.lateral + 11, 12))


def _stroke(up: Plane, width: Plane, soft: float) -> Plane:
    """Cover of a line from 0 to `width` above a margin; one thinner than its soft edge is fainter."""
    body = ramp(up, -0.7 * soft, 0.3 * soft) * ramp(up - width, 0.5 * soft, -0.5 * soft)
    return np.asarray(body * np.clip(width / 0.25, 0, 1), np.float32)


def _lashes(patch: Patch, eye: Eye, count: int, length: float, upper: bool, generator: np.random.Generator) -> Plane:
    """Cover of a row of lashes, 0..1: curved strokes that fan out towards both corners and taper."""
    finer = int(np.clip(np.ceil(5 / patch.scale), 1, 4))  # drawn larger: a lash is thinner than a pixel
    canvas = np.zeros((patch.x.shape[0] * finer, patch.x.shape[1] * finer), np.uint8)
    offset = np.array([patch.slices[1].start, patch.slices[0].start])
    middle, half = (eye.medial + eye.lateral) / 2, (eye.lateral - eye.medial) / 2
    place = np.linspace(-0.75 if upper else -0.4, 0.97, count) + generator.normal(0, 0.02, count)
    place -= 0.6 * (place - np.round(place * count / 5) * 5 / count) * generator.random(count)  # they clump in twos
    roots = middle + half * place
    margin = eye.upper_lid(roots) if upper else eye.lower_lid(roots)
    lean = 0.15 + 0.75 * place + generator.normal(0, 0.14, count)
    longest = 0.55 + 0.45 * np.sqrt(np.clip(1 - (place - 0.35) ** 2, 0, None))
    own = length * longest * generator.uniform(0.55, 1.1, count)
    t = np.linspace(0, 1, _LASH_POINTS)
    # lashes come towards the viewer before they rise: seen from the front they dip a little
    rise = own[:, None] * np.cos(lean)[:, None] * (0.75 * t + 0.25 * t**2)
    rise -= (0.35 if upper else 0.1) * np.sin(np.pi * np.clip(2.2 * t, 0, 1))
    across = roots[:, None] + (own * np.sin(lean))[:, None] * t**1.3
    down = margin[:, None] - rise if upper else margin[:, None] + rise
    places = (patch.frame.to_picture(np.stack([across, down], -1)) - offset + 0.5) * finer - 0.5
    width = _LASH_WIDTH * patch.scale * finer * (1.6 - 1.2 * t)
    stroke = np.maximum(1, np.rint(width)).astype(int)
    shade = (255 * np.minimum(1, width / stroke)).astype(int)
    for lash in np.rint(places * 2**_FINE).astype(np.int32).tolist():
        for index, (start, stop) in enumerate(pairwise(lash)):
            cv2.line(canvas, start, stop, int(shade[index]), int(stroke[index]), cv2.LINE_AA, _FINE)
    small = cv2.resize(canvas, patch.x.shape[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(small / np.float32(255), np.float32)
