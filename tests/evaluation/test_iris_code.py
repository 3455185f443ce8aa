"""Iris codes: drawn eyes whose circles and textures are known, phases and distances worked out by hand."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import scipy.ndimage
import scipy.spatial.distance

from rofi.errors import RofiError
from rofi.evaluation.iris_code import (
    Circles,
    IrisCoding,
    encode_band,
    find_circles,
    fuse,
    hamming_distances,
    unroll,
    visible,
)

CODING = IrisCoding()
OPEN = np.array([[0, 0], [199, 0], [199, 199], [0, 199]])


def texture(seed):
    """(16, 360) levels, smooth and periodic around."""
    white = np.random.default_rng(seed).normal(size=(16, 360))
    smooth = scipy.ndimage.gaussian_filter(white, (2, 6), mode=("nearest", "wrap"))
    return 110 + 25 * smooth / smooth.std()


def draw(seed, turn=0.0, pupil=18.0, iris=50.0, centre=(101.3, 98.6), pupil_centre=None):
    """A 200-pixel eye: black pupil, iris with a texture turned by `turn` degrees, white around."""
    x, y = np.meshgrid(np.arange(200.0), np.arange(200.0))
    inner = pupil_centre or centre
    across = np.hypot(x - centre[0], y - centre[1])
    from_pupil = np.hypot(x - inner[0], y - inner[1])
    depth = np.clip((from_pupil - pupil) / (iris - pupil), 0, 1)
    angle = (np.degrees(np.arctan2(y - centre[1], x - centre[0])) - turn) % 360
    pattern = scipy.ndimage.map_coordinates(texture(seed), [depth * 15, angle], order=1, mode="wrap")
    grey = np.where(across < iris, pattern, 230.0)
    return cv2.GaussianBlur(np.where(from_pupil < pupil, 12.0, grey), (0, 0), 0.7)


def points(centre=(101.3, 98.6), radius=50.0):
    """As the iris network gives them."""
    middle = np.array(centre)
    return np.array([middle, *(middle + radius * np.array(step) for step in ((1, 0), (0, -1), (-1, 0), (0, 1)))])


def code(grey, iris_points=None, turn=0.0):
    circles = find_circles(grey, points() if iris_points is None else iris_points)
    seen = visible(circles, OPEN, turn, CODING)
    return encode_band(unroll(grey, circles, turn, CODING), seen, CODING)


def distance(one, other, **settings):
    return float(hamming_distances(one[None], other[None], **settings)[0, 0])


@pytest.mark.parametrize("pupil", [14.0, 20.0, 29.0])
@pytest.mark.parametrize("offset", [(0.0, 0.0), (4.0, -4.0)])
def test_the_pupil_is_found_where_it_was_drawn(pupil, offset):
    centre = (101.3 + offset[0], 98.6 + offset[1])
    found = find_circles(draw(1, pupil=pupil, pupil_centre=centre), points())
    assert found.pupil == pytest.approx(centre, abs=2.6)  # candidates are a tenth of the iris apart
    assert found.pupil_radius == pytest.approx(pupil, abs=2)
    assert (found.iris, found.iris_radius) == ((101.3, 98.6), 50.0)


def test_a_reflex_of_the_lamp_does_not_hide_the_pupil():
    grey = draw(1, pupil=20)
    cv2.circle(grey, (108, 90), 6, 255.0, -1)
    assert find_circles(grey, points()).pupil_radius == pytest.approx(20, abs=2)


def test_the_same_iris_matches_and_another_does_not():
    same = distance(code(draw(1)), code(draw(1) + np.random.default_rng(0).normal(0, 4, (200, 200))))
    others = [distance(code(draw(1)), code(draw(seed))) for seed in range(2, 12)]
    assert same < 0.1
    assert min(others) > 0.25
    assert 0.35 < np.mean(others) < 0.5


@pytest.mark.parametrize("turn", [-12, -5, 7, 15])
def test_a_turned_iris_matches(turn):
    assert distance(code(draw(1)), code(draw(1, turn=turn))) < 0.12


def test_a_turn_beyond_those_tried_does_not_match():
    assert distance(code(draw(1)), code(draw(1, turn=90))) > 0.3


def test_the_eyes_axis_undoes_the_heads_turn():
    assert distance(code(draw(1)), code(draw(1, turn=40), turn=np.radians(40)), turns=1) < 0.12


def test_a_wide_pupil_matches_a_narrow_one():
    assert distance(code(draw(1, pupil=14)), code(draw(1, pupil=27))) < 0.15


def test_a_small_iris_still_tells_itself_from_others():
    """At the size that a cohort's photographs have: 16 pixels across."""
    small = [cv2.resize(draw(seed, turn=3 * (seed % 2)), (32, 32), interpolation=cv2.INTER_AREA) for seed in range(6)]
    again = [cv2.resize(draw(seed, turn=5), (32, 32), interpolation=cv2.INTER_AREA) for seed in range(6)]
    marks = (points() + 0.5) * 32 / 200 - 0.5
    lids = OPEN * 32 / 200
    codes = []
    for pictures in (small, again):
        bands = []
        for grey in pictures:
            circles = find_circles(grey, marks)
            bands.append(encode_band(unroll(grey, circles, 0, CODING), visible(circles, lids, 0, CODING), CODING))
        codes.append(np.stack(bands))
    assert (hamming_distances(*codes).argmin(1) == np.arange(6)).all()


