"""An eye drawn with known geometry on a measured face: what is completed is compared with what was hidden."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from skimage.data import astronaut

from rofi.cohort.face import Eye, Face, FaceMeasurer, Side
from rofi.cohort.frame import Image, Patch, blend, ramp

SKIN = np.array([190.0, 140.0, 115.0])
WHITE = np.array([205.0, 200.0, 198.0])
CATCH = np.array([-1.0, -0.8])
"""Millimetres from the iris's centre."""
CATCH_RADIUS = 0.7
PUPIL = 2.0


@dataclass(frozen=True, eq=False)
class DrawnEye:
    """The right eye (OD) of a face.

    Attributes:
        face: with the drawn eye; eye: its measures; patch: about it.
        whole: (h, w, 3) levels of the iris without lids and catch light.
    """

    face: Face
    eye: Eye
    patch: Patch
    whole: Image


def measured_face(scale: int) -> Face:
    """The astronaut's head, enlarged; about 0.6 px/mm times `scale`."""
    head = cv2.resize(astronaut()[20:220, 110:310], None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return FaceMeasurer().measure(head, "astronaut.png")


def draw_eye(face: Face) -> DrawnEye:
    """Paint skin, an almond of white, an iris with light spokes and a pupil, and a catch light."""
    marks = face.landmarks
    centre = face.eye(Side.OD).frame.to_picture([0.5, face.eye(Side.OD).upper[:, 1].mean() + 3.4])
    rim = centre + 5.85 * face.millimetre * np.array([[0, 0], [1, 0], [0, 1], [-1, 0], [0, -1]])
    face = replace(face, landmarks=replace(marks, left_iris=rim))
    eye = face.eye(Side.OD)
    patch = eye.patch(face.picture, (20, 13))
    dx, dy = patch.x - eye.iris[0], patch.y - eye.iris[1]
    distance, angle = np.hypot(dx, dy), np.arctan2(dy, dx)
    spokes = 1 + 0.1 * np.cos(8 * angle) * ramp(distance, PUPIL, PUPIL + 1)
    iris = np.array([110.0, 85.0, 60.0]) * spokes[..., None]
    soft = max(0.35, 0.7 / patch.scale)
    whole = blend(iris.astype(np.float32), np.array([12.0, 10.0, 10.0]), ramp(distance - PUPIL, soft, -soft))
    ball = blend(
        np.broadcast_to(WHITE, whole.shape).astype(np.float32), whole, ramp(distance - eye.iris_radius, soft, -soft)
    )
    catch = ramp(np.hypot(dx - CATCH[0], dy - CATCH[1]) - CATCH_RADIUS, soft, -soft)
    ball = blend(ball, np.array([250.0, 250.0, 250.0]), catch)
    grain = np.random.default_rng(0).normal(0, 3, whole.shape).astype(np.float32)
    skin = np.broadcast_to(SKIN, whole.shape).astype(np.float32) + grain
    drawn = blend(skin, ball, ramp(eye.opening(patch.x, patch.y), -soft / 2, soft / 2))
    face = face.painted(patch.put(face.picture, drawn))
    return DrawnEye(face, eye, eye.patch(face.picture, (20, 13)), whole)
