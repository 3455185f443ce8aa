import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from rofi.errors import HeaderDamaged
from rofi.faces.compositing import Window
from rofi.pipeline.region import pack_region, unpack_region

sides = st.integers(1, 5).map(lambda blocks: 8 * blocks)


@given(st.tuples(sides, sides).flatmap(lambda shape: arrays(bool, shape)), st.integers(0, 3), st.integers(0, 3))
def test_a_region_comes_back(changed, column, row):
    left, top = 8 * column, 8 * row
    window = Window(left, top, left + changed.shape[1], top + changed.shape[0])
    np.testing.assert_array_equal(unpack_region(pack_region(changed), window), changed)


def test_the_layout_is_rows_of_bits_from_the_left_compressed():
    changed = np.zeros((8, 16), bool)
    changed[0, :3] = changed[1, 15] = True
    assert zlib.decompress(pack_region(changed)) == bytes([0b11100000, 0, 0, 1]) + bytes(12)


@given(st.binary(max_size=60))
def test_other_bytes_are_a_damaged_header(region):
    with pytest.raises(HeaderDamaged, match="use an intact copy"):
        unpack_region(region, Window(0, 0, 64, 64))