def test_a_ring_unrolls_into_rows_of_one_level():
    """A picture whose level is the place between pupil and white, from 0 to 100."""
    x, y = np.meshgrid(np.arange(200.0), np.arange(200.0))
    grey = (np.hypot(x - 100, y - 100) - 20) / 40 * 100
    band = unroll(grey, Circles((100, 100), 60, (100, 100), 20), 0, CODING)
    assert np.ptp(band, axis=1).max() < 0.5
    expected = 5 + 87 * (np.arange(8) + 0.5) / 8  # from 5 % to 92 %: off both borders
    assert band.mean(1) == pytest.approx(expected, abs=0.1)


def test_columns_run_from_the_eyes_axis_downwards():
    grey = np.zeros((200, 200))
    grey[150:] = 100.0
    band = unroll(grey, Circles((100, 100), 90, (100, 100), 60), 0, CODING)
    assert band[:, 32].min() > 50 > band[:, 96].max()  # a quarter and three quarters around
    turned = unroll(grey, Circles((100, 100), 90, (100, 100), 60), np.pi / 2, CODING)
    assert turned[:, 0].min() > 50


def test_what_lies_behind_a_lid_is_not_seen():
    below = np.array([[0, 100.0], [199, 100], [199, 199], [0, 199]])
    seen = visible(Circles((100, 100), 50, (100, 100), 20), below, 0, CODING)
    assert seen[:, 1:64].all()
    assert not seen[:, 65:].any()


def test_bits_are_the_quadrants_of_the_phase():
    """A cosine of the wavelet's own frequency: its phase is its argument."""
    argument = 4 * 2 * np.pi * np.arange(128) / 128 - 0.4
    band = np.tile(120 + 40 * np.cos(argument), (8, 1))
    bits = encode_band(band, np.ones((8, 128), bool), replace(CODING, fragile=0.0))[0]
    assert (bits[..., 0] == np.sign(np.cos(argument))).all()
    assert (bits[..., 1] == np.sign(np.sin(argument))).all()


def test_weak_responses_are_masked_out():
    argument = 4 * 2 * np.pi * np.arange(128) / 128 - 0.4
    band = np.tile(120 + 40 * np.cos(argument), (8, 1))
    bits = encode_band(band, np.ones((8, 128), bool), replace(CODING, fragile=0.5))[0]
    assert ((bits[..., 0] == 0) == (np.abs(np.cos(argument)) <= 0.5)).all()


