from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from rofi.cohort.face import Face, Side
from rofi.cohort.follow_up import (
    LEAST_CHANGE,
    MOST_DRIFT,
    Sitting,
    Verdict,
    Visit,
    draw_course,
    make_pair,
    sit,
)


@pytest.fixture(scope="module")
def visit(face):
    mask = np.zeros(face.picture.shape[:2], np.bool_)
    mask[200:240, 150:200] = True
    return Visit(face, mask, 0.5, {side: {"mrd1_mm": 5.0} for side in Side})


@pytest.fixture(scope="module")
def better(face):
    seed = next(s for s in range(99) if np.ptp(draw_course(np.random.default_rng(s), Verdict.BETTER)[1:]) > 0.6)
    return make_pair(face, np.random.default_rng(seed), Verdict.BETTER)


@given(st.integers(0, 2**32 - 1), st.sampled_from(Verdict))
def test_severities_fit_their_verdict(seed, verdict):
    drawn, before, after = draw_course(np.random.default_rng(seed), verdict)
    assert drawn is verdict
    assert 0 <= before <= 1
    assert 0 <= after <= 1
    if verdict is Verdict.SAME:
        assert abs(after - before) <= MOST_DRIFT
    elif verdict is Verdict.BETTER:
        assert before - after >= LEAST_CHANGE - 1e-12
    else:
        assert after - before >= LEAST_CHANGE - 1e-12


def test_verdicts_are_evenly_drawn():
    verdicts = [draw_course(np.random.default_rng(seed))[0] for seed in range(900)]
    assert chisquare([verdicts.count(verdict) for verdict in Verdict]).pvalue > 0.01


def test_getting_better_and_worse_are_each_other_reversed():
    for seed in range(20):
        _, before, after = draw_course(np.random.default_rng(seed), Verdict.BETTER)
        assert draw_course(np.random.default_rng(seed), Verdict.WORSE)[1:] == (after, before)


def test_treatment_that_helps_brings_the_lids_back(better):
    for side in Side:
        before, after = better.before.findings[side], better.after.findings[side]
        assert all(after[name] < before[name] for name in ("mrd1_mm", "mrd2_mm", "proptosis_mm", "swelling"))
    assert better.verdict is Verdict.BETTER


def test_a_network_that_knows_nothing_of_it_sees_the_eyes_open_less(better, measurer):
    def height(visit):
        seen = measurer.measure(visit.face.to_bytes(), "visit")
        return np.mean([seen.eye(side).height for side in Side])

    assert height(better.after) < height(better.before) - 0.3


def test_both_eyes_are_ill(face, better):
    columns = np.nonzero(better.before.mask)[1]
    middle = face.landmarks.mesh[168, 0]
    assert (columns < middle).sum() > 100
    assert (columns > middle).sum() > 100


def test_landmarks_lie_on_the_second_visits_face(better, measurer):
    seen = measurer.measure(better.after.face.to_bytes(), "after").landmarks
    moved = better.after.face.landmarks
    assert np.linalg.norm(seen.mesh[:, :2] - moved.mesh[:, :2], axis=1).mean() < 2.5 * better.after.face.millimetre
    assert np.linalg.norm(seen.left_iris[0] - moved.left_iris[0]) < 1.5 * better.after.face.millimetre


def test_one_generator_one_pair(face):
    one, other = (make_pair(face, np.random.default_rng(4)) for _ in range(2))
    assert one.verdict is other.verdict
    assert np.array_equal(one.after.face.picture, other.after.face.picture)
    assert np.array_equal(one.before.mask, other.before.mask)


def test_the_same_day_is_the_same_picture(visit):
    again = sit(visit, Sitting())
    assert np.abs(again.face.picture - visit.face.picture).max() < 0.05
    assert again.face.landmarks.mesh == pytest.approx(visit.face.landmarks.mesh, abs=1e-6)
    assert np.array_equal(again.mask, visit.mask)


