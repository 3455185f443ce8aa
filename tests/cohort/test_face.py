from dataclasses import replace

import numpy as np
import pytest
from skimage.data import astronaut

from rofi.cohort.face import IRIS_DIAMETER, Face, FaceMeasurer, Side
from rofi.errors import NoFaceFound
from rofi.faces import topology
from rofi.faces.landmarks import outer_corner_distance


@pytest.fixture(scope="module")
def measurer():
    return FaceMeasurer()


@pytest.fixture(scope="module")
def face(measurer):
    return measurer.measure(astronaut(), "astronaut.png")


def with_irises(face, diameter):
    """The face with irises of a diameter in pixels, where they were."""

    def iris(points):
        rim = 0.5 * diameter * np.array([[1, 0], [0, -1], [-1, 0], [0, 1.0]])
        return np.vstack([points[:1], points[0] + rim])

    marks = face.landmarks
    return Face(face.picture, replace(marks, left_iris=iris(marks.left_iris), right_iris=iris(marks.right_iris)))


def with_upright_eye(face):
    """The image-left eye put where every number is known: 26 mm wide, 10 mm high, 5 pixels a millimetre."""
    t = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    contour = np.stack([100 - 65 * np.cos(t), 80 + 25 * np.sin(t)], -1)  # from the outer corner below the eye
    points = face.landmarks.left_eye.copy()
    points[list(topology.EYE_CONTOUR)] = contour
    iris = np.array([[95, 78], [124.25, 78], [95, 48.75], [65.75, 78], [95, 107.25]])
    right = iris + np.array([300, 0])
    mesh = face.landmarks.mesh.copy()
    mesh[[topology.LEFT_EYE_OUTER, topology.RIGHT_EYE_OUTER], :2] = [[35, 80], [485, 80]]
    return Face(face.picture, replace(face.landmarks, mesh=mesh, left_eye=points, left_iris=iris, right_iris=right))


def test_a_millimetre_comes_from_the_irises(face):
    expected = outer_corner_distance(face.landmarks) / 90  # within the plausible range of this, the irises decide
    measured = with_irises(face, 1.05 * expected * IRIS_DIAMETER)
    assert measured.millimetre == pytest.approx(1.05 * expected)


@pytest.mark.parametrize(("factor", "held"), [(0.3, 0.8), (3.0, 1.25)])
def test_implausible_irises_do_not_decide(face, factor, held):
    expected = outer_corner_distance(face.landmarks) / 90
    assert with_irises(face, factor * expected * IRIS_DIAMETER).millimetre == pytest.approx(held * expected)


def test_an_eye_of_known_size_is_measured_as_it_is(face):
    eye = with_upright_eye(face).eye(Side.OD)
    assert eye.frame.scale == pytest.approx(5.0)
    assert eye.frame.origin == pytest.approx([100, 80])
    assert (eye.medial, eye.lateral) == pytest.approx((-13, 13))
    assert eye.iris == pytest.approx([1, -0.4])  # the nose of an image-left eye lies to the right
    assert eye.iris_radius == pytest.approx(IRIS_DIAMETER / 2)
    assert eye.height == pytest.approx(10, abs=0.1)
    assert eye.upper_lid([-13, 0, 13]) == pytest.approx([0, -5, 0], abs=0.01)
    assert eye.lower_lid([-13, 0, 13]) == pytest.approx([0, 5, 0], abs=0.01)


def test_distances_from_lids_and_limbus(face):
    eye = with_upright_eye(face).eye(Side.OD)
    x, y = np.array([0.0, 0.0, 0.0, 20.0], np.float32), np.array([0.0, -4.0, -7.0, 0.0], np.float32)
    assert eye.opening(x, y) == pytest.approx([5, 1, -2, -7], abs=0.1)
    assert eye.from_limbus(np.float32(1), np.float32(-0.4)) == pytest.approx(-IRIS_DIAMETER / 2)
    assert eye.from_limbus(np.float32(11), np.float32(-0.4)) == pytest.approx(10 - IRIS_DIAMETER / 2)


