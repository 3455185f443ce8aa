import numpy as np
import pytest
from skimage.data import astronaut

from rofi.faces import topology
from rofi.faces.landmarks import MeshDetector

POINTS = [[203, 101], [246, 105], [221, 127], [201, 140], [241, 144]]
PAIRS = [
    (getattr(topology, name), getattr(topology, name.replace("LEFT", "RIGHT")))
    for name in vars(topology)
    if name.startswith("LEFT") and isinstance(getattr(topology, name), tuple)
]
CLOSED = [
    topology.FACE_OVAL,
    topology.LEFT_EYE,
    topology.RIGHT_EYE,
    topology.LEFT_EYE_RING_1,
    topology.RIGHT_EYE_RING_1,
    topology.LEFT_EYE_RING_2,
    topology.RIGHT_EYE_RING_2,
    topology.LEFT_BROW,
    topology.RIGHT_BROW,
    topology.LIPS_OUTER,
    topology.NOSE_OUTLINE,
]


@pytest.fixture(scope="module")
def mesh():
    return MeshDetector().detect(astronaut(), POINTS).mesh[:, :2]


def _area(polygon):
    x, y = polygon.T
    return 0.5 * np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))


def _crosses_itself(polygon):
    def side(a, b, c):
        return np.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))

    edges = list(zip(polygon, np.roll(polygon, -1, axis=0), strict=True))
    apart = [(one, other) for i, one in enumerate(edges) for other in edges[i + 2 : len(edges) - (i == 0)]]
    return any(side(a, b, c) != side(a, b, d) and side(c, d, a) != side(c, d, b) for (a, b), (c, d) in apart)


@pytest.mark.parametrize("ring", CLOSED)
def test_rings_are_simple_polygons(mesh, ring):
    assert len(set(ring)) == len(ring)
    assert not _crosses_itself(mesh[list(ring)])


def test_face_oval_is_the_hull_of_the_face(mesh):
    assert len(topology.FACE_OVAL) == 36
    low, high = mesh[list(topology.FACE_OVAL)].min(0), mesh[list(topology.FACE_OVAL)].max(0)
    assert (mesh >= low - 4).all()
    assert (mesh <= high + 4).all()


@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_left_is_the_images_left_and_right_its_mirror(mesh, left, right):
    assert len(left) == len(right)
    assert not set(left) & set(right)
    left, right = mesh[list(left)], mesh[list(right)]
    assert left[:, 0].max() < mesh[168, 0] < right[:, 0].min()
    # Mirrored about the line between the means, each point of one side falls near its twin of the other.
    axis = right.mean(0) - left.mean(0)
    axis /= np.hypot(*axis)
    reflected = left - left.mean(0) - 2 * np.outer((left - left.mean(0)) @ axis, axis)
    assert np.hypot(*(reflected - (right - right.mean(0))).T).max() < 8  # the eyes are 43 pixels apart


def test_eye_rings_lie_inside_one_another(mesh):
    for rings in (
        (topology.LEFT_EYE, topology.LEFT_EYE_RING_1, topology.LEFT_EYE_RING_2),
        (topology.RIGHT_EYE, topology.RIGHT_EYE_RING_1, topology.RIGHT_EYE_RING_2),
    ):
        middle = mesh[list(rings[0])].mean(0)
        reach = [np.hypot(*(mesh[list(ring)] - middle).T) for ring in rings]
        assert (reach[0] < reach[1]).all()
        assert (reach[1] < reach[2]).all()


def test_lids_brows_lips_and_nose_follow_from_top_to_bottom(mesh):
    def height(indices):
        return mesh[list(indices), 1].mean()

    order = [
        topology.LEFT_BROW_UPPER,
        topology.LEFT_BROW_LOWER,
        topology.LEFT_UPPER_LID,
        topology.LEFT_LOWER_LID,
        [topology.NOSE_TIP],
        topology.NOSE_BASE,
        topology.LIPS_OUTER,
    ]
    heights = [height(indices) for indices in order]
    assert heights == sorted(heights)
    assert _area(mesh[list(topology.LIPS_INNER)]) ** 2 < _area(mesh[list(topology.LIPS_OUTER)]) ** 2


def test_lids_join_to_the_eye():
    assert set(topology.LEFT_UPPER_LID) | set(topology.LEFT_LOWER_LID) == set(topology.LEFT_EYE)
    assert set(topology.RIGHT_UPPER_LID) | set(topology.RIGHT_LOWER_LID) == set(topology.RIGHT_EYE)
    assert set(topology.LEFT_UPPER_LID) & set(topology.LEFT_LOWER_LID) == {33, 133}
