import numpy as np
import pytest

from evaluation.methods.portrait_photo import portrait, portrait_face, psnr
from rofi.evaluation.methods.person_space import face_points, shipped_persons
from rofi.evaluation.methods.redrawn_face import redraw_in_own_light
from rofi.faces import topology
from rofi.faces.landmarks import FaceLandmarks
from rofi.faces.pose import Similarity3D
from rofi.faces.triangle_warp import triangle_warp


@pytest.fixture(scope="module")
def persons():
    return shipped_persons()


def test_a_person_drawn_frontally_is_encoded_as_itself(persons):
    drawn = np.random.default_rng(0).normal(0, 0.5, 512)
    points = persons.shape(drawn) * 3
    picture, _ = triangle_warp(persons.texture(drawn), persons.texture_points, points[:, :2], 800)
    found = persons.encode(picture, points)
    assert np.corrcoef(found[:160], drawn[:160])[0, 1] > 0.99  # part of some shapes is taken for pose
    assert np.corrcoef(found[160:], drawn[160:])[0, 1] > 0.98


def test_where_the_face_is_does_not_change_its_shape(persons):
    drawn = np.random.default_rng(1).normal(0, 1, 512)
    turn = np.array([[0.8, 0.6, 0], [-0.6, 0.8, 0], [0, 0, 1.0]])
    moved = Similarity3D(0.7, turn, np.array([40.0, 60, 5])).apply(persons.shape(drawn))
    flat = np.zeros((256, 256, 3), np.uint8)
    assert persons.encode(flat, moved)[:160] == pytest.approx(persons.encode(flat, persons.shape(drawn))[:160])


def test_what_is_sampled_is_what_lies_there(persons):
    rows, columns = np.mgrid[:280, :280].astype(np.float32)
    seen = persons.sample(np.stack([columns, rows, rows], -1), persons.mean_points)
    low, high = persons.mean_points[:, :2].min(0), persons.mean_points[:, :2].max(0)
    assert seen[:, :2].min(0) == pytest.approx(low, abs=1.5)  # a texel is 1.35 pixels
    assert seen[:, :2].max(0) == pytest.approx(high, abs=1.5)


def test_a_face_is_restored_from_its_coordinates_but_for_the_finest_detail(persons):
    face = portrait_face()
    own = redraw_in_own_light(face, persons, persons.texture(persons.encode(face.view, face.points)))
    core = own.mask == 1
    assert psnr(face.view[core], own.face[core]) > 24


def test_the_eyes_alone_tell_of_the_texture_what_the_whole_face_does(persons):
    face = portrait_face()
    basis, seen = persons.known_texels(face.view, face.points)
    assert basis.shape == (352, len(seen))
    coordinates = persons.encode(face.view, face.points)[160:]
    rest = seen - coordinates @ basis
    assert np.square(rest).mean() < 0.3 * np.square(seen).mean()


def test_an_iris_behind_a_lid_is_moved_into_the_aperture():
    seen = portrait().landmarks
    hidden = FaceLandmarks(
        seen.mesh, 1.0, seen.left_eye, seen.right_eye, seen.left_iris - [0, 60], seen.right_iris.copy()
    )
    points = face_points(hidden)
    lids = points[list(topology.LEFT_EYE), 1]
    assert lids.min() < points[468, 1] < lids.max()
    assert points[469, :2] == pytest.approx(seen.right_iris[0])
