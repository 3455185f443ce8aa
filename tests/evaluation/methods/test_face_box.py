from dataclasses import replace

import numpy as np
import pytest

from evaluation.methods.astronaut_photograph import astronaut_photograph
from rofi.errors import NoFaceFound
from rofi.evaluation.methods.face_box import MARGIN, FaceBox, face_box


@pytest.fixture(scope="module")
def landmarks():
    return astronaut_photograph().landmarks


def with_mesh(landmarks, corners):
    mesh = np.zeros((468, 3))
    mesh[:, :2] = corners[0]
    mesh[1, :2] = corners[1]
    return astronaut_photograph(landmarks=replace(landmarks, mesh=mesh))


def test_hand_worked_box(landmarks):
    """A mesh from (100, 200) to (200, 300): 8 pixels of margin, the last pixel included."""
    assert MARGIN == 0.08
    assert face_box(with_mesh(landmarks, [(100, 200), (200, 300)])) == FaceBox(92, 192, 209, 309)


def test_a_box_ends_with_the_photograph(landmarks):
    assert face_box(with_mesh(landmarks, [(-50, 450), (60, 600)])) == FaceBox(0, 438, 73, 512)


def test_a_face_outside_the_photograph_is_refused(landmarks):
    with pytest.raises(NoFaceFound, match=r"astronaut\.png: the face lies outside"):
        face_box(with_mesh(landmarks, [(-400, 10), (-300, 90)]))


def test_the_box_holds_the_whole_face(landmarks):
    box = face_box(astronaut_photograph(landmarks=landmarks))
    inside = landmarks.mesh[:, :2]
    assert (inside > (box.left, box.top)).all()
    assert (inside < (box.right - 1, box.bottom - 1)).all()


def test_widening_ends_with_the_photograph():
    assert FaceBox(5, 10, 20, 30).widened(8, (36, 40, 3)) == FaceBox(0, 2, 28, 36)
