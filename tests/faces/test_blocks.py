import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rofi.faces.blocks import block_pixels, touched_blocks, whole_blocks

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


def test_a_block_is_whole_when_every_pixel_is_set():
    mask = np.ones((17, 24), bool)
    mask[9, 20] = mask[16, :] = False
    assert whole_blocks(mask).tolist() == [[True, True, True], [True, True, False]]


@given(MASKS)
def test_whole_blocks_lie_in_the_mask_and_touched_ones_cover_it(mask):
    touched, whole = touched_blocks(mask), whole_blocks(mask)
    assert (whole <= touched).all()
    rows, columns = touched.shape[0] * 8, touched.shape[1] * 8
    inside, outside = (block_pixels(blocks, mask.shape)[:rows, :columns] for blocks in (whole, touched))
    assert (inside <= mask[:rows, :columns]).all()
    assert (mask[:rows, :columns] <= outside).all()


@given(MASKS)
def test_blocks_to_pixels_and_back(mask):
    blocks = touched_blocks(mask)
    pixels = block_pixels(blocks, mask.shape)
    np.testing.assert_array_equal(touched_blocks(pixels), blocks)
    np.testing.assert_array_equal(whole_blocks(pixels), blocks)
