"""A photograph without licence trouble, as the methods of the evaluation take it."""

from __future__ import annotations

import numpy as np
from skimage.data import astronaut

from rofi.evaluation.methods.method import Photograph
from rofi.faces.detection import Detection
from rofi.faces.landmarks import FaceLandmarks

FIVE_POINTS = np.array([[203, 101], [246, 105], [221, 127], [201, 140], [241, 144.0]])


def astronaut_photograph(pixels: np.ndarray | None = None, landmarks: FaceLandmarks | None = None) -> Photograph:
    """Of the astronaut, or of other pixels, with the astronaut's five points; landmarks can be given."""
    detection = Detection((180.0, 70.0, 90.0, 110.0), FIVE_POINTS, 1.0)
    photo = Photograph("astronaut.png", b"", astronaut() if pixels is None else pixels, detection)
    if landmarks is not None:
        photo.__dict__["landmarks"] = landmarks  # where `cached_property` keeps them
    return photo
