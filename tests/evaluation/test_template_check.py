import numpy as np
import pytest
from skimage.data import astronaut

from rofi.errors import RofiError
from rofi.evaluation.template_check import template_errors
from rofi.faces.detection import Detector
from rofi.faces.landmarks import FaceLandmarks, find_landmarks

# An eye as a rectangle of 16 points about the origin, in the networks' order: lower margin, then the upper one.
LOWER = [(x, 4.0) for x in np.linspace(-15, 15, 7)]
UPPER = [(x, -4.0) for x in np.linspace(-15, 15, 7)]
MARGIN = np.array([(-20.0, 0.0), *LOWER, (20.0, 0.0), *UPPER])
IRIS = np.array([(0, 0), (5, 0), (0, 5), (-5, 0), (0, -5.0)])
LEFT, RIGHT = np.array([0.0, 0.0]), np.array([100.0, 0.0])


def landmarks(left_eye: np.ndarray = MARGIN, left_iris: np.ndarray = IRIS) -> FaceLandmarks:
    def padded(eye):
        return np.concatenate([eye, np.full((55, 2), 999.0)])

    mirrored = MARGIN * [-1, 1]
    return FaceLandmarks(np.zeros((468, 3)), 1.0, padded(left_eye), padded(mirrored + RIGHT), left_iris, IRIS + RIGHT)


def template() -> np.ndarray:
    """Hand-set points that lie on these outlines, between the detected points."""
    points = np.full((189, 2), 999.0)
    points[0], points[1] = LEFT, RIGHT
    angles = -np.pi / 2 - np.arange(8) * np.pi / 4
    for first, centre in ((2, LEFT), (10, RIGHT)):
        points[first : first + 8] = centre + 5 * np.column_stack([np.cos(angles), np.sin(angles)])
    for upper, lower, centre in ((18, 28, LEFT), (23, 31, RIGHT)):
        points[upper : upper + 5] = centre + np.array([(-20, 0), (-11, -4), (1, -4), (11, -4), (20, 0.0)])
        points[lower : lower + 3] = centre + np.array([(-11, 4), (1, 4), (11, 4.0)])
    return points


def test_points_on_the_outlines_are_no_error():
    errors = template_errors(landmarks(), template())
    assert (errors.eyelids, errors.corners, errors.irises, errors.pupils) == pytest.approx((0, 0, 0, 0), abs=1e-9)


def test_hand_worked_errors():
    """A lid point 8 px off among 16, a corner 4 px among 4, a rim point 6 px among 12, a pupil 3 px among 2."""
    points = template()
    points[20] -= [0, 8]
    points[18] -= [4, 0]
    points[4] -= [6, 0]
    points[0] += [0, 3]
    points[1] += [0, 3]
    errors = template_errors(landmarks(), points)
    assert errors.eyelids == pytest.approx((8 + 4) / 16)
    assert errors.corners == pytest.approx(4 / 4)
    assert errors.irises == pytest.approx(6 / 12)
    assert errors.pupils == pytest.approx(3)


def test_the_iris_under_the_lid_does_not_count():
    points = template()
    points[[2, 6, 10, 14]] += [0, 50]
    assert template_errors(landmarks(), points).irises == pytest.approx(0, abs=1e-9)


def test_errors_are_in_per_cent_whatever_the_picture_s_size():
    points = template()
    points[20] -= [0, 8]
    once = template_errors(landmarks(), points)
    face = landmarks()
    enlarged = FaceLandmarks(
        face.mesh, 1.0, 3 * face.left_eye, 3 * face.right_eye, 3 * face.left_iris, 3 * face.right_iris
    )
    assert template_errors(enlarged, 3 * points).eyelids == pytest.approx(once.eyelids)


def test_points_of_the_networks_lie_on_their_own_outlines():
    """The order of contour, corners and rim fits what the networks give of a photograph."""
    photo = astronaut()
    face = find_landmarks(photo, Detector(looks=1).detect(photo)[0])
    points = np.zeros((189, 2))
    points[0], points[1] = face.left_iris[0], face.right_iris[0]
    points[[18, 22]], points[[23, 27]] = face.left_eye[[0, 8]], face.right_eye[[8, 0]]
    points[[19, 20, 21]], points[[24, 25, 26]] = face.left_eye[[10, 12, 14]], face.right_eye[[14, 12, 10]]
    points[[28, 29, 30]], points[[31, 32, 33]] = face.left_eye[[2, 4, 6]], face.right_eye[[6, 4, 2]]
    errors = template_errors(face, points)
    assert (errors.eyelids, errors.corners, errors.pupils) == pytest.approx((0, 0, 0), abs=1e-9)


def test_another_number_of_points_is_an_error():
    with pytest.raises(RofiError, match="189"):
        template_errors(landmarks(), template()[:188])


def test_pupils_that_coincide_are_an_error():
    points = template()
    points[1] = points[0]
    with pytest.raises(RofiError, match="coincide"):
        template_errors(landmarks(), points)
