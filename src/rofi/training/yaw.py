"""How far a face is turned to the side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rofi.faces.topology import NOSE_TIP

_LEFT_CHEEK, _RIGHT_CHEEK = 234, 454


def yaw(meshes: NDArray[np.floating]) -> NDArray[np.float64]:
    """The nose tip's place between the cheeks: 0 frontal, +-0.5 where it lies on a cheek; (..., 468, 3) -> (...)."""
    left, right, nose = (meshes[..., point, 0].astype(np.float64) for point in (_LEFT_CHEEK, _RIGHT_CHEEK, NOSE_TIP))
    result: NDArray[np.float64] = (nose - left) / (right - left) - 0.5
    return result
