import numpy as np
import pytest
from skimage.color import rgb2lab
from skimage.measure import label, regionprops

from rofi.cohort.face import Side
from rofi.cohort.optics import luminance
from rofi.cohort.painting import changed
from rofi.cohort.signs.lacrimal_disorder import lacrimal_disorder
from rofi.errors import CohortError


def seeds(face, *findings):
    """Three seeds of patients who have just these findings."""
    found = (seed for seed in range(60) if set(paint(face, 0.0, seed).findings) == set(findings))
    return [next(found) for _ in range(3)]


def paint(face, severity, seed, side=Side.OD):
    return lacrimal_disorder(face, severity, side, np.random.default_rng(seed))


@pytest.fixture(scope="module")
def swollen(face):
    return seeds(face, "swelling_mm")


@pytest.fixture(scope="module")
def weeping(face):
    return seeds(face, "meniscus_mm")


def test_some_patients_have_both(face):
    assert len(seeds(face, "swelling_mm", "meniscus_mm")) == 3


@pytest.mark.parametrize("side", Side)
def test_the_sac_swells_below_the_tendon_beside_the_nose(face, swollen, side):
    eye = face.eye(side)
    for seed in swollen:
        lump = regionprops(label(paint(face, 1.0, seed, side).mask))
        assert len(lump) == 1
        x, y = eye.frame.to_local(lump[0].centroid[::-1])
        assert eye.medial - 6 < x < eye.medial + 2
        assert 3 < y < 14
        top = eye.frame.to_local(lump[0].coords[:, ::-1].astype(float))[:, 1].min()
        assert top > -1  # the tendon holds it down


def test_the_swelling_is_as_long_as_its_finding_says(face, swollen):
    for seed in swollen:
        painted = paint(face, 0.8, seed)
        length = regionprops(label(painted.mask))[0].axis_major_length / face.millimetre
        assert length == pytest.approx(painted.findings["swelling_mm"], rel=0.2)
        assert 6 <= painted.findings["swelling_mm"] <= 14


def test_the_swelling_is_redder_than_the_skin_was(face, swollen):
    for seed in swollen:
        painted = paint(face, 1.0, seed)
        before, now = (
            rgb2lab(shown.picture[painted.mask][None] / 255)[0, :, 1].mean() for shown in (face, painted.face)
        )
        assert now > before + 2


def test_a_bright_line_stands_on_the_lower_lid(face, weeping):
    eye = face.eye(Side.OD)
    for seed in weeping:
        before, now = (eye.patch(shown.picture) for shown in (face, paint(face, 1.0, seed).face))
        near = (np.abs(before.x) < 7) & (np.abs(before.y - eye.lower_lid(before.x)) < 2.5)
        gain = np.where(near, luminance(now.pixels) - luminance(before.pixels), -1)
        columns = near.any(0)
        assert np.median(gain.max(0)[columns]) > 0.05


def test_tears_run_down_from_the_lid_in_one_track(face, weeping):
    eye = face.eye(Side.OD)
    for seed in weeping:
        rows, columns = np.nonzero(paint(face, 1.0, seed).mask)
        places = eye.frame.to_local(np.column_stack([columns, rows]))
        below = places[places[:, 1] > eye.lower[:, 1].max() + 5]
        assert np.ptp(below[:, 1]) > 12
        for level in range(12, 20, 2):
            row = below[np.abs(below[:, 1] - level) < 0.5, 0]
            assert 0 < np.ptp(row) < 8


def test_severity_makes_it_worse_and_nothing_else(face):
    for seed in range(6):
        stages = [paint(face, severity, seed) for severity in (0.0, 0.5, 1.0)]
        for name in stages[0].findings:
            sizes = [stage.findings[name] for stage in stages]
            assert sizes[0] < sizes[1] < sizes[2]
        areas = [stage.mask.sum() for stage in stages]
        assert areas == sorted(areas)
        differences = [np.abs(stage.face.picture - face.picture).sum() for stage in stages]
        assert differences == sorted(differences)


def test_the_least_severity_can_still_be_seen(face):
    for seed in range(8):
        painted = paint(face, 0.0, seed)
        seen = changed(face.picture, painted.face.picture, face.millimetre)
        assert (seen & painted.mask).any()


def test_the_other_eye_and_the_landmarks_stay(face):
    painted = paint(face, 1.0, 0)
    other = face.eye(Side.OS).patch(face.picture, (14, 14))
    np.testing.assert_array_equal(painted.face.picture[other.slices], face.picture[other.slices])
    assert painted.face.landmarks is face.landmarks


def test_one_seed_one_patient(face):
    first, same, other = (paint(face, 0.7, seed).face.picture for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, same)
    assert np.abs(first - other).max() > 10


@pytest.mark.parametrize("severity", [-0.1, 1.1, float("nan")])
def test_a_severity_outside_0_to_1_is_refused(face, severity):
    with pytest.raises(CohortError, match="between 0 and 1"):
        lacrimal_disorder(face, severity, Side.OD, np.random.default_rng(0))
