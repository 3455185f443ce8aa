import cv2
import numpy as np
import pytest
from skimage.data import astronaut

from rofi.faces.grain import match_grain, skin_texture

SIDE = 256
LUMA = np.array([0.299, 0.587, 0.114])
SMOOTH = np.full((SIDE, SIDE, 3), 120, np.float32)
EVERYWHERE = np.ones((SIDE, SIDE), np.float32)


def grainy(deviation, seed=1):
    """Grey white noise about 120."""
    noise = np.random.default_rng(seed).standard_normal((SIDE, SIDE, 1))
    return (SMOOTH + deviation * noise).astype(np.float32)


def detail(image):
    """Lightness that a blur of one pixel takes away: an outside measure, no band of the module's."""
    plane = (image @ LUMA).astype(np.float32)
    return plane - cv2.GaussianBlur(plane, (0, 0), 1)


@pytest.mark.parametrize("deviation", [1.0, 2.0, 4.0])
@pytest.mark.parametrize("shrinkage", [2.0, 3.0, 6.0])
def test_a_smooth_picture_gets_the_photographs_energy(deviation, shrinkage):
    photo = grainy(deviation)
    result = match_grain(SMOOTH, photo, EVERYWHERE, shrinkage, seed=7)
    assert detail(result).std() == pytest.approx(detail(photo).std(), rel=0.1)


def test_a_coarse_texture_needs_a_small_view_to_be_added():
    photo = cv2.GaussianBlur(grainy(40), (0, 0), 1.5)  # little detail of one pixel, much of four
    fine = match_grain(SMOOTH, photo, EVERYWHERE, 0.5, seed=7)
    coarse = match_grain(SMOOTH, photo, EVERYWHERE, 8.0, seed=7)
    assert coarse.std() > 2 * fine.std()


def test_what_is_sharp_already_is_sharpened_and_gets_no_texture():
    picture = grainy(3, seed=2)
    result = match_grain(picture, grainy(3), EVERYWHERE, 1.0, seed=7)
    change = (result - picture).mean(-1)
    assert np.corrcoef(change.ravel(), detail(picture).ravel())[0, 1] > 0.9  # its own detail, enhanced
    np.testing.assert_array_equal(match_grain(SMOOTH, SMOOTH, EVERYWHERE, 4.0, seed=7), SMOOTH)


def test_hair_does_not_become_grain():
    result = match_grain(SMOOTH, grainy(60), EVERYWHERE, 1.0, seed=7)
    assert result.std() < 9


def test_the_texture_has_the_skins_own_colours_and_direction():
    streaks = cv2.blur(np.random.default_rng(3).standard_normal((SIDE, SIDE)).astype(np.float32), (9, 1))
    photo = SMOOTH + 8 * streaks[..., None] * np.array([1.0, 0.5, 0.0], np.float32)
    added = match_grain(SMOOTH, photo, EVERYWHERE, 3.0, seed=7) - SMOOTH
    assert np.abs(added[..., 2]).max() < 1e-3
    assert added[..., 1].std() == pytest.approx(added[..., 0].std() / 2, rel=0.02)
    steps = [np.abs(np.diff(added[..., 0], axis=axis)).mean() for axis in (0, 1)]
    assert steps[0] > 2 * steps[1]


def test_skin_that_is_streaked_this_way_here_and_that_way_there_lends_no_direction():
    noise = np.random.default_rng(3).standard_normal((2, SIDE, SIDE)).astype(np.float32)
    across, down = cv2.blur(noise[0], (9, 1)), cv2.blur(noise[1], (1, 9))
    patches = np.add.outer(np.arange(SIDE) // 32, np.arange(SIDE) // 32) % 2 == 0
    photo = SMOOTH + 8 * np.where(patches, across, down)[..., None]
    added = match_grain(SMOOTH, photo, EVERYWHERE, 3.0, seed=7) - SMOOTH
    steps = [np.abs(np.diff(added[..., 0], axis=axis)).mean() for axis in (0, 1)]
    assert 2 / 3 < steps[0] / steps[1] < 3 / 2


def test_edges_of_lips_do_not_count():
    photo = SMOOTH.copy()
    photo[:, 100:104] = 30  # one strong line on smooth skin
    np.testing.assert_array_equal(match_grain(SMOOTH, photo, EVERYWHERE, 2.0, seed=7), SMOOTH)


def test_nothing_outside_the_mask_is_touched_and_its_rim_is_soft():
    mask = np.zeros((SIDE, SIDE), np.float32)
    mask[64:192, 64:192] = 1
    mask = cv2.GaussianBlur(mask, (0, 0), 6)
    mask[mask < 1 / 512] = 0
    result = match_grain(SMOOTH, grainy(4), mask, 2.0, seed=7)
    np.testing.assert_array_equal(result[mask == 0], SMOOTH[mask == 0])
    change = np.abs(result - SMOOTH).mean(-1)
    assert change[mask > 0.95].mean() > 2 * change[(mask > 0.2) & (mask < 0.5)].mean()


def test_without_a_core_nothing_is_measured_or_added():
    np.testing.assert_array_equal(match_grain(SMOOTH, grainy(4), EVERYWHERE * 0.5, 2.0, seed=7), SMOOTH)


def test_the_seed_alone_fixes_the_noise():
    first, again, other = (match_grain(SMOOTH, grainy(3), EVERYWHERE, 2.0, seed) for seed in (7, 7, 8))
    np.testing.assert_array_equal(first, again)
    assert abs(np.corrcoef(detail(first).ravel(), detail(other).ravel())[0, 1]) < 0.02


def test_the_inputs_stay_as_they_are():
    picture, photo = SMOOTH.copy(), grainy(3)
    match_grain(picture, photo, EVERYWHERE, 2.0, seed=7)
    np.testing.assert_array_equal(picture, SMOOTH)
    np.testing.assert_array_equal(photo, grainy(3))


@pytest.mark.parametrize("shrinkage", [1.0, 4.0])
def test_nothing_of_the_photographs_own_texture_is_copied(shrinkage):
    skin = cv2.resize(astronaut()[90:150, 190:250], (SIDE, SIDE), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    for photo in (grainy(4), skin + grainy(3) - SMOOTH):
        added = match_grain(SMOOTH, photo, EVERYWHERE, shrinkage, seed=7) - SMOOTH
        assert abs(np.corrcoef(detail(added).ravel(), detail(photo).ravel())[0, 1]) < 0.02


def test_skin_texture_has_the_photographs_energy_and_no_mean():
    photo = grainy(4)
    texture = skin_texture(photo, 1.6, seed=3)
    assert detail(texture).std() == pytest.approx(detail(photo).std(), rel=0.15)
    assert abs(float(texture.mean())) < 0.3


def test_a_piece_too_small_to_judge_has_no_texture():
    assert not skin_texture(grainy(4)[:8, :8], 1.6, seed=3).any()
