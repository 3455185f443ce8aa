"""What of a photograph a reader looks at: both eyes and their surroundings, or the whole face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rofi.faces.alignment import ARCFACE_SIZE, VIEW_MARGIN, Alignment

Bytes = npt.NDArray[np.uint8]

_BETWEEN_EYES = (55.9, 53.5)
"""Middle of the strip on the ArcFace template: a little below the eyes, for lower lids and tears."""
_STRIP_WIDTH = 70.0
"""On the template, twice the distance of the eyes."""


@dataclass(frozen=True)
class Jitter:
    """A small change of what is seen, as other photographs of the patient would show it; none by default.

    Attributes:
        angle: radians, clockwise as seen.
        zoom: above 1 shows less.
        shift: of the frame, by shares of its width.
        gain: of all levels.
        mirrored: left and right changed over.
    """

    angle: float = 0.0
    zoom: float = 1.0
    shift: tuple[float, float] = (0.0, 0.0)
    gain: float = 1.0
    mirrored: bool = False

    @classmethod
    def draw(cls, generator: np.random.Generator) -> Jitter:
        """A mirrored one, else about 3 degrees, 5 % and 10 % of the levels."""
        shift = generator.normal(0, 0.015, 2)
        return cls(
            float(generator.normal(0, 0.05)),
            float(np.exp(generator.normal(0, 0.04))),
            (float(shift[0]), float(shift[1])),
            float(np.exp(generator.normal(0, 0.1))),
            True,
        )


NO_JITTER = Jitter()


def eye_strip(pixels: Bytes, alignment: Alignment, width: int, jitter: Jitter = NO_JITTER) -> Bytes:
    """Both eyes, upright.

    Args:
        pixels: (H, W, 3) the photograph, of which the strip is cut at once: nothing is lost by a smaller view.
        alignment: of its face.
        width: of the strip, an even number of pixels.
        jitter: changes it.

    Returns:
        (width / 2, width, 3).
    """
    square = _square(pixels, alignment, _BETWEEN_EYES, _STRIP_WIDTH, width, jitter)
    return square[width // 4 : width // 4 + width // 2]


def whole_face(pixels: Bytes, alignment: Alignment, side: int, jitter: Jitter = NO_JITTER) -> Bytes:
    """(side, side, 3) the aligned face, likewise."""
    middle = ARCFACE_SIZE / 2
    return _square(pixels, alignment, (middle, middle), ARCFACE_SIZE * VIEW_MARGIN, side, jitter)


def _square(
    pixels: Bytes, alignment: Alignment, centre: tuple[float, float], extent: float, side: int, jitter: Jitter
) -> Bytes:
    """The square of `extent` template pixels about a place on the template, in `side` pixels."""
    per_template = alignment.view / (ARCFACE_SIZE * VIEW_MARGIN)
    ratio = side / extent / per_template * jitter.zoom
    cos, sin = np.cos(jitter.angle) * ratio, np.sin(jitter.angle) * ratio
    turn = np.array([[cos, -sin], [sin, cos]])
    middle = (np.array(centre) - ARCFACE_SIZE / 2) * per_template + alignment.view / 2
    shift = side / 2 + side * np.array(jitter.shift) - turn @ middle
    matrix = turn @ alignment.matrix + np.array([[0, 0, shift[0]], [0, 0, shift[1]]])
    frame = np.asarray(Alignment(matrix, side).extract(pixels), np.uint8)
    if jitter.gain != 1:
        frame = np.clip(np.rint(frame * jitter.gain), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(frame[:, ::-1]) if jitter.mirrored else frame
