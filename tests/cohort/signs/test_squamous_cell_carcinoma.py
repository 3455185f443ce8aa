import cv2
import numpy as np
import pytest
from skimage.color import rgb2lab

from rofi.cohort.face import Side
from rofi.cohort.signs.squamous_cell_carcinoma import squamous_cell_carcinoma
from rofi.errors import CohortError
from rofi.faces import topology

SEEDS = range(16)


@pytest.fixture(scope="module")
def grown(face):
    """By seed, at severity 1."""
    return [ill(face, 1.0, seed) for seed in SEEDS]


def ill(face, severity, seed, side=Side.OD):
    return squamous_cell_carcinoma(face, severity, side, np.random.default_rng(seed))


def difference(face, painted):
    before, after = (rgb2lab(np.clip(each, 0, 255) / 255) for each in (face.picture, painted.face.picture))
    return np.linalg.norm(after - before, axis=-1)


def test_it_measures_4_to_22_millimetres(face, grown):
    small = [ill(face, 0.0, seed).findings["diameter_mm"] for seed in SEEDS]
    large = [each.findings["diameter_mm"] for each in grown]
    assert min(small) >= 3
    assert max(small) <= 4.01
    assert min(large) >= 9.5
    assert 14 < max(large) <= 22.01


def test_it_grows_with_severity_in_place(face):
    for seed in SEEDS[:5]:
        series = [ill(face, severity, seed) for severity in np.linspace(0, 1, 6)]
        assert np.all(np.diff([each.mask.sum() for each in series]) > 0)
        assert np.all(np.diff([each.findings["diameter_mm"] for each in series]) > 0)
        assert (series[0].mask & series[-1].mask).sum() > 0.7 * series[0].mask.sum()


def test_it_is_seen_on_the_smallest_canvas(small):
    assert small.millimetre == pytest.approx(0.8, abs=0.15)
    for seed in SEEDS:
        painted = ill(small, 0.15, seed)
        assert difference(small, painted)[painted.mask].mean() > 4.5  # 2.3 is a just noticeable difference


def test_nothing_beyond_the_mask_but_a_fading_redness(face, grown):
    for painted in grown:
        wide = cv2.dilate(painted.mask.astype(np.uint8), np.ones((3, 3)), iterations=round(2.5 * face.millimetre)) > 0
        seen = difference(face, painted)
        assert seen[~wide].max() < 5
        assert seen[painted.mask].mean() > 8


def test_the_eyeball_is_left_alone_but_for_a_millimetre(face, grown):
    eye = face.eye(Side.OD)
    patch = eye.patch(face.picture)
    deep = eye.opening(patch.x, patch.y) > 1.8
    for painted in grown:
        assert np.abs(painted.face.picture[patch.slices] - patch.pixels)[deep].max() < 1


def test_nose_mouth_and_the_other_half_of_the_face_stay_clear(face, grown):
    clear = np.zeros(face.picture.shape[:2], np.uint8)
    for ring in (topology.NOSE_OUTLINE, topology.LIPS_OUTER, topology.RIGHT_BROW):
        cv2.fillPoly(clear, [face.landmarks.mesh[list(ring), :2].round().astype(np.int32)], 1)
    beyond = [each for each in grown if _from_eye(face, each) > 20]
    assert not any((each.mask & (clear > 0)).any() for each in beyond)


def test_some_patients_have_it_beyond_the_lids_on_their_side(face):
    far = [_from_eye(face, ill(face, 0.0, seed)) > 14 for seed in range(40)]
    assert 0.1 < np.mean(far) < 0.5
    for side in Side:
        eye = face.eye(side)
        for seed in SEEDS:
            columns_rows = np.argwhere(ill(face, 0.0, seed, side).mask)[:, ::-1]
            assert eye.frame.to_local(columns_rows)[:, 0].min() > eye.medial - 6


def _from_eye(face, painted):
    places = face.eye(Side.OD).frame.to_local(np.argwhere(painted.mask)[:, ::-1])
    return float(np.linalg.norm(places.mean(0) * [0.6, 1]))


def test_it_is_red_and_carries_pale_scale(face, grown):
    hue, paler = [], []
    for painted in grown:
        before, after = (rgb2lab(np.clip(p, 0, 255) / 255)[painted.mask] for p in (face.picture, painted.face.picture))
        hue.append(np.mean(after[:, 1] - before[:, 1]))
        pale = after[:, 0] > np.quantile(after[:, 0], 0.9)
        paler.append(after[~pale, 1].mean() - after[pale, 1].mean())
    assert np.min(hue) > 2
    assert np.median(paler) > 2  # the brightest spots are the least red ones


def test_the_same_generator_paints_the_same_and_another_does_not(face):
    first, again, other = ill(face, 0.7, 5), ill(face, 0.7, 5), ill(face, 0.7, 6)
    assert (first.face.picture == again.face.picture).all()
    assert (first.face.picture != other.face.picture).any()


def test_landmarks_stay(face, grown):
    assert all(each.face.landmarks is face.landmarks for each in grown)


@pytest.mark.parametrize("severity", [-0.1, 1.1, float("nan")])
def test_a_severity_out_of_range_is_refused(face, severity):
    with pytest.raises(CohortError, match="between 0 and 1"):
        ill(face, severity, 0)
