"""An adapter to OpenIris, the iris recogniser that the paper uses (reference 125; package open-iris, module `iris`).

It is no dependency: it is made for near-infrared pictures of one eye and refuses irises of fewer than 50 pixels.
"""

from __future__ import annotations

import importlib
from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt

from rofi.errors import RofiError

Bytes = npt.NDArray[np.uint8]
EyeSide = Literal["left", "right"]
_WIDTH, _HEIGHT = 640, 480
_ACROSS = 2.6
"""Width of the picture in widths of the eye."""


class OpenIris:
    """OpenIris as it is installed.

    Args:
        turns: columns by which eyes may be turned either way; 15 is its own default.

    Raises:
        RofiError: it is not installed, or another package has its name.
    """

    def __init__(self, turns: int = 15) -> None:
        try:
            self._module: Any = importlib.import_module("iris")
        except ImportError as error:
            raise RofiError("OpenIris: not installed; pip install open-iris, or leave it out") from error
        if not hasattr(self._module, "IRISPipeline"):
            raise RofiError("OpenIris: the module 'iris' is another package's; install open-iris in its place")
        self._pipeline = self._module.IRISPipeline()
        self._matcher = self._module.HammingDistanceMatcher(rotation_shift=turns)

    def template(self, eye: Bytes, side: EyeSide) -> Any | None:
        """What OpenIris keeps of an eye; None where it refuses the picture, as it does most that are not infrared.

        Args:
            eye: (H, W) grey, see `eye_picture`.
            side: the patient's.
        """
        if hasattr(self._module, "IRImage"):
            answer = self._pipeline(self._module.IRImage(img_data=eye, image_id="eye", eye_side=side))
        else:  # before version 1.4
            answer = self._pipeline(img_data=eye, eye_side=side)
        return None if answer.get("error") else answer.get("iris_template")

    def distance(self, one: Any, other: Any) -> float:
        """Normalised Hamming distance of two templates: 0 is the same, about 0.45 strangers."""
        return float(self._matcher.run(one, other))


def eye_picture(pixels: Bytes, corners: npt.ArrayLike) -> Bytes:
    """(480, 640) grey: an eye upright and enlarged, as OpenIris takes it.

    Args:
        pixels: (H, W, 3) RGB.
        corners: (2, 2) the image-left and the image-right corner of the eye, pixels.
    """
    left, right = np.asarray(corners, np.float64)
    across, middle = right - left, (left + right) / 2
    scale = _WIDTH / (_ACROSS * float(np.hypot(*across)))
    angle = float(np.degrees(np.arctan2(across[1], across[0])))
    matrix = np.asarray(cv2.getRotationMatrix2D((middle[0], middle[1]), angle, scale), np.float64)
    matrix[:, 2] += np.array([_WIDTH, _HEIGHT]) / 2 - middle
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    picture = cv2.warpAffine(grey, matrix, (_WIDTH, _HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(picture, np.uint8)
