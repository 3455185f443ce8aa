from dataclasses import replace

import numpy as np
import pytest
from skimage.color import rgb2lab

from rofi.cohort.face import Side
from rofi.cohort.signs.thyroid_eye_disease import thyroid_eye_disease
from rofi.errors import CohortError
from rofi.faces import topology


@pytest.fixture(scope="module")
def ill(face):
    return thyroid_eye_disease(face, 1.0, Side.OD, np.random.default_rng(2))


def lab(picture):
    return rgb2lab(np.clip(picture, 0, 255) / 255)


def test_a_network_that_knows_nothing_of_it_sees_the_lids_drawn_back(face, ill, measurer):
    seen = measurer.measure(ill.face.to_bytes(), "ill").eye(Side.OD)
    healthy = face.eye(Side.OD)
    assert seen.height > healthy.height + 1.5
    assert seen.upper_lid(seen.iris[0]) < healthy.upper_lid(healthy.iris[0]) - 0.6


def test_landmarks_move_with_the_lids(ill, measurer):
    seen = measurer.measure(ill.face.to_bytes(), "ill")
    moved, found = (marks.left_eye[list(topology.EYE_CONTOUR)] for marks in (ill.face.landmarks, seen.landmarks))
    assert np.linalg.norm(moved - found, axis=1).mean() < 1.2 * ill.face.millimetre


def test_findings_are_what_the_landmarks_measure(face, ill):
    eye = ill.face.eye(Side.OD)
    pixels = face.millimetre / ill.face.millimetre  # findings count the millimetres of the healthy face
    mrd1 = eye.iris[1] - eye.upper_lid(eye.iris[0])
    mrd2 = eye.lower_lid(eye.iris[0]) - eye.iris[1]
    assert ill.findings["mrd1_mm"] == pytest.approx(mrd1 / pixels, abs=0.15)
    assert ill.findings["mrd2_mm"] == pytest.approx(mrd2 / pixels, abs=0.15)


def test_lids_move_by_what_clinicians_see(face):
    eye = face.eye(Side.OD)
    mrd1, mrd2 = eye.iris[1] - eye.upper_lid(eye.iris[0]), eye.lower_lid(eye.iris[0]) - eye.iris[1]
    for seed in range(3):
        severe = thyroid_eye_disease(face, 1.0, Side.OD, np.random.default_rng(seed)).findings
        mild = thyroid_eye_disease(face, 0.0, Side.OD, np.random.default_rng(seed)).findings
        assert 0.5 < mild["mrd1_mm"] - mrd1 < 1.1
        assert 1.5 < severe["mrd1_mm"] - mrd1 < 4.5
        assert 0.3 < severe["mrd2_mm"] - mrd2 < 3.0


def test_the_upper_lid_flares_temporally(face, ill):
    before, after = face.eye(Side.OD), ill.face.eye(Side.OD)
    away = np.linspace(1, 9, 17)
    temporal, nasal = (before.upper_lid(before.iris[0] + x) - after.upper_lid(after.iris[0] + x) for x in (away, -away))
    assert temporal.mean() > nasal.mean() + 0.3


def test_the_white_shows_above_the_iris(face, ill):
    eye = ill.face.eye(Side.OD)
    top = float(eye.upper_lid(eye.iris[0]))
    limbus = float(eye.iris[1] - eye.iris_radius)
    assert ill.findings["scleral_show_mm"] > 1
    assert top < limbus - 0.8
    column, row = eye.frame.to_picture([eye.iris[0], 0.5 * (top + limbus)]).round().astype(int)
    place = slice(row, row + 1), slice(column - 2, column + 3)
    was, now = (lab(picture[place]).reshape(-1, 3).mean(0) for picture in (face.picture, ill.face.picture))
    assert np.hypot(*now[1:]) < np.hypot(*was[1:])


