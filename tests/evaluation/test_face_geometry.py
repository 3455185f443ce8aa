from dataclasses import replace

import numpy as np
import pytest
from skimage import data

from rofi.errors import RofiError
from rofi.evaluation.face_geometry import BEYOND_THE_EYES, box_overlap, found_again, point_shifts
from rofi.faces import topology
from rofi.faces.detection import Detection, Detector
from rofi.faces.landmarks import FaceLandmarks, find_landmarks


def detection(*box: float) -> Detection:
    return Detection(box, np.zeros((5, 2)), 0.9)


@pytest.fixture
def face() -> FaceLandmarks:
    """Iris centres 100 pixels apart, everything else at the origin."""
    left, right = np.zeros((5, 2)), np.zeros((5, 2))
    right[0] = [60, 80]
    return FaceLandmarks(np.zeros((468, 3)), 1.0, np.zeros((71, 2)), np.zeros((71, 2)), left, right)


FIVE = np.zeros((5, 2))


def test_hand_worked_overlap():
    """Two squares of side 2, one shifted by 1: 2 shared of 6; a square within one of four times its area: 1/4."""
    assert box_overlap((0, 0, 2, 2), (1, 0, 2, 2)) == pytest.approx(2 / 6)
    assert box_overlap((0, 0, 4, 4), (1, 1, 2, 2)) == pytest.approx(1 / 4)
    assert box_overlap((0, 0, 2, 2), (5, 5, 2, 2)) == 0
    assert box_overlap((0, 0, 0, 0), (0, 0, 0, 0)) == 0


def test_the_best_overlap_is_the_face():
    near, nearer, far = detection(2, 0, 10, 10), detection(1, 0, 10, 10), detection(50, 50, 30, 30)
    assert found_again(detection(0, 0, 10, 10), [far, near, nearer]) is nearer


def test_a_face_elsewhere_or_none_is_not_found_again():
    assert found_again(detection(0, 0, 10, 10), [detection(6, 6, 10, 10)]) is None
    assert found_again(detection(0, 0, 10, 10), []) is None


def test_half_the_union_suffices_and_less_does_not():
    """10 x 10 within 10 x 20 is exactly one half."""
    assert found_again(detection(0, 0, 10, 10), [detection(0, 0, 10, 20)]) is not None
    assert found_again(detection(0, 0, 10, 10), [detection(0, 0, 10, 20.1)]) is None


def test_hand_worked_shifts(face):
    """One of 32 lid points by 32 px: 1 %; all iris points by 5: 5 %; the five by 2; the rest not at all."""
    left_eye = face.left_eye.copy()
    left_eye[15] = [0, 32]
    left_iris, right_iris = np.stack([face.left_iris, face.right_iris]) + np.array([3, 4])
    moved = replace(face, left_eye=left_eye, left_iris=left_iris, right_iris=right_iris)
    shifts = point_shifts(face, moved, FIVE, FIVE + np.array([0, 2]))
    assert (shifts.eyelids, shifts.irises, shifts.mesh, shifts.five) == pytest.approx((1, 5, 0, 2))


def test_brow_and_rings_of_the_iris_network_are_no_eyelid(face):
    left_eye, right_eye = face.left_eye.copy(), face.right_eye.copy()
    left_eye[16:], right_eye[16:] = 99, 99
    assert point_shifts(face, replace(face, left_eye=left_eye, right_eye=right_eye), FIVE, FIVE).eyelids == 0


def test_the_mesh_about_the_eyes_and_its_depth_do_not_count(face):
    mesh = face.mesh.copy()
    mesh[list(topology.LEFT_EYE + topology.RIGHT_EYE + topology.RIGHT_EYE_RING_2), :2] = 99
    mesh[:, 2] = 99
    assert point_shifts(face, replace(face, mesh=mesh), FIVE, FIVE).mesh == 0
    mesh[topology.NOSE_TIP, :2] = [3.72, 0]  # one of 372 points, by 3.72 px: 0.01 %
    assert point_shifts(face, replace(face, mesh=mesh), FIVE, FIVE).mesh == pytest.approx(0.01)


def test_beyond_the_eyes_are_all_but_six_rings_of_sixteen():
    assert len(BEYOND_THE_EYES) == 468 - 6 * 16
    assert {*topology.FACE_OVAL, *topology.LIPS_OUTER, *topology.NOSE_BASE} <= set(BEYOND_THE_EYES)


def test_lid_points_are_those_of_the_contour_in_a_photograph():
    """The first 16 lie on the mesh's lid margin in the order of `topology.EYE_CONTOUR`."""
    photo = data.astronaut()
    landmarks = find_landmarks(photo, Detector(looks=1).detect(photo)[0])
    ring = landmarks.left_eye[list(topology.EYE_CONTOUR)]
    width = np.linalg.norm(ring[0] - ring[8])
    assert np.linalg.norm(ring - landmarks.mesh[list(topology.LEFT_EYE), :2], axis=1).mean() < 0.12 * width


def test_irises_that_coincide_are_an_error(face):
    with pytest.raises(RofiError, match="coincide"):
        point_shifts(replace(face, right_iris=face.left_iris), face, FIVE, FIVE)


def test_another_number_of_detected_points_is_an_error(face):
    with pytest.raises(RofiError, match=r"\(N, K, 2\)"):
        point_shifts(face, face, FIVE, np.zeros((4, 2)))
