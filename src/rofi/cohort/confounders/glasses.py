"""Spectacles: wire or plastic frames, their shadow, the lenses' tint and reflexes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from rofi.cohort.confounders.skin import Skin
from rofi.cohort.confounders.spectacle_frame import FrameShape, Seat
from rofi.cohort.face import Face
from rofi.cohort.frame import Floats, Frame, Image, Patch, Plane, ramp
from rofi.cohort.optics import add_light, luminance, shade, to_levels, to_linear
from rofi.cohort.shading import Light, estimate_light
from rofi.cohort.texture import noise

_PLASTICS = ((0.012, 0.012, 0.013), (0.05, 0.022, 0.012), (0.012, 0.02, 0.05), (0.09, 0.012, 0.016), (0.16, 0.15, 0.14))
_TORTOISE = (0.20, 0.08, 0.022)
_METALS = ((0.62, 0.46, 0.22), (0.55, 0.55, 0.56), (0.12, 0.12, 0.13), (0.60, 0.38, 0.28))
_COATINGS = ((0.65, 1.0, 0.8), (0.75, 0.8, 1.0), (1.0, 1.0, 1.0), (0.9, 0.75, 1.0))
_FRACTION = 4
_FURTHEST_SHADOW = 7.0
_GAP_TO_SKIN = 7.0
_STEEPEST = 0.5  # slope of a temple, as a picture from the front shows it

Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class _Drawn:
    """Cover of each pixel, 0..1: by the frame, by the lenses; and the frame's relief in millimetres."""

    frame: Plane
    lenses: Plane
    relief: Plane


def glasses(face: Face, generator: np.random.Generator) -> Face:
    """Put spectacles on a face, turned as the face is turned; reflexes leave the eyes visible.

    Args:
        face: to paint on.
        generator: of shape, material, colour, coating and reflexes.
    """
    wire = bool(generator.random() < 0.45)
    shape, seat, light = FrameShape.draw(wire, generator), Seat.on(face), estimate_light(face)
    frame = Frame(seat.origin, np.array([1.0, 0.0]), np.array([0.0, 1.0]), face.millimetre)
    patch = Patch.around(face.picture, frame, (-88, -42), (88, 46))
    drawn = _draw(patch, shape, seat, Skin.of(face, 0.0))
    lamp = float(np.clip(1.7 * np.quantile(luminance(patch.pixels), 0.85), 0.1, 0.95))
    pixels = shade(patch.pixels, _shadow(patch, drawn, light))
    pixels = _through_lenses(pixels, patch, drawn, shape, seat, lamp, generator)
    pixels = _cover(pixels, patch, drawn, wire, light, lamp, generator)
    return face.painted(patch.put(face.picture, pixels))


def _draw(patch: Patch, shape: FrameShape, seat: Seat, skin: Skin) -> _Drawn:
    """The spectacles drawn several times as fine as the picture, then brought to its pixels."""
    finer = int(np.clip(np.ceil(4 / patch.scale), 1, 3))
    rows, columns = patch.x.shape
    offset = np.array([patch.slices[1].start, patch.slices[0].start])

    def to_canvas(points: Floats) -> Floats:
        return np.asarray((seat.to_picture(points) - offset + 0.5) * finer - 0.5, np.float64)

    def filled(points: Floats) -> Bytes:
        canvas = np.zeros((rows * finer, columns * finer), np.uint8)
        cv2.fillPoly(canvas, [_fixed(to_canvas(points))], 255, cv2.LINE_AA, _FRACTION)
        return canvas

    def stroke(canvas: Bytes, points: Floats, thickness: float) -> None:
        pixels = max(1, round(thickness * patch.scale * finer))
        cv2.polylines(canvas, [_fixed(points)], False, 255, pixels, cv2.LINE_AA, _FRACTION)

    front = np.zeros((rows * finer, columns * finer), np.uint8)
    glass = front.copy()
    for index, sign in enumerate((-1, 1)):
        hinge = to_canvas(shape.hinge(sign))
        bar = shape.rim * (1.3 if shape.wire else 1.5)
        ear = (seat.ears[index] - offset + 0.5) * finer - 0.5
        reach = sign * (ear[0] - hinge[1, 0])
        if reach > 0:  # else the front hides this temple
            ear[1] = hinge[1, 1] + np.clip(ear[1] - hinge[1, 1], -_STEEPEST * reach, _STEEPEST * reach)
            temple = np.linspace(hinge[1], ear, 12)
            bare = skin.bare_colour((temple + 0.5) / finer - 0.5 + offset)
            bare[:2] = True
            for (start, stop), seen in zip(pairwise(temple), bare[1:], strict=True):
                if not seen:
                    break  # the rest runs under hair
                stroke(front, np.stack([start, stop]), 0.8 * bar)
        stroke(front, hinge, bar)
        lens = filled(shape.lens(sign, 0.0))
        front = np.maximum(front, filled(shape.lens(sign, shape.rim)))
        front = np.minimum(front, 255 - lens)
        glass = np.maximum(glass, lens)
    stroke(front, to_canvas(shape.bridge()), shape.rim * 1.2)
    cover = (front / np.float32(255)).astype(np.float32)
    rounding = max((0.3 if shape.wire else 0.17) * shape.rim * patch.scale * finer, 0.6)
    relief = cv2.GaussianBlur(cover, (0, 0), rounding) * np.float32(1.0 if shape.wire else 1.6)
    small = [cv2.resize(plane, (columns, rows), interpolation=cv2.INTER_AREA) for plane in (cover, relief)]
    lenses = cv2.resize(glass, (columns, rows), interpolation=cv2.INTER_AREA) / np.float32(255)
    return _Drawn(np.asarray(small[0], np.float32), np.asarray(lenses, np.float32), np.asarray(small[1], np.float32))


