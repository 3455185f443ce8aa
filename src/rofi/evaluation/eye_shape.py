"""The shape of both eyes as numbers: lid margins and lids about the iris, in iris diameters."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rofi.errors import RofiError
from rofi.faces.landmarks import FaceLandmarks

Floats = npt.NDArray[np.float64]

_MARGIN = 16
"""Of the iris network's 71 points the first 16 are the lid margins; the others are lids and brow."""


def eye_shape(face: FaceLandmarks) -> Floats:
    """Where lid margins, lids and brows lie about each iris centre, the right half of the face mirrored.

    The unit is the iris diameter, nearly the same in all people (11.7 mm; Rufer et al. 2005), so neither the camera's
    distance nor the head's turn in the image plane changes the numbers by much.

    Args:
        face: landmarks of an upright face.

    Returns:
        (174,): of each eye 16 margin points x, y and the heights of the other 55.

    Raises:
        RofiError: an iris has no extent.
    """
    numbers = []
    for eye, iris, mirror in ((face.left_eye, face.left_iris, 1), (face.right_eye, face.right_iris, -1)):
        diameter = 2 * float(np.linalg.norm(iris[1:] - iris[0], axis=1).mean())
        if not diameter > 0:
            raise RofiError("an iris has no extent: leave this photograph out")
        about = (np.asarray(eye, np.float64) - iris[0]) / diameter * (mirror, 1)
        numbers += [about[:_MARGIN].ravel(), about[_MARGIN:, 1]]
    return np.concatenate(numbers)
