import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from rofi.faces import topology
from rofi.faces.person_geometry import LIPS, LOWER_LIP, UPPER_LIP, person_points, shape_moves

LIP_POINTS = np.unique(LIPS)


@pytest.fixture(scope="module")
def mesh(aligned_astronaut):
    return aligned_astronaut(128)[1]


@pytest.fixture(scope="module")
def mean_shape(mesh):
    return mesh - [0, 0, mesh[:, 2].mean()]


@pytest.fixture(scope="module")
def shape(mean_shape):
    """Somebody with a longer, narrower face."""
    centre = mean_shape.mean(0)
    return (mean_shape - centre) * [0.9, 1.1, 1.0] + centre


def gaps(points):
    """(9,) how far the mouth is open, along the lips; the astronaut's face is upright."""
    return points[LOWER_LIP[-1], 1] - points[UPPER_LIP[-1], 1]


def opened(shape, by):
    """A shape whose lips are so many pixels farther apart."""
    other = shape.copy()
    other[LOWER_LIP, 1] += by / 2
    other[UPPER_LIP, 1] -= by / 2
    return other


def test_the_mean_person_in_the_patients_pose_is_the_patients_geometry(mesh):
    turned = mesh @ Rotation.from_euler("y", 20, degrees=True).as_matrix() * 1.7 + [3, 4, 5]
    np.testing.assert_allclose(person_points(mesh, turned, turned), mesh[:, :2], atol=1e-6)


def test_lids_and_contour_stay_and_the_mouth_moves(mesh, shape, mean_shape):
    moved = np.linalg.norm(person_points(mesh, shape, mean_shape) - mesh[:, :2], axis=1)
    for held in (topology.LEFT_EYE, topology.RIGHT_EYE, topology.LEFT_EYE_RING_1, topology.FACE_OVAL):
        assert moved[list(held)].max() < 1e-3
    assert moved[list(topology.LIPS_OUTER)].mean() > 1


def test_low_brows_come_down_upon_the_eyes_without_being_squeezed(mesh, mean_shape):
    """The skin between gives way: brows come down all the way, and their own height stays."""
    low = mean_shape.copy()
    brow = list(topology.LEFT_BROW)
    low[brow, 1] += 6
    points = person_points(mesh, low, mean_shape)
    assert (points[brow, 1] - mesh[brow, 1]).mean() == pytest.approx(6, rel=0.1)
    assert np.ptp(points[brow, 1]) == pytest.approx(np.ptp(mesh[brow, 1]), rel=0.25)


@pytest.mark.parametrize("by", [-6.0, 6.0])
def test_the_mouth_is_as_open_as_the_patients_at_most_and_lips_never_cross(mesh, mean_shape, by):
    own = gaps(mesh)
    made = gaps(person_points(mesh, opened(mean_shape, by), mean_shape))
    assert (made > -0.3).all()
    assert (made < np.maximum(own, 0) + 0.3).all()


def test_a_shut_mouth_keeps_its_lips(mesh, mean_shape):
    """The lips move as wholes; none is flattened."""
    shut = person_points(mesh, opened(mean_shape, 6), mean_shape)
    for lip in (LOWER_LIP, UPPER_LIP):
        thick, before = (np.abs(points[lip[0], 1] - points[lip[-1], 1])[2:-2] for points in (shut, mesh))
        np.testing.assert_allclose(thick, before, rtol=0.25)


def test_moves_of_the_shape_are_what_the_points_do(mesh, shape, mean_shape):
    """But for the lips, which stay together besides."""
    change = np.random.default_rng(0).normal(0, 1, (2, *shape.shape))
    before = person_points(mesh, shape, mean_shape)
    free = np.setdiff1d(np.arange(len(mesh)), LIP_POINTS)
    for each, moves in zip(change, shape_moves(mesh, mean_shape, change), strict=True):
        after = person_points(mesh, shape + each, mean_shape)
        np.testing.assert_allclose((after - before)[free], moves[free], atol=1e-6)