def _fixed(points: Floats) -> npt.NDArray[np.int32]:
    """Points as cv2 draws them between pixels."""
    return np.asarray(np.rint(points * 2**_FRACTION), np.int32)


def _shadow(patch: Patch, drawn: _Drawn, light: Light) -> Plane:
    """Factor of the light on the skin behind the frame."""
    away = -_GAP_TO_SKIN * light.towards[:2] / max(float(light.towards[2]), 0.3)
    reach = float(np.linalg.norm(away))
    shift = away * min(1.0, _FURTHEST_SHADOW / max(reach, 1e-6)) * patch.scale
    to_source = np.array([[1.0, 0.0, shift[0]], [0.0, 1.0, shift[1]]])
    moved = cv2.warpAffine(drawn.frame, to_source, drawn.frame.shape[::-1], flags=cv2.INTER_LINEAR)
    soft = cv2.GaussianBlur(moved, (0, 0), max(1.1 * patch.scale, 0.6))
    around = cv2.GaussianBlur(drawn.frame, (0, 0), max(2.5 * patch.scale, 0.8))
    return np.asarray(1 - (0.75 * (1 - light.ambient)) * soft - 0.18 * around, np.float32)


def _through_lenses(
    pixels: Image,
    patch: Patch,
    drawn: _Drawn,
    shape: FrameShape,
    seat: Seat,
    lamp: float,
    generator: np.random.Generator,
) -> Image:
    """Tint, and soft reflexes of windows or lamps that lie away from the pupils."""
    tint = 1 - generator.uniform(0.02, 0.1) * np.asarray(generator.uniform(0.6, 1.0, 3), np.float32)
    light = to_linear(pixels)
    light = light * (1 - drawn.lenses[..., None] * (1 - tint.astype(np.float32)))
    coating = np.asarray(_COATINGS[int(generator.integers(len(_COATINGS)))], np.float32)
    strength = float(
        generator.choice([0.0, generator.uniform(0.015, 0.05), generator.uniform(0.05, 0.14)], p=[0.3, 0.45, 0.25])
    )
    place = generator.uniform((-0.38, -0.42), (0.38, -0.22)) * [shape.width, shape.height]
    if generator.random() < 0.3:
        place[1] *= -1
    wide, tall, turn = generator.uniform(8, 22), generator.uniform(5, 13), generator.normal(0, 0.35)
    reflex = np.zeros(patch.x.shape, np.float32)
    for sign in (-1, 1):
        middle = np.array([sign * (shape.width + shape.gap) / 2, shape.drop]) + place  # both lenses mirror one room
        x, y = patch.frame.to_local(seat.to_picture(middle[None]))[0]
        along = (patch.x - x) * np.cos(turn) + (patch.y - y) * np.sin(turn)
        across = (patch.y - y) * np.cos(turn) - (patch.x - x) * np.sin(turn)
        soft = max(2.0, 1 / patch.scale)
        window = ramp(np.abs(along) - wide / 2, soft, -soft) * ramp(np.abs(across) - tall / 2, soft, -soft)
        reflex = np.maximum(reflex, window * (0.3 + 0.7 * ramp(across, 0.6 * tall, -0.6 * tall)))
    veil = 0.004 + strength * reflex
    edge = cv2.GaussianBlur(drawn.lenses, (0, 0), max(0.5 * patch.scale, 0.4))
    rim_light = np.clip(drawn.lenses - edge, 0, None) * 0.12 * lamp  # the lens's ground edge
    added = (lamp * veil * drawn.lenses)[..., None] * coating + rim_light[..., None]
    return to_levels(light + added.astype(np.float32))


def _cover(
    pixels: Image, patch: Patch, drawn: _Drawn, wire: bool, light: Light, lamp: float, generator: np.random.Generator
) -> Image:
    """The frame itself: its colour under the face's lamp, with the reflexes of metal or polished plastic."""
    palette = _METALS if wire else _PLASTICS
    colour = np.asarray(palette[int(generator.integers(len(palette)))], np.float32)
    base = np.broadcast_to(colour, pixels.shape)
    mottled = not wire and generator.random() < 0.3
    flecks = ramp(noise(patch, 5.0, generator), -0.2, 0.9)[..., None]
    if mottled:
        base = np.asarray(_PLASTICS[1], np.float32) * (1 - flecks) + np.asarray(_TORTOISE, np.float32) * flecks
    lit = light.relief(drawn.relief, patch.scale)
    gloss = light.highlight(drawn.relief, patch.scale, 18 if wire else 40)
    if wire:
        body = lamp * base * (0.25 + 0.5 * lit + 1.1 * gloss)[..., None]
    else:
        body = lamp * (base * lit[..., None] + 0.16 * gloss[..., None])
    share = drawn.frame[..., None]
    return add_light(to_levels(to_linear(pixels) * (1 - share)), np.asarray(body * share, np.float32))
