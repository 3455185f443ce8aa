from dataclasses import replace

import numpy as np
import pytest

from rofi.training.signs.config import SignTrainingConfig
from rofi.training.signs.variation import EYES, SLACK, crop_size, vary

VIEW, CANVAS, MARGIN = 128, 160, 16
STILL = SignTrainingConfig(view=VIEW, rotation=0, zoom=0, brightness=0, contrast=0, colour=0)


@pytest.fixture(scope="module")
def places():
    """A canvas whose pixels tell where they are: red is x, green is y."""
    y, x = np.mgrid[:CANVAS, :CANVAS]
    return np.dstack([x, y, np.full_like(x, 100)]).astype(np.uint8)


def generators(count):
    return [np.random.default_rng(seed) for seed in range(count)]


def test_a_crop_is_a_piece_of_the_canvas_at_its_own_scale_mirrored_or_not(places):
    mirrored = []
    for generator in generators(20):
        face = vary(places, STILL, (96, 64), generator).astype(int)
        assert face.shape == (64, 96, 3)
        across, down = np.diff(face[..., 0], axis=1), np.diff(face[..., 1], axis=0)
        assert set(np.unique(across)) in ({1}, {-1})
        assert set(np.unique(down)) == {1}
        mirrored.append(across[0, 0] < 0)
    assert 3 < sum(mirrored) < 17


@pytest.mark.parametrize("size", [(80, 48), (96, 64), (128, 128)])
def test_both_eyes_are_in_every_crop_and_nothing_beyond_the_canvas(places, size):
    for generator in generators(50):
        face = vary(places, STILL, size, generator).astype(int)
        (left, right), (top, bottom) = ((face[..., c].min() - MARGIN, face[..., c].max() - MARGIN) for c in (0, 1))
        assert left <= (EYES[0] + SLACK) * VIEW + 1
        assert right >= (EYES[2] - SLACK) * VIEW - 2
        assert top <= (EYES[1] + SLACK) * VIEW + 1
        assert bottom >= (EYES[3] - SLACK) * VIEW - 2
        assert left >= -MARGIN
        assert right - left == size[0] - 1  # a mirrored border would repeat columns


def test_crops_lie_in_many_places(places):
    corners = {tuple(vary(places, STILL, (96, 64), generator)[0, 0, :2]) for generator in generators(30)}
    assert len(corners) > 20


def test_zoom_and_turn_are_those_of_the_settings(places):
    config = replace(STILL, zoom=0.5, rotation=10)
    for generator in generators(30):
        face = vary(places, config, (80, 64), generator).astype(float)
        step = np.array([face[32, 60, :2] - face[32, 20, :2]])[0] / 40  # along a row of the crop
        assert 2**-0.5 - 0.05 <= np.hypot(*step) <= 2**0.5 + 0.05
        assert np.degrees(np.arctan2(abs(step[1]), abs(step[0]))) <= 10 + 2


def test_light_changes_levels_by_at_most_what_the_settings_say(places):
    config = replace(STILL, brightness=0.25, colour=0.1)
    seen = [vary(places, config, (80, 64), generator)[0, 0, 2] for generator in generators(200)]
    assert 100 * 2**-0.35 - 1 <= min(seen) < 88
    assert 113 < max(seen) <= 100 * 2**0.35 + 1


def test_contrast_leaves_black_and_white_as_they_are():
    canvas = np.zeros((CANVAS, CANVAS, 3), np.uint8)
    canvas[:, ::2] = 255
    for generator in generators(10):
        config = replace(STILL, contrast=0.5)
        assert set(np.unique(vary(np.zeros_like(canvas), config, (80, 64), generator))) == {0}
        assert set(np.unique(vary(np.full_like(canvas, 255), config, (80, 64), generator))) == {255}


def test_a_rectangle_is_erased(places):
    plain = vary(places, STILL, (80, 64), np.random.default_rng(3)).astype(int)
    erased = vary(places, replace(STILL, erase=1), (80, 64), np.random.default_rng(3)).astype(int)
    changed = (plain != erased).any(-1)
    rows, columns = np.flatnonzero(changed.any(1)), np.flatnonzero(changed.any(0))
    assert 0.05 * 64 <= len(rows) <= 0.3 * 64
    assert 0.05 * 80 <= len(columns) <= 0.3 * 80
    assert len(np.unique(erased[changed], axis=0)) == 1


def test_other_cameras_lose_detail_and_leave_light_and_place(places):
    coarse, fine = places.copy(), places.copy()
    fine[::2, ::2, 2] = 180
    coarse[:, :80, 2] = 180
    config = replace(STILL, degrade=1)
    contrasts = []
    for generator in generators(20):
        face = vary(fine, config, (80, 64), generator)
        assert abs(face[..., 2].mean() - (0.25 * 180 + 0.75 * 100)) < 3
        contrasts.append(face[..., 2].std())
    plain = vary(fine, STILL, (80, 64), np.random.default_rng(0))[..., 2].std()
    assert np.mean(contrasts) < 0.5 * plain
    assert np.std(contrasts) > 0.3
    for seed in range(5):
        shown = [vary(coarse, c, (80, 64), np.random.default_rng(seed))[..., 2] > 140 for c in (STILL, config)]
        assert (shown[0] == shown[1]).mean() > 0.9


def test_the_generator_fixes_the_result(places):
    config = SignTrainingConfig(view=VIEW, erase=0.5, degrade=0.5)
    one, same, other = (vary(places, config, (80, 64), np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_crops_grow_from_the_eyes_to_the_full_range():
    config = SignTrainingConfig(view=256, crop=(0.6, 1.0), crop_height=(0.4, 1.0))
    assert {crop_size(config, 0, generator) for generator in generators(20)} == {(152, 104)}
    half, full = ([crop_size(config, begun, generator) for generator in generators(100)] for begun in (0.5, 1))
    assert (max(w for w, _ in half), max(h for _, h in half)) <= (208, 184)
    assert max(w for w, _ in full) > 240
    assert max(h for _, h in full) > 240
    assert all(side % 8 == 0 for size in half + full for side in size)
