import cv2
import numpy as np
import pytest
from scipy.spatial.distance import pdist
from skimage.color import rgb2lab

from rofi.cohort.face import Side
from rofi.cohort.signs.basal_cell_carcinoma import basal_cell_carcinoma
from rofi.errors import CohortError

SEEDS = range(12)


def ill(face, severity, seed, side=Side.OD):
    return basal_cell_carcinoma(face, severity, side, np.random.default_rng(seed))


def difference(face, painted):
    before, after = (rgb2lab(np.clip(each, 0, 255) / 255) for each in (face.picture, painted.face.picture))
    return np.linalg.norm(after - before, axis=-1)


def local(face, mask, side=Side.OD):
    return face.eye(side).frame.to_local(np.argwhere(mask)[:, ::-1])


@pytest.mark.parametrize(("severity", "least", "most"), [(0, 2.3, 2.51), (1, 9.5, 12.01)])
def test_it_measures_2_5_to_12_millimetres(face, severity, least, most):
    diameters = [ill(face, severity, seed).findings["diameter_mm"] for seed in SEEDS]
    assert least <= min(diameters)
    assert max(diameters) <= most


def test_the_diameter_is_that_of_what_is_seen(face):
    for seed in SEEDS[:5]:
        painted = ill(face, 1.0, seed)
        spread = pdist(local(face, painted.mask)).max()
        assert painted.findings["diameter_mm"] == pytest.approx(spread - 0.8, abs=1.6)  # the surround, pixels, waves


def test_it_grows_with_severity_in_place(face):
    for seed in SEEDS[:4]:
        series = [ill(face, severity, seed) for severity in np.linspace(0, 1, 6)]
        assert np.all(np.diff([each.mask.sum() for each in series]) > 0)
        assert np.all(np.diff([each.findings["diameter_mm"] for each in series]) > 0)
        assert np.all(np.diff([each.findings["height_mm"] for each in series]) > 0)
        assert (series[0].mask & series[-1].mask).sum() > 0.8 * series[0].mask.sum()


def test_a_small_step_in_severity_is_a_small_step_in_the_picture(face):
    one, other = ill(face, 0.5, 3), ill(face, 0.505, 3)
    assert np.abs(one.face.picture - other.face.picture).mean(-1)[other.mask].mean() < 6


def test_it_is_seen_on_the_smallest_canvas(small):
    assert small.millimetre == pytest.approx(0.8, abs=0.15)
    for seed in SEEDS:
        painted = ill(small, 0.15, seed)
        assert painted.mask.sum() >= 5
        assert difference(small, painted)[painted.mask].mean() > 4  # 2.3 is a just noticeable difference


def test_nothing_beyond_the_mask_but_a_soft_shadow(face):
    for seed in SEEDS[:6]:
        painted = ill(face, 0.8, seed)
        wide = cv2.dilate(painted.mask.astype(np.uint8), np.ones((3, 3)), iterations=round(1.5 * face.millimetre)) > 0
        seen = difference(face, painted)
        assert seen[~wide].max() < 6
        assert seen[painted.mask].mean() > 6


def test_the_eyeball_is_left_alone_but_for_a_millimetre(face):
    eye = face.eye(Side.OD)
    patch = eye.patch(face.picture)
    deep = eye.opening(patch.x, patch.y) > 1.8
    for seed in SEEDS:
        after = ill(face, 1.0, seed).face.picture[patch.slices]
        assert np.abs(after - patch.pixels)[deep].max() < 1


def test_most_arise_on_the_lower_lid_then_at_the_medial_canthus(face):
    eye = face.eye(Side.OD)
    centres = np.array([local(face, ill(face, 0.0, seed).mask).mean(0) for seed in range(60)])
    below = (centres[:, 0] > eye.medial) & (centres[:, 0] < eye.lateral) & (centres[:, 1] > eye.lower[0, 1])
    medial = centres[:, 0] < eye.medial
    assert 0.5 < below.mean() < 0.85
    assert 0.07 < medial.mean() < 0.35


def test_it_is_redder_than_the_skin(face):
    eye = face.eye(Side.OD)
    painted = [ill(face, 0.4, seed) for seed in SEEDS]
    redder = []
    for each in painted:
        skin = each.mask & (eye.opening(*np.moveaxis(_millimetres(face, eye), -1, 0)) < -1)
        before, after = (rgb2lab(np.clip(p, 0, 255) / 255)[skin] for p in (face.picture, each.face.picture))
        redder.append(np.mean(after[:, 1] - before[:, 1]))
    assert np.median(redder) > 2


def _millimetres(face, eye):
    rows, columns = np.mgrid[: face.picture.shape[0], : face.picture.shape[1]]
    return eye.frame.to_local(np.stack([columns, rows], -1)).astype(np.float32)


def test_the_same_generator_paints_the_same_and_another_does_not(face):
    first, again, other = ill(face, 0.7, 5), ill(face, 0.7, 5), ill(face, 0.7, 6)
    assert (first.face.picture == again.face.picture).all()
    assert (first.face.picture != other.face.picture).any()


def test_landmarks_stay_and_the_face_given_is_not_changed(face):
    before = face.picture.copy()
    painted = ill(face, 1.0, 0)
    assert painted.face.landmarks is face.landmarks
    assert (face.picture == before).all()


def test_the_left_eye_gets_its_own(face):
    painted = ill(face, 1.0, 0, Side.OS)
    assert np.abs(local(face, painted.mask, Side.OS).mean(0)).max() < 25


@pytest.mark.parametrize("severity", [-0.1, 1.1, float("nan")])
def test_a_severity_out_of_range_is_refused(face, severity):
    with pytest.raises(CohortError, match="between 0 and 1"):
        ill(face, severity, 0)
