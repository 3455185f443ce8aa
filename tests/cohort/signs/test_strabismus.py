import numpy as np
import pytest

from cohort.drawn_eye import measured_face
from rofi.cohort.face import Side
from rofi.cohort.signs.strabismus import strabismus
from rofi.errors import CohortError

TOWARDS = {"esotropia": (-1, 0), "exotropia": (1, 0), "hypertropia": (0, -1), "hypotropia": (0, 1)}


@pytest.fixture(scope="module", params=[6, 2], ids=["4 px/mm", "1.3 px/mm"])
def face(request):
    return measured_face(request.param)


@pytest.fixture(scope="module")
def coarse():
    return measured_face(2)


def painted(face, severity, seed=0, side=Side.OD):
    return strabismus(face, severity, side, np.random.default_rng(seed))


def kind(ill):
    return next(name for name in ill.findings if name in TOWARDS)


def moved(face, ill, side):
    eye = face.eye(side)
    marks = ill.face.landmarks
    return eye.frame.to_local((marks.left_iris if side is Side.OD else marks.right_iris)[0]) - eye.iris


def test_the_limbus_moves_by_what_the_angle_says(face):
    """By hand: 15 prism dioptres are 8.53 degrees: 10.48 mm times their sine is 1.55 mm."""
    for seed in range(6):
        ill = painted(face, 0.0, seed)
        radius = face.eye(Side.OD).iris_radius
        angle = np.arctan(ill.findings["deviation_pd"] / 100)
        shift = np.linalg.norm(moved(face, ill, Side.OD))
        assert shift == pytest.approx(np.sqrt(144 - radius**2) * np.sin(angle), rel=1e-4)
        assert 13 < ill.findings["deviation_pd"] < 17
        assert ill.findings["hirschberg_mm"] == pytest.approx(shift - 4.2 * np.sin(angle), rel=1e-4)


@pytest.mark.parametrize("side", Side)
def test_every_kind_turns_its_way(coarse, side):
    seen = {}
    for seed in range(40):
        ill = painted(coarse, 0.5, seed, side)
        seen.setdefault(kind(ill), moved(coarse, ill, side))
    assert seen.keys() == TOWARDS.keys()
    for name, way in TOWARDS.items():
        unit = seen[name] / np.linalg.norm(seen[name])
        assert unit @ np.array(way) > 0.9


@pytest.mark.parametrize("seed", range(4))
def test_it_grows_with_severity(face, seed):
    ills = [painted(face, severity, seed) for severity in (0, 0.3, 0.6, 1)]
    angles = [ill.findings["deviation_pd"] for ill in ills]
    assert all(np.diff(angles) > 3)
    assert len({kind(ill) for ill in ills}) == 1
    changes = [np.abs(ill.face.picture - face.picture).sum() for ill in ills]
    assert changes[0] < changes[-1]


def test_the_mildest_is_seen(face):
    ill = painted(face, 0.0)
    assert np.abs(ill.face.picture - face.picture).max(-1)[ill.mask].mean() > 10
    assert ill.mask.sum() / face.millimetre**2 > 40


def test_the_fellow_eye_and_the_skin_stay(face):
    ill = painted(face, 1.0)
    other = face.eye(Side.OS).patch(face.picture, (16, 10))
    np.testing.assert_array_equal(ill.face.picture[other.slices], other.pixels)
    np.testing.assert_array_equal(ill.face.landmarks.right_iris, face.landmarks.right_iris)
    eye = face.eye(Side.OD)
    patch = eye.patch(face.picture, (20, 13))
    assert eye.opening(patch.x, patch.y)[ill.mask[patch.slices]].min() > -2.0 - 1 / patch.scale


def test_the_same_generator_paints_the_same(face):
    np.testing.assert_array_equal(painted(face, 0.7, 5).face.picture, painted(face, 0.7, 5).face.picture)


@pytest.mark.parametrize("severity", [-0.1, 1.1, float("nan")])
def test_a_severity_out_of_range_is_refused(face, severity):
    with pytest.raises(CohortError, match="between 0 and 1"):
        painted(face, severity)
