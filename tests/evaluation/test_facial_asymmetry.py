from dataclasses import replace

import numpy as np
import pytest
from skimage.data import astronaut

from rofi.errors import RofiError
from rofi.evaluation.facial_asymmetry import facial_asymmetry, mirror_pairs
from rofi.faces import topology
from rofi.faces.detection import Detector
from rofi.faces.landmarks import FaceLandmarks, find_landmarks


def symmetric() -> FaceLandmarks:
    """Any face whose mirror image about x = 0 is itself; the eyes' middles are 100 apart."""
    generator = np.random.default_rng(0)
    mesh = np.zeros((468, 3))
    for one, other in mirror_pairs():
        x, y, z = generator.uniform(-80, 80, 3)
        mesh[one], mesh[other] = (0, y, z) if one == other else (x, y, z), (0, y, z) if one == other else (-x, y, z)
    mesh[[33, 133], :2], mesh[[263, 362], :2] = [(-65, 0), (-35, 0)], [(65, 0), (35, 0)]
    eye = np.zeros((71, 2))
    eye[4], eye[12] = (0, 6), (0, -4)
    return FaceLandmarks(mesh, 1.0, eye.copy(), eye.copy(), np.zeros((5, 2)), np.zeros((5, 2)))


def moved(face: FaceLandmarks, points: tuple[int, ...], by: tuple[float, float]) -> FaceLandmarks:
    mesh = face.mesh.copy()
    mesh[list(points), :2] += by
    return replace(face, mesh=mesh)


def test_known_pairs_of_the_mesh():
    """Outer corners of eyes and mouth, cheeks, wings of the nose; chin, nose tip's ridge and forehead are their own."""
    pairs = set(mirror_pairs())
    assert {(33, 263), (61, 291), (234, 454), (98, 327), (152, 152), (10, 10), (4, 4), (17, 17)} <= pairs
    points = [point for pair in pairs for point in set(pair)]
    assert len(points) == len(set(points))


def test_pairs_are_mirror_images_in_a_photograph():
    """Of a face that looks at us, paired points lie on opposite sides of the midline, at about one height."""
    photo = astronaut()
    mesh = find_landmarks(photo, Detector(looks=1).detect(photo)[0]).mesh[:, :2]
    across = mesh[263] - mesh[33]
    between = np.hypot(*across)
    for one, other in mirror_pairs():
        apart = mesh[other] - mesh[one]
        height = abs(apart @ np.array([-across[1], across[0]])) / between
        assert height < 0.2 * between


def test_a_symmetric_face():
    found = facial_asymmetry(symmetric())
    assert (found.mouth, found.fissure, found.brow, found.mesh) == pytest.approx((0, 0, 0, 0), abs=1e-9)


def test_a_corner_of_the_mouth_that_hangs():
    """By 7 pixels where the eyes are 100 apart."""
    assert facial_asymmetry(moved(symmetric(), (61,), (0, 7))).mouth == pytest.approx(7)
    assert facial_asymmetry(moved(symmetric(), (291,), (0, 7))).mouth == pytest.approx(-7)


def test_a_brow_that_hangs():
    assert facial_asymmetry(moved(symmetric(), topology.LEFT_BROW, (0, 3))).brow == pytest.approx(3)


def test_an_eye_that_closes():
    """Fissures of 5 and 10: (5 - 10) / 15."""
    face = symmetric()
    eye = face.left_eye.copy()
    eye[[4, 12]] /= 2
    assert facial_asymmetry(replace(face, left_eye=eye)).fissure == pytest.approx(-100 / 3)


def test_the_mirror_image_of_an_asymmetric_mesh_is_as_far_off():
    face = moved(symmetric(), topology.LIPS_OUTER[1:10], (5, 9))
    mirrored = face.mesh.copy()
    for one, other in mirror_pairs():
        mirrored[[one, other]] = face.mesh[[other, one]] * [-1, 1, 1]
    found = facial_asymmetry(face).mesh
    assert found > 0.5
    assert facial_asymmetry(replace(face, mesh=mirrored)).mesh == pytest.approx(found)


def test_a_tilted_distant_head_is_as_asymmetric():
    face = moved(symmetric(), (61, *topology.LEFT_BROW), (2, 7))
    before = facial_asymmetry(face)
    turn = 0.3 * np.array([[np.cos(0.4), np.sin(0.4)], [-np.sin(0.4), np.cos(0.4)]])
    mesh = face.mesh.copy()
    mesh[:, :2] = mesh[:, :2] @ turn + [50, 20]
    after = facial_asymmetry(replace(face, mesh=mesh, left_eye=face.left_eye @ turn, right_eye=face.right_eye @ turn))
    for one, other in zip(vars(before).values(), vars(after).values(), strict=True):
        assert one == pytest.approx(other)


def test_eyes_that_coincide_are_an_error():
    face = symmetric()
    with pytest.raises(RofiError, match="coincide"):
        facial_asymmetry(replace(face, mesh=np.zeros((468, 3))))
    with pytest.raises(RofiError, match="coincide"):
        facial_asymmetry(replace(face, left_eye=np.zeros((71, 2)), right_eye=np.zeros((71, 2))))
