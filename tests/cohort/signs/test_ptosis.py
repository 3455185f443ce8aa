import numpy as np
import pytest
from skimage.data import astronaut

from rofi.cohort.face import FaceMeasurer, Side
from rofi.cohort.painting import changed
from rofi.cohort.signs.ptosis import ptosis
from rofi.errors import CohortError


@pytest.fixture(scope="module")
def face():
    photo = np.kron(astronaut()[50:200, 150:300], np.ones((4, 4, 1), np.uint8))
    return FaceMeasurer().measure(photo, "astronaut.png")


def painted(face, severity, seed=0, side=Side.OD):
    return ptosis(face, severity, side, np.random.default_rng(seed))


@pytest.mark.parametrize("seed", range(4))
def test_the_lid_sinks_steadily_with_severity(face, seed):
    lowered = [painted(face, severity, seed).findings["lowered_mm"] for severity in (0, 0.25, 0.5, 0.75, 1)]
    assert (np.diff(lowered) > 0.5).all()
    assert lowered[0] == pytest.approx(1.8, abs=0.3)  # mild ptosis: 2 mm
    assert 4.4 < lowered[-1] < 6.3  # severe: 4 mm and more


def test_findings_are_what_the_landmarks_say(face):
    result = painted(face, 0.6)
    before, after = face.eye(Side.OD), result.face.eye(Side.OD)
    margin = after.upper_lid(after.iris[0])
    assert result.findings["mrd1_mm"] == pytest.approx(after.iris[1] - margin, abs=0.05)
    assert result.findings["lowered_mm"] == pytest.approx(margin - before.upper_lid(before.iris[0]), abs=0.05)


def test_the_severest_covers_the_pupil(face):
    assert painted(face, 1.0).findings["mrd1_mm"] < 0.5


@pytest.mark.parametrize("side", Side)
def test_the_mask_lies_on_the_eye_where_the_picture_changed(face, side):
    result = painted(face, 0.5, side=side)
    eye = face.eye(side)
    rows, columns = np.nonzero(result.mask)
    x, y = eye.frame.to_local(np.stack([columns, rows], -1)).T
    assert len(rows) > 100
    assert (x > eye.medial).all()
    assert (x < eye.lateral).all()
    assert np.abs(y).max() < 14
    difference = changed(face.picture, result.face.picture, face.millimetre)
    assert difference[result.mask].mean() > 0.95


def test_the_fellow_eye_and_the_irises_stay(face):
    result = painted(face, 1.0)
    other = face.eye(Side.OS).patch(face.picture, (14, 12))
    np.testing.assert_array_equal(result.face.picture[other.slices], other.pixels)
    np.testing.assert_array_equal(result.face.landmarks.left_iris, face.landmarks.left_iris)
    np.testing.assert_array_equal(result.face.landmarks.right_eye, face.landmarks.right_eye)


def test_patients_differ_and_each_is_fixed_by_its_generator(face):
    one, same, another = (painted(face, 0.7, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.face.picture, same.face.picture)
    assert np.abs(one.face.picture - another.face.picture).max() > 20


@pytest.mark.parametrize("severity", [-0.1, 1.1, float("nan")])
def test_a_severity_outside_its_range_is_an_error(face, severity):
    with pytest.raises(CohortError, match="between 0 and 1"):
        painted(face, severity)