def test_a_tilted_head_is_a_similarity(visit):
    """Against OpenCV's rotation about a point, whose angle counts the other way round."""
    face = visit.face
    sitting = Sitting(roll=0.04, zoom=1.02, shift=(2.0, -1.0))
    oval = face.landmarks.mesh[:, :2]
    middle = 0.5 * (oval.min(0) + oval.max(0))  # the oval holds the whole mesh
    matrix = cv2.getRotationMatrix2D(middle.tolist(), -np.degrees(0.04), 1.02)
    matrix[:, 2] += face.millimetre * np.array([2.0, -1.0])
    expected = cv2.transform(face.landmarks.left_eye[None], matrix)[0]
    assert sit(visit, sitting).face.landmarks.left_eye == pytest.approx(expected, abs=0.5)


@pytest.mark.parametrize(
    "sitting",
    [
        Sitting(roll=0.05, zoom=0.97, shift=(3, -3)),
        Sitting(yaw=0.07),
        Sitting(yaw=-0.07, roll=-0.05, zoom=1.03, shift=(-3, 1)),
    ],
)
def test_dots_on_the_landmarks_are_found_at_the_moved_landmarks(face, sitting):
    marks = face.landmarks
    dots = np.zeros_like(face.picture)
    rows, columns = np.mgrid[: dots.shape[0], : dots.shape[1]]
    points = np.array([marks.left_iris[0], marks.right_iris[0], marks.mesh[1, :2], marks.mesh[61, :2]])
    for x, y in points:
        dots += 200 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * 3.0**2))[..., None].astype(np.float32)
    after = sit(Visit(Face(dots, marks), np.zeros(dots.shape[:2], np.bool_), 0.5, {}), sitting).face
    moved = after.landmarks
    for x, y in [moved.left_iris[0], moved.right_iris[0], moved.mesh[1, :2], moved.mesh[61, :2]]:
        window = slice(int(y) - 9, int(y) + 11), slice(int(x) - 9, int(x) + 11)
        weight = after.picture[window][..., 0].astype(np.float64)
        found = [(weight * axis[window]).sum() / weight.sum() for axis in (columns, rows)]
        assert found == pytest.approx([x, y], abs=0.35)


def test_a_turned_head_moves_the_nose_and_not_the_contour(visit):
    before = visit.face.landmarks.mesh
    after = sit(visit, Sitting(yaw=0.05)).face.landmarks.mesh
    shift = (after - before)[:, 0] / visit.face.millimetre
    assert 2 < shift[1] < 6
    assert np.abs(shift[[234, 454]]).max() < 0.4 * shift[1]


def test_the_lamp_acts_on_linear_light(visit):
    from skimage.color import gray2rgb

    def linear(picture):
        return ((picture / 255 + 0.055) / 1.055) ** 2.4  # sRGB above level 11

    grey = replace(visit, face=visit.face.painted(gray2rgb(np.full((600, 600), 100, np.float32))))
    lit = linear(sit(grey, Sitting(exposure=1.2, warmth=0.1)).face.picture[300, 300])
    assert lit[1] / linear(100) == pytest.approx(1.2, rel=1e-3)
    assert lit[0] / lit[2] == pytest.approx(np.exp(0.1), rel=1e-3)


def test_a_lamp_from_the_right_brightens_the_right(visit):
    grey = replace(visit, face=visit.face.painted(np.full((600, 600, 3), 100, np.float32)))
    row = sit(grey, Sitting(lamp=(0.002, 0.0))).face.picture[300, :, 0]
    assert (np.diff(row) >= 0).all()
    assert row[-1] > row[0] + 5


def test_visits_differ_by_little():
    sittings = [Sitting.draw(np.random.default_rng(seed)) for seed in range(200)]
    assert max(abs(s.roll) for s in sittings) <= 0.05
    assert max(abs(s.yaw) for s in sittings) <= 0.07
    assert max(abs(np.log(s.zoom)) for s in sittings) <= 0.03 + 1e-9
    assert np.std([s.exposure for s in sittings]) > 0.03