@pytest.mark.parametrize("side", Side)
def test_x_points_away_from_the_nose_and_y_down_the_face_on_both_sides(face, side):
    eye = face.eye(side)
    nose = eye.frame.to_local(face.landmarks.mesh[topology.NOSE_TIP, :2])
    assert nose[0] < eye.medial
    assert nose[1] > 20
    assert eye.medial < 0 < eye.lateral
    assert eye.brow[:, 1].max() < eye.upper[:, 1].min()
    assert eye.lid_border[4, 1] > eye.lower[4, 1]


@pytest.mark.parametrize("side", Side)
def test_an_adults_eye_has_an_adults_size(face, side):
    eye = face.eye(side)
    assert 22 < eye.lateral - eye.medial < 34
    assert 7 < eye.height < 13
    assert 5 < eye.iris_radius < 6.8


@pytest.mark.parametrize("side", Side)
def test_lines_run_from_medial_to_lateral_without_turning_back(face, side):
    eye = face.eye(side)
    for line in (eye.upper, eye.lower, eye.crease, eye.brow, eye.lid_border):
        assert (np.diff(line[:, 0]) > 0).all()


def test_od_lies_image_left(face):
    assert face.eye(Side.OD).frame.origin[0] < face.eye(Side.OS).frame.origin[0]
    assert Side.OD.other is Side.OS
    assert Side.OS.other is Side.OD


def test_a_mirrored_face_swaps_its_eyes(face):
    marks, width = face.landmarks, face.picture.shape[1]

    def mirrored(points):
        flipped = points.copy()
        flipped[:, 0] = width - 1 - flipped[:, 0]
        return flipped

    swapped = replace(
        marks,
        left_eye=mirrored(marks.right_eye),
        right_eye=mirrored(marks.left_eye),
        left_iris=mirrored(marks.right_iris),
        right_iris=mirrored(marks.left_iris),
    )
    eye, image = face.eye(Side.OS), Face(face.picture[:, ::-1], swapped).eye(Side.OD)
    assert image.upper == pytest.approx(eye.upper, abs=1e-4)
    assert image.iris == pytest.approx(eye.iris)


def test_the_patch_of_an_eye_holds_it(face):
    patch = face.eye(Side.OS).patch(face.picture, reach=(20, 15))
    assert patch.x.min() <= -20
    assert patch.x.max() >= 20
    assert patch.y.max() >= 15


def test_a_painted_face_keeps_its_landmarks(face):
    dark = face.painted(0.5 * face.picture)
    assert dark.landmarks is face.landmarks
    assert dark.to_bytes().dtype == np.uint8
    assert np.array_equal(face.to_bytes(), astronaut())


def test_bytes_are_rounded_and_clipped(face):
    picture = np.array([[[-3.0, 0.6, 300.0]]], np.float32)
    assert face.painted(picture).to_bytes().tolist() == [[[0, 1, 255]]]


def test_known_points_spare_the_detection(face, measurer):
    points = np.array([[203, 101], [246, 105], [221, 127], [201, 140], [241, 144.0]])
    again = measurer.measure(astronaut(), "astronaut.png", points)
    assert again.landmarks.mesh == pytest.approx(face.landmarks.mesh, abs=2.0)


def test_a_photograph_without_a_face_is_named(measurer):
    with pytest.raises(NoFaceFound, match=r"wall\.png: no face found"):
        measurer.measure(np.full((256, 256, 3), 128, np.uint8), "wall.png")


def test_points_where_no_face_is_are_refused(measurer):
    noise = np.random.default_rng(0).integers(0, 255, (256, 256, 3), dtype=np.uint8)
    points = np.array([[96, 110], [160, 110], [128, 140], [105, 175], [150, 175.0]])
    with pytest.raises(NoFaceFound, match=r"wall\.png: its face cannot be measured"):
        measurer.measure(noise, "wall.png", points)
