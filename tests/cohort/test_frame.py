import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.data import astronaut

from rofi.cohort.frame import Frame, Patch, blend, ramp


def tilted(handedness=1.0, scale=2.5):
    angle = 0.3
    across = np.array([np.cos(angle), np.sin(angle)])
    down = handedness * np.array([-np.sin(angle), np.cos(angle)])
    return Frame(np.array([220.0, 105.0]), across, down, scale)


def test_an_upright_frame_counts_millimetres_from_its_origin():
    frame = Frame(np.array([100.0, 50.0]), np.array([-1.0, 0.0]), np.array([0.0, 1.0]), scale=4.0)  # x to the left
    assert frame.to_local([92.0, 58.0]) == pytest.approx([2.0, 2.0])
    assert frame.to_picture([2.0, 2.0]) == pytest.approx([92.0, 58.0])


@given(
    st.floats(-3, 3),
    st.sampled_from([-1.0, 1.0]),
    st.floats(0.5, 20),
    st.tuples(st.floats(-500, 500), st.floats(-500, 500)),
)
def test_there_and_back(angle, handedness, scale, point):
    across = np.array([np.cos(angle), np.sin(angle)])
    frame = Frame(np.array([30.0, 40.0]), across, handedness * np.array([-across[1], across[0]]), scale)
    assert frame.to_picture(frame.to_local(point)) == pytest.approx(point, abs=1e-6)


@pytest.mark.parametrize("handedness", [1.0, -1.0])
def test_every_pixel_of_a_patch_knows_its_millimetres(handedness):
    frame = tilted(handedness)
    patch = Patch.around(astronaut().astype(np.float32), frame, (-8, -5), (8, 5))
    rows, columns = np.mgrid[patch.slices]
    places = frame.to_picture(np.stack([patch.x, patch.y], -1))
    assert places == pytest.approx(np.stack([columns, rows], -1), abs=1e-3)


def test_a_patch_holds_what_was_asked_for_and_is_a_copy():
    picture = astronaut().astype(np.float32)
    patch = Patch.around(picture, tilted(), (-8, -5), (8, 5))
    assert patch.x.min() <= -8
    assert patch.x.max() >= 8
    assert patch.y.min() <= -5
    assert patch.y.max() >= 5
    assert np.array_equal(patch.pixels, picture[patch.slices])
    patch.pixels[:] = 0
    assert np.array_equal(picture, astronaut())


def test_a_patch_ends_at_the_pictures_border():
    frame = Frame(np.array([2.0, 508.0]), np.array([1.0, 0.0]), np.array([0.0, 1.0]), 1.0)
    patch = Patch.around(astronaut().astype(np.float32), frame, (-10, -10), (10, 10))
    assert patch.slices == (slice(498, 512), slice(0, 13))
    assert patch.pixels.shape == (14, 13, 3)


def test_sources_are_rows_and_columns_of_the_patch():
    patch = Patch.around(astronaut().astype(np.float32), tilted(-1.0), (-8, -5), (8, 5))
    columns, rows = patch.source(patch.x, patch.y)
    assert columns == pytest.approx(patch.columns, abs=1e-3)
    assert rows == pytest.approx(patch.rows, abs=1e-3)


def test_put_clips_to_levels_and_leaves_the_picture_alone():
    picture = astronaut().astype(np.float32)
    patch = Patch.around(picture, tilted(), (-8, -5), (8, 5))
    result = patch.put(picture, np.full_like(patch.pixels, 300))
    assert result[patch.slices].min() == 255
    outside = ~patch.spread(np.ones(patch.x.shape, np.bool_), picture.shape)
    assert np.array_equal(result[outside], picture[outside])
    assert np.array_equal(picture, astronaut())


def test_a_mask_is_spread_to_its_place():
    patch = Patch.around(astronaut().astype(np.float32), tilted(), (-8, -5), (8, 5))
    whole = patch.spread(np.hypot(patch.x, patch.y) < 3, (512, 512, 3))
    rows, columns = np.nonzero(whole)
    assert whole.shape == (512, 512)
    assert whole.sum() == pytest.approx(np.pi * (3 * 2.5) ** 2, rel=0.05)
    assert (columns.mean(), rows.mean()) == pytest.approx((220, 105), abs=0.2)


@pytest.mark.parametrize(("low", "high"), [(2.0, 6.0), (6.0, 2.0)])
def test_a_ramp_rises_from_low_to_high(low, high):
    assert ramp([low, 4.0, high], low, high) == pytest.approx([0, 0.5, 1])
    assert ramp([low + 10 * (low - high), high + 10 * (high - low)], low, high) == pytest.approx([0, 1])


def test_a_blend_is_a_weighted_mean():
    below, above = np.zeros((1, 3, 3), np.float32), np.full((1, 3, 3), 100, np.float32)
    assert blend(below, above, np.array([[0, 0.25, 1]], np.float32))[0, :, 0] == pytest.approx([0, 25, 100])
    assert blend(below, np.array([10.0, 20.0, 30.0]), np.ones((1, 3), np.float32))[0, 0] == pytest.approx([10, 20, 30])
