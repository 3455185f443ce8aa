import numpy as np
import pytest
from skimage.data import astronaut

from rofi.cohort.face import FaceMeasurer, Side
from rofi.cohort.painting import changed
from rofi.cohort.signs.microblepharon import microblepharon
from rofi.errors import CohortError


@pytest.fixture(scope="module")
def face():
    photo = np.kron(astronaut()[50:200, 150:300], np.ones((4, 4, 1), np.uint8))
    return FaceMeasurer().measure(photo, "astronaut.png")


def painted(face, severity, seed=0, side=Side.OD):
    return microblepharon(face, severity, side, np.random.default_rng(seed))


@pytest.mark.parametrize("seed", range(4))
def test_the_fissure_shortens_and_more_white_shows_with_severity(face, seed):
    findings = [painted(face, severity, seed).findings for severity in (0, 0.5, 1)]
    lengths, shows = (np.array([f[name] for f in findings]) for name in ("fissure_length_mm", "scleral_show_mm"))
    assert (np.diff(lengths) < -1).all()
    assert (np.diff(shows) > 0.3).all()
    shares = [f["shortened_share"] for f in findings]
    assert 0.07 < shares[0] < 0.12
    assert 0.26 < shares[-1] < 0.37


def test_findings_are_what_the_landmarks_say(face):
    result = painted(face, 0.6)
    before, after = face.eye(Side.OD), result.face.eye(Side.OD)
    length = after.lateral - after.medial
    assert result.findings["fissure_length_mm"] == pytest.approx(length, abs=0.01)
    assert result.findings["shortened_share"] == pytest.approx(1 - length / (before.lateral - before.medial), abs=0.01)


def test_the_lateral_corner_moves_most(face):
    before, result = face.eye(Side.OD), painted(face, 1.0)
    after = result.face.eye(Side.OD)
    corners = before.frame.to_local(after.frame.to_picture([[after.medial, 0], [after.lateral, 0]]))[:, 0]
    assert before.lateral - corners[1] > corners[0] - before.medial > 0.5


@pytest.mark.parametrize("side", Side)
def test_the_mask_lies_about_the_eye_where_the_picture_changed(face, side):
    result = painted(face, 0.5, side=side)
    eye = face.eye(side)
    rows, columns = np.nonzero(result.mask)
    places = eye.frame.to_local(np.stack([columns, rows], -1))
    assert len(rows) > 200
    assert np.abs(places[:, 0]).max() < eye.lateral + 4
    assert np.abs(places[:, 1]).max() < 14
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
