"""Irregularity in millimetres: smooth noise, ragged outlines, vessels."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from rofi.cohort.frame import Patch, Plane


def noise(patch: Patch, size: float, generator: np.random.Generator, octaves: int = 3) -> Plane:
    """Fractal noise on a patch: mean about 0, standard deviation about 1.

    Args:
        size: millimetres of its largest bumps; each octave has half the size and half the strength.
    """
    total = np.zeros(patch.x.shape, np.float32)
    for octave in range(octaves):
        total += 0.5**octave * _smooth_noise(patch.x, patch.y, size / 2**octave, generator)
    return np.asarray(total / np.sqrt(sum(0.25**octave for octave in range(octaves))), np.float32)


def _smooth_noise(x: Plane, y: Plane, size: float, generator: np.random.Generator) -> Plane:
    """White noise on a grid of `size` millimetres, interpolated; the same wherever and however large the patch."""
    low = float(x.min()), float(y.min())
    columns, rows = (int(np.ceil((float(v.max()) - start) / size)) + 4 for v, start in zip((x, y), low, strict=True))
    grid = generator.standard_normal((max(rows, 4), max(columns, 4))).astype(np.float32)
    places = [np.ascontiguousarray((v - start) / size + 1, np.float32) for v, start in zip((x, y), low, strict=True)]
    smooth = cv2.remap(grid, places[0], places[1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(smooth / 0.7, np.float32)


def vessels(
    patch: Patch,
    starts: np.ndarray,
    headings: np.ndarray,
    length: float,
    width: float,
    generator: np.random.Generator,
    wriggle: float = 0.5,
    branching: float = 0.12,
) -> Plane:
    """Branching blood vessels as amounts of pigment, 0..1.

    Args:
        starts: (N, 2) millimetres; headings: (N,) radians in the patch's frame.
        length: mean of a vessel, millimetres; each has its own.
        width: of a vessel at its start, millimetres; it tapers to a third.
        wriggle: radians of turn per half millimetre (standard deviation); 0 is straight.
        branching: branches per half millimetre.
    """
    step, fine = 0.5, 4
    amount = np.zeros((patch.x.shape[0], patch.x.shape[1]), np.float32)
    waiting = [
        (np.asarray(place, np.float64), float(heading), length * float(generator.uniform(0.5, 1.5)), width)
        for place, heading in zip(starts, headings, strict=True)
    ]
    offset = np.array([patch.slices[1].start, patch.slices[0].start])
    while waiting:
        place, heading, remaining, thickness = waiting.pop()
        points, reach = [place], remaining
        while remaining > 0:
            heading += float(generator.normal(0, wriggle))
            place = place + step * np.array([np.cos(heading), np.sin(heading)])
            points.append(place)
            remaining -= step
            if remaining > 1 and thickness > 0.3 * width and generator.random() < branching:
                turn = float(generator.choice([-1, 1]) * generator.uniform(0.4, 0.9))
                waiting.append((place, heading + turn, 0.5 * remaining, 0.6 * thickness))
        line = patch.frame.to_picture(np.array(points)) - offset
        strokes = np.rint(line * 2**fine).astype(np.int32)
        for index, (start, stop) in enumerate(pairwise(strokes)):
            taper = 1 - 0.66 * index * step / max(reach, step)
            pixels = thickness * taper * patch.scale
            layer = float(min(1.0, pixels))  # a vessel thinner than a pixel tints it in part
            stroke = np.zeros_like(amount) if pixels > 3 else amount
            cv2.line(stroke, tuple(start), tuple(stop), layer, max(1, round(pixels)), cv2.LINE_AA, fine)
            if stroke is not amount:
                np.maximum(amount, stroke, out=amount)
    softness = 0.35 + 0.08 * patch.scale * width
    return np.asarray(np.clip(cv2.GaussianBlur(amount, (0, 0), softness), 0, 1), np.float32)