def test_every_finding_grows_with_severity(face):
    found = [
        thyroid_eye_disease(face, s, Side.OS, np.random.default_rng(1)).findings for s in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    for name in ("mrd1_mm", "mrd2_mm", "proptosis_mm", "swelling"):
        assert (np.diff([f[name] for f in found]) > 0).all()
    assert (np.diff([f["scleral_show_mm"] for f in found]) >= 0).all()


def test_the_picture_changes_steadily(face):
    steps = [thyroid_eye_disease(face, s, Side.OD, np.random.default_rng(1)).face.picture for s in (0.5, 0.51, 1.0)]
    assert np.abs(steps[1] - steps[0]).mean() < 0.15 * np.abs(steps[2] - steps[0]).mean()


def test_severity_0_is_visible(face):
    painted = thyroid_eye_disease(face, 0.0, Side.OD, np.random.default_rng(0))
    assert painted.mask.sum() > 20 * face.millimetre**2
    assert np.abs(painted.face.picture - face.picture)[painted.mask].mean() > 2


@pytest.mark.parametrize("side", Side)
def test_only_its_own_eye_changes(face, side):
    painted = thyroid_eye_disease(face, 1.0, side, np.random.default_rng(0))
    eye, fellow = face.eye(side), painted.face.eye(side.other)
    rows, columns = np.mgrid[: face.picture.shape[0], : face.picture.shape[1]]
    x, y = np.moveaxis(eye.frame.to_local(np.stack([columns, rows], -1)), -1, 0)
    away = np.hypot(x / 40, y / 45) > 1
    assert np.array_equal(painted.face.picture[away], face.picture[away])
    assert not painted.mask[away].any()
    for line in ("upper", "lower", "iris"):
        there = fellow.frame.to_picture(getattr(fellow, line))
        healthy = face.eye(side.other)
        assert there == pytest.approx(healthy.frame.to_picture(getattr(healthy, line)), abs=0.3)


def test_the_mask_is_where_the_picture_changed(face, ill):
    change = np.abs(ill.face.picture - face.picture).max(-1)
    assert (change[ill.mask] > 3).mean() > 0.75
    assert (ill.mask[change > 25]).mean() > 0.9


def test_swollen_lids_are_redder(face, ill):
    eye = ill.face.eye(Side.OD)
    patch = eye.patch(ill.face.picture)
    bag = (np.abs(patch.x) < 6) & (patch.y - eye.lower_lid(patch.x) > 3) & (patch.y - eye.lower_lid(patch.x) < 6)
    was, now = lab(face.picture[patch.slices])[bag], lab(patch.pixels)[bag]
    assert now[:, 1].mean() > was[:, 1].mean() + 1


def test_under_a_lamp_above_bags_cast_a_shadow_below(face):
    shape = face.picture.shape
    grey = face.painted(np.full(shape, 150, np.float32) - 0.15 * np.arange(shape[0], dtype=np.float32)[:, None, None])
    ill = thyroid_eye_disease(grey, 1.0, Side.OD, np.random.default_rng(2))
    eye = grey.eye(Side.OD)
    patch = eye.patch(ill.face.picture)
    change = (patch.pixels - grey.picture[patch.slices])[..., 0]
    below = patch.y - eye.lower_lid(patch.x)
    middle = np.abs(patch.x) < 5
    edge = min(change[middle & (np.abs(below - mm) < 0.5)].mean() for mm in np.arange(7, 16, 0.5))
    assert edge < change[middle & (np.abs(below - 19) < 1)].mean() - 3


def test_the_globe_that_stands_forward_looks_larger(face, ill):
    def width(f):
        contour = f.landmarks.left_eye
        return np.linalg.norm(contour[topology.EYE_CONTOUR[0]] - contour[topology.EYE_CONTOUR[8]])

    assert 1.005 < width(ill.face) / width(face) < 1.05


def test_one_generator_one_picture(face):
    pictures = [thyroid_eye_disease(face, 0.6, Side.OD, np.random.default_rng(seed)).face.picture for seed in (5, 5, 6)]
    assert np.array_equal(pictures[0], pictures[1])
    assert np.abs(pictures[0] - pictures[2]).max() > 20


def test_patients_differ_and_their_two_eyes_hardly(face):
    found = {
        (seed, side): thyroid_eye_disease(face, 1.0, side, np.random.default_rng(seed)).findings
        for seed in range(3)
        for side in Side
    }
    for name in ("proptosis_mm", "swelling"):
        one = np.array([found[seed, Side.OD][name] for seed in range(3)])
        other = np.array([found[seed, Side.OS][name] for seed in range(3)])
        assert np.ptp(one) > 0.1 * one.mean()
        assert other == pytest.approx(one, rel=0.3)
        assert np.abs(other - one).max() > 0


def test_the_healthy_face_is_left_alone(face):
    picture, mesh = face.picture.copy(), face.landmarks.mesh.copy()
    thyroid_eye_disease(face, 1.0, Side.OD, np.random.default_rng(0))
    assert np.array_equal(face.picture, picture)
    assert np.array_equal(face.landmarks.mesh, mesh)


def test_an_eye_at_the_pictures_border_is_painted_as_far_as_it_is_seen(face):
    left = int(face.eye(Side.OD).frame.to_picture([6.0, 0.0])[0])
    marks = face.landmarks
    shift = np.array([left, 0.0])
    cut = replace(
        face,
        picture=np.ascontiguousarray(face.picture[:, left:]),
        landmarks=replace(
            marks,
            mesh=marks.mesh - np.append(shift, 0),
            left_eye=marks.left_eye - shift,
            right_eye=marks.right_eye - shift,
            left_iris=marks.left_iris - shift,
            right_iris=marks.right_iris - shift,
        ),
    )
    painted = thyroid_eye_disease(cut, 1.0, Side.OD, np.random.default_rng(0))
    assert painted.face.picture.shape == cut.picture.shape
    assert painted.mask.any()


@pytest.mark.parametrize("severity", [-0.1, 1.01, np.nan])
def test_a_severity_that_is_none_is_refused(face, severity):
    with pytest.raises(CohortError, match="between 0 and 1"):
        thyroid_eye_disease(face, severity, Side.OD, np.random.default_rng(0))
