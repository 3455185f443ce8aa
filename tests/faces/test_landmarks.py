import json
import math
import tarfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from skimage.data import astronaut

from rofi.errors import PhotoError
from rofi.faces import topology
from rofi.faces.detection import Detection
from rofi.faces.landmarks import IrisDetector, MeshDetector, find_landmarks, outer_corner_distance

SHARED_FACES = Path(__file__).parents[3] / "shared" / "faces"
FACE = Detection((175, 60, 98, 119), np.array([[203, 101], [246, 105], [221, 127], [201, 140], [241, 144.0]]), 0.95)


@pytest.fixture(scope="module")
def found():
    return find_landmarks(astronaut(), FACE)


def test_landmarks_have_their_shapes(found):
    assert found.mesh.shape == (468, 3)
    assert found.left_eye.shape == found.right_eye.shape == (71, 2)
    assert found.left_iris.shape == found.right_iris.shape == (5, 2)
    assert found.presence > 0.99


def test_mesh_meets_the_detectors_points(found):
    # The eyes are 43 pixels apart; the detector sets the corners of a smiling mouth well inside.
    mouth = found.mesh[[61, 291], :2]
    assert np.hypot(*(mouth - FACE.points[3:]).T).max() < 7
    assert np.hypot(*(found.left_iris[0] - FACE.points[0])) < 3
    assert np.hypot(*(found.right_iris[0] - FACE.points[1])) < 3


def test_both_networks_agree_on_the_eyes(found):
    for eye, ring, outer in (
        (found.left_eye, topology.LEFT_EYE, topology.LEFT_EYE_OUTER),
        (found.right_eye, topology.RIGHT_EYE, topology.RIGHT_EYE_OUTER),
    ):
        contour, margin = eye[list(topology.EYE_CONTOUR)], found.mesh[list(ring), :2]
        assert np.hypot(*(contour - margin).T).mean() < 2
        assert np.hypot(*(contour[0] - found.mesh[outer, :2])) < 3


@pytest.mark.parametrize("angle", [-150, -90, 35, 180])
def test_landmarks_turn_with_the_photograph(found, angle):
    turn = cv2.getRotationMatrix2D((223, 119), angle, 1.0)
    points = FACE.points @ turn[:, :2].T + turn[:, 2]
    turned = find_landmarks(cv2.warpAffine(astronaut(), turn, (512, 512)), Detection(FACE.box, points, 0.95))
    expected = found.mesh[:, :2] @ turn[:, :2].T + turn[:, 2]
    assert np.hypot(*(turned.mesh[:, :2] - expected).T).mean() < 1
    assert np.hypot(*(turned.left_iris - found.left_iris @ turn[:, :2].T - turn[:, 2]).T).max() < 1.5


