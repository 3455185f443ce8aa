"""The astronaut's head at about 2 pixels a millimetre, and where on it a confounder changed anything."""

import cv2
import numpy as np
import pytest
from skimage.data import astronaut

from rofi.cohort.face import FaceMeasurer, Side


@pytest.fixture(scope="session")
def face():
    head = cv2.resize(astronaut()[20:220, 110:310], None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    return FaceMeasurer().measure(head, "astronaut.png")


@pytest.fixture(scope="session")
def from_eyes(face):
    """(H, W) millimetres from the nearer eye's lid margins, below 0 between the lids."""
    rows, columns = np.mgrid[: face.picture.shape[0], : face.picture.shape[1]]
    nearest = np.full(rows.shape, np.inf)
    for side in Side:
        eye = face.eye(side)
        ring = eye.frame.to_picture(np.vstack([eye.upper, eye.lower[::-1]])).astype(np.float32)
        away = [
            -cv2.pointPolygonTest(ring, (float(x), float(y)), True)
            for x, y in zip(columns.flat, rows.flat, strict=True)
        ]
        nearest = np.minimum(nearest, np.reshape(away, rows.shape) / face.millimetre)
    return nearest


@pytest.fixture(scope="session")
def changes():
    """Maker of (H, W) levels by which two faces' pictures differ at most."""
    return lambda before, after: np.abs(after.picture - before.picture).max(-1)
