import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rofi.faces.blocks import block_pixels, grown_to_blocks, touched_blocks

MASKS = arrays.arrays(bool, st.tuples(st.integers(1, 40), st.integers(1, 40)))


def test_a_pixel_touches_its_block_and_a_rest_belongs_to_none():
    mask = np.zeros((20, 27), bool)
    mask[8, 7] = mask[15, 16] = mask[19, 3] = mask[2, 25] = True
    assert touched_blocks(mask).tolist() == [[False] * 3, [True, False, True]]


def test_blocks_become_their_pixels():
    pixels = block_pixels(np.array([[False, True], [False, False]]), (19, 17))
    expected = np.zeros((19, 17), bool)
    expected[:8, 8:16] = True
    np.testing.assert_array_equal(pixels, expected)


def test_growing_fills_blocks_and_keeps_the_rest_as_it_is():
    mask = np.zeros((10, 18), bool)
    mask[3, 9] = mask[9, 17] = True
    expected = np.zeros((10, 18), bool)
    expected[:8, 8:16] = expected[9, 17] = True
    np.testing.assert_array_equal(grown_to_blocks(mask), expected)


@given(MASKS)
def test_growing_covers_touches_nothing_new_and_ends(mask):
    grown = grown_to_blocks(mask)
    assert (grown >= mask).all()
    np.testing.assert_array_equal(touched_blocks(grown), touched_blocks(mask))
    np.testing.assert_array_equal(grown_to_blocks(grown), grown)


@given(MASKS)
def test_blocks_to_pixels_and_back(mask):
    blocks = touched_blocks(mask)
    np.testing.assert_array_equal(touched_blocks(block_pixels(blocks, mask.shape)), blocks)