def test_landmarks_scale_with_the_photograph_in_depth_too(found):
    large = cv2.resize(astronaut(), None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    scaled = find_landmarks(large, Detection(FACE.box, FACE.points * 3, 0.95))
    assert np.abs(scaled.mesh[:, :2] - (found.mesh[:, :2] + 0.5) * 3 + 0.5).mean() < 1.5
    assert np.ptp(scaled.mesh[:, 2]) == pytest.approx(3 * np.ptp(found.mesh[:, 2]), rel=0.05)


def test_mirrored_photograph_swaps_the_eyes(found):
    points = FACE.points[[1, 0, 2, 4, 3]] * [-1, 1] + [511, 0]
    mirrored = find_landmarks(np.ascontiguousarray(astronaut()[:, ::-1]), Detection(FACE.box, points, 0.95))
    assert np.hypot(*(mirrored.right_iris[0] * [-1, 1] + [511, 0] - found.left_iris[0])) < 1
    assert np.hypot(*(mirrored.left_iris[0] * [-1, 1] + [511, 0] - found.right_iris[0])) < 1


def test_mirroring_the_eye_alone_mirrors_its_points_exactly(found):
    photo = astronaut()
    corners = found.mesh[[33, 133], :2].round()
    corners[:, 1] = corners[0, 1]  # level, so that mirroring the photograph mirrors the crop pixel by pixel
    detector = IrisDetector()
    here = detector.detect(photo, corners, mirrored=False)
    there = detector.detect(np.ascontiguousarray(photo[:, ::-1]), corners[::-1] * [-1, 1] + [511, 0], mirrored=True)
    np.testing.assert_allclose(there.eye * [-1, 1] + [511, 0], here.eye, atol=0.1)
    np.testing.assert_allclose(there.iris * [-1, 1] + [511, 0], here.iris, atol=0.1)


def test_float_and_byte_photographs_give_the_same(found):
    same = find_landmarks(astronaut().astype(np.float32) / 255, FACE)
    assert np.abs(same.mesh - found.mesh).max() < 0.3


def test_presence_is_low_where_no_face_is():
    assert MeshDetector().detect(np.full((512, 512, 3), 128, np.uint8), FACE.points).presence < 0.1


def test_outer_corner_distance_is_that_of_points_33_and_263(found):
    expected = math.dist(found.mesh[33, :2], found.mesh[263, :2])
    assert outer_corner_distance(found) == pytest.approx(expected)
    assert 1.2 < expected / np.hypot(*(FACE.points[1] - FACE.points[0])) < 1.8


def test_threads_are_an_argument():
    several = MeshDetector(intra_op_num_threads=2).detect(astronaut(), FACE.points)
    np.testing.assert_allclose(several.mesh, MeshDetector().detect(astronaut(), FACE.points).mesh, atol=0.05)


def test_coinciding_points_are_refused():
    with pytest.raises(PhotoError, match="coincide"):
        MeshDetector().detect(astronaut(), np.ones((5, 2)))


def test_coinciding_eye_corners_are_refused():
    with pytest.raises(PhotoError, match="above 0"):
        IrisDetector().detect(astronaut(), np.ones((2, 2)), mirrored=False)


def test_grey_photograph_is_refused():
    with pytest.raises(PhotoError, match="RGB"):
        find_landmarks(astronaut()[..., 0], FACE)


def _distance_to(polyline, point):
    start, along = polyline[:-1], np.diff(polyline, axis=0)
    share = np.clip(((point - start) * along).sum(1) / (along * along).sum(1), 0, 1)
    return np.hypot(*(start + share[:, None] * along - point).T).min()


@pytest.mark.skipif(not SHARED_FACES.exists(), reason="shared faces are not here")
@pytest.mark.parametrize("name", ["london", "canada"])
def test_eyes_agree_with_points_set_by_hand(name):
    """Over all of london and canada: iris centres 1.04 and 0.87 %, lids 1.26 and 1.05 % of the pupils' distance."""
    entries = [e for e in json.loads((SHARED_FACES / f"{name}.json").read_text()) if e.get("template")][::3]
    iris_errors, lid_errors = [], []
    with tarfile.open(SHARED_FACES / f"{name}.tar") as tar:
        for entry in entries:
            encoded = np.frombuffer(tar.extractfile(entry["file"]).read(), np.uint8)
            photo = cv2.cvtColor(cv2.imdecode(encoded, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
            truth = np.array(entry["template"])
            unit = math.dist(truth[0], truth[1]) / 100
            found = find_landmarks(photo, Detection((0, 0, 1, 1), np.array(entry["points"]), 1))
            for iris, eye, rim, lid in (
                (found.left_iris, found.left_eye, truth[2:10], truth[18:23]),
                (found.right_iris, found.right_eye, truth[10:18], truth[23:28]),
            ):
                iris_errors.append(math.dist(iris[0], rim.mean(0)) / unit)
                upper = eye[[0, *range(9, 16), 8]]
                lid_errors += [_distance_to(upper, point) / unit for point in lid]
    assert np.mean(iris_errors) < 1.2
    assert np.mean(lid_errors) < 1.5
