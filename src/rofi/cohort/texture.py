"""Irregularity in millimetres: smooth noise, ragged outlines, vessels."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import cv2
import numpy as np
from scipy.signal import lfilter

from rofi.cohort.frame import Floats, Patch, Plane

_NODE = 0.5  # mm between two turns of a vessel
_STEP = 0.2  # mm between two points of its course
_COURSE_KEPT = 0.85  # of a deviation from its heading at the next turn: it meanders, but arrives
_LEAST_REACH = 0.6  # mm of a branch worth drawing
_THINNEST = 0.3  # of the width at the start that still branches
_FINE = 24.0  # px/mm at which vessels are drawn before they are averaged over the picture's pixels
_EDGE = 1.4  # pixels by which an anti-aliased `cv2.line` of even thickness is wider than asked; width of one of 1
_BITS = 3  # of a pixel's fraction that `cv2.line` takes


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


@dataclass(frozen=True, eq=False)
class _Vessel:
    """(P, 2) millimetres along a vessel, and (P,) how thick it is there, in millimetres."""

    course: Floats
    thickness: Floats


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
    """Branching blood vessels as amounts of pigment, 0..1: share of the pixel that is vessel, times its thickness
    relative to `width`, as blood absorbs by its depth.

    Vessels of the conjunctiva measure 0.05 to 0.25 mm; where a pixel is larger they tint it by their area.

    Args:
        starts: (N, 2) millimetres; headings: (N,) radians in the patch's frame.
        length: mean of a vessel, millimetres; each has its own.
        width: of the widest at its start, the others down to half, millimetres; they taper to a third.
        wriggle: radians of turn per half millimetre (standard deviation); 0 is straight.
        branching: branches per half millimetre.
    """
    waiting = [
        (np.asarray(place, np.float64), float(heading), *generator.uniform((0.5, 0.5), (1.5, 1)) * (length, width))
        for place, heading in zip(starts, headings, strict=True)
    ]
    drawn = []
    while waiting:
        place, heading, reach, thickness = waiting.pop()
        course = _meander(place, heading, reach, wriggle, generator)
        taper = np.linspace(thickness, thickness / 3, len(course))
        drawn.append(_Vessel(course, taper))
        for at in np.flatnonzero(generator.random(len(course)) < branching * _STEP / _NODE):
            rest = 0.6 * reach * (1 - at / len(course))
            turn = float(generator.choice([-1, 1]) * generator.uniform(0.3, 0.8))
            if rest > _LEAST_REACH and taper[at] > _THINNEST * width:
                waiting.append((course[at], heading + turn, rest, 0.65 * float(taper[at])))
    return _render(drawn, patch, width)


def _meander(place: Floats, heading: float, reach: float, wriggle: float, generator: np.random.Generator) -> Floats:
    """(P, 2) points of a smooth winding course of `reach` millimetres."""
    nodes = ceil(reach / _NODE) + 1
    deviation = lfilter([1.0], [1.0, -_COURSE_KEPT], generator.normal(0, wriggle, nodes))
    along = np.arange(0, reach, _STEP)
    angle = heading + np.interp(along, _NODE * np.arange(nodes), deviation)
    steps = _STEP * np.stack([np.cos(angle), np.sin(angle)], -1)
    return np.concatenate([place[None], place + np.cumsum(steps, axis=0)])


def _render(drawn: list[_Vessel], patch: Patch, width: float) -> Plane:
    """Vessels drawn finely and averaged over the pixels, the thick over the thin, so that crossings do not add up."""
    finer = max(1, round(_FINE / patch.scale))
    height, breadth = patch.x.shape
    canvas = np.zeros((height * finer, breadth * finer), np.uint8)  # anti-aliasing is for 8 bits only
    offset = np.array([patch.slices[1].start, patch.slices[0].start])
    for vessel in sorted(drawn, key=lambda each: float(each.thickness[0])):
        places = (patch.frame.to_picture(vessel.course) - offset + 0.5) * finer - 0.5
        corners = np.rint(places * 2**_BITS).astype(int).tolist()
        across = vessel.thickness * patch.scale * finer
        pairs = np.maximum(0, np.rint((across - _EDGE) / 2))
        share = vessel.thickness / width * across / (2 * pairs + _EDGE)  # one thinner than a pixel tints in part
        levels = np.rint(255 * np.minimum(1, share)).tolist()
        strokes = np.maximum(1, 2 * pairs).astype(int).tolist()
        for (start, stop), level, stroke in zip(pairwise(corners), levels, strokes, strict=False):
            cv2.line(canvas, start, stop, level, stroke, cv2.LINE_AA, _BITS)
    averaged = cv2.resize(canvas, (breadth, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return np.asarray(cv2.GaussianBlur(averaged, (0, 0), max(0.5, 0.03 * patch.scale)), np.float32)