def test_neither_lids_nor_glare_are_coded():
    band, seen = texture(3)[::2, :128].copy(), np.ones((8, 128), bool)
    seen[:, :40] = False
    band[2:4, 100:110] = 255
    bits = encode_band(band, seen, CODING)
    assert not bits[:, :, :40].any()
    assert not bits[:, 2:4, 100:110].any()
    assert np.abs(bits).mean() > 0.4


@pytest.mark.parametrize("seen", [True, False])
def test_a_plain_iris_has_no_bits(seen):
    assert not encode_band(np.full((8, 128), 77.0), np.full((8, 128), seen), CODING).any()


def test_what_arithmetic_leaves_of_a_plain_iris_is_no_bit():
    band = 77.0 + 1e-4 * np.random.default_rng(0).normal(size=(8, 128))
    assert not encode_band(band, np.ones((8, 128), bool), CODING).any()


def bits_of(*rows):
    """Codes of one wavelet, one row, four columns, both parts the same: 16 bits doubled."""
    return np.stack([np.array(row, np.int8)[None, None, :, None] * np.ones(2, np.int8) for row in rows])


def test_hamming_by_hand():
    probe = bits_of([1, 1, -1, -1])
    gallery = bits_of([1, 1, -1, -1], [1, -1, -1, -1], [-1, -1, 1, 1], [1, 0, 0, 1], [0, 0, 0, 0])
    found = hamming_distances(probe, gallery, turns=0)
    assert found[0, :4] == pytest.approx([0, 1 / 4, 1, 1 / 2])
    assert np.isnan(found[0, 4])


def test_masked_bits_count_on_neither_side():
    probe, gallery = bits_of([1, -1, 0, 1]), bits_of([1, 1, 1, 0])
    assert hamming_distances(probe, gallery, turns=0)[0, 0] == pytest.approx(1 / 2)  # two in common, one differs


def test_the_best_turn_counts_in_either_direction():
    probe = bits_of([1, 1, -1, -1])
    assert hamming_distances(probe, bits_of([-1, 1, 1, -1]), turns=1)[0, 0] == 0
    assert hamming_distances(probe, bits_of([1, -1, -1, 1]), turns=1)[0, 0] == 0
    assert hamming_distances(probe, bits_of([-1, -1, 1, 1]), turns=1)[0, 0] == pytest.approx(0.5)


def test_too_few_bits_in_common_are_no_comparison():
    probe, gallery = bits_of([1, 0, 0, 0]), bits_of([1, 1, 1, 1])
    assert hamming_distances(probe, gallery, turns=0, least=0.25)[0, 0] == 0
    assert np.isnan(hamming_distances(probe, gallery, turns=0, least=0.3)[0, 0])


def test_without_masks_it_is_scipys_hamming_distance():
    generator = np.random.default_rng(0)
    one, other = (generator.choice(np.array([-1, 1], np.int8), (3, 2, 8, 16, 2)) for _ in range(2))
    expected = scipy.spatial.distance.cdist(one.reshape(3, -1), other.reshape(3, -1), "hamming")
    assert hamming_distances(one, other, turns=0) == pytest.approx(expected)


def test_both_eyes_count_alike_and_a_missing_one_not():
    left, right = np.array([[0.2, 0.4, np.nan, np.nan]]), np.array([[0.4, np.nan, 0.1, np.nan]])
    assert fuse([left, right])[0] == pytest.approx([0.3, 0.4, 0.1, 0.5])


def test_an_iris_without_extent_is_an_error():
    with pytest.raises(RofiError, match="landmarks coincide"):
        find_circles(draw(1), np.full((5, 2), 100.0))


def test_bands_of_another_shape_are_an_error():
    with pytest.raises(RofiError, match=r"must be \(8, 128\)"):
        encode_band(np.zeros((8, 64)), np.ones((8, 64), bool), CODING)


def test_codes_of_another_shape_are_an_error():
    with pytest.raises(RofiError, match="give"):
        hamming_distances(bits_of([1, 1, 1, 1]), bits_of([1, 1, 1]))
