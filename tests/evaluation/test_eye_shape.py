from dataclasses import replace

import numpy as np
import pytest

from rofi.errors import RofiError
from rofi.evaluation.eye_shape import eye_shape
from rofi.faces.landmarks import FaceLandmarks


def face(generator=None):
    """Two eyes that mirror one another, irises of 10 pixels."""
    generator = generator or np.random.default_rng(0)
    eye = generator.normal(0, 20, (71, 2))
    iris = np.array([[0, 0], [5, 0], [0, -5], [-5, 0], [0, 5.0]])
    flip = np.array([-1, 1])
    mesh = np.zeros((468, 3))
    left, right = np.array([50, 60]), np.array([150, 60])
    return FaceLandmarks(mesh, 1.0, eye + left, eye * flip + right, iris + left, iris * flip + right)


def test_the_unit_is_the_iris_and_the_origin_its_centre():
    shape = eye_shape(face())
    eye = np.random.default_rng(0).normal(0, 20, (71, 2))
    assert shape.shape == (174,)
    np.testing.assert_allclose(shape[:2], eye[0] / 10)
    np.testing.assert_allclose(shape[32:87], eye[16:, 1] / 10)


def test_eyes_that_mirror_one_another_have_the_same_numbers():
    shape = eye_shape(face())
    np.testing.assert_allclose(shape[:87], shape[87:])


def test_distance_to_the_camera_and_place_do_not_matter():
    near = face()
    points = {name: getattr(near, name) * 3 + 7 for name in ("left_eye", "right_eye", "left_iris", "right_iris")}
    np.testing.assert_allclose(eye_shape(replace(near, **points)), eye_shape(near))


def test_an_iris_without_extent_is_an_error():
    with pytest.raises(RofiError, match="leave this photograph out"):
        eye_shape(replace(face(), left_iris=np.full((5, 2), 50.0)))
