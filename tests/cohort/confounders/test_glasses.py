import numpy as np
import pytest

from rofi.cohort.confounders.glasses import glasses
from rofi.cohort.face import Side
from rofi.cohort.optics import luminance


@pytest.mark.parametrize("seed", range(6))
def test_the_eyes_stay_visible_through_the_lenses(face, from_eyes, seed):
    after = glasses(face, np.random.default_rng(seed))
    eyes = from_eyes < -0.5
    before, now = (luminance(shown.picture[eyes][None])[0] for shown in (face, after))
    assert np.corrcoef(before, now)[0, 1] > 0.9
    assert np.abs(now - before).mean() < 0.1


@pytest.mark.parametrize("seed", range(3))
def test_a_rim_goes_round_each_eye(face, changes, seed):
    strong = changes(face, glasses(face, np.random.default_rng(seed))) > 25
    for side in Side:
        eye = face.eye(side)
        x, y = eye.frame.to_picture([0.0, 0.0])
        reach = 40 * face.millimetre
        for turn in np.linspace(0, 2 * np.pi, 8, endpoint=False):
            ray = np.linspace(12 * face.millimetre, reach, 200)[:, None] * [np.cos(turn), np.sin(turn)] + [x, y]
            columns, rows = np.rint(ray).astype(int).T
            inside = (rows >= 0) & (columns >= 0) & (rows < strong.shape[0]) & (columns < strong.shape[1])
            assert strong[rows[inside], columns[inside]].any()


def test_mouth_and_chin_are_untouched(face):
    after = glasses(face, np.random.default_rng(0))
    below = round(float(face.landmarks.mesh[13, 1]))
    np.testing.assert_array_equal(after.picture[below:], face.picture[below:])
