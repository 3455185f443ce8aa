import numpy as np
import pytest

from rofi.pipeline.relocation import Layout, find_offset


@pytest.fixture
def photo():
    return np.random.default_rng(0).integers(0, 256, (120, 160, 3), dtype=np.uint8)


@pytest.mark.parametrize("offset", [(0, 0), (7, 12), (-9, 5), (-3, -4)])
def test_a_file_is_laid_out_where_it_lay_and_taken_back_unchanged(photo, offset):
    whole = np.full((200, 220, 3), 128, np.uint8)
    layout = Layout((220, 200), (160, 120), offset)
    frame = layout.lay_out(photo)
    x, y = offset
    for row, column in ((30, 40), (100, 100)):
        np.testing.assert_array_equal(frame[row + y, column + x], photo[row, column])
    assert frame.shape == whole.shape
    np.testing.assert_array_equal(layout.take_back(frame, photo), photo)


def test_a_file_of_the_photographs_size_is_the_photograph(photo):
    layout = Layout((160, 120), (160, 120))
    np.testing.assert_array_equal(layout.lay_out(photo), photo)
    assert layout.lay_out(photo) is not photo


def test_a_resized_file_comes_back_at_its_own_size(photo):
    layout = Layout((320, 240), (160, 120), resized=True)
    assert layout.lay_out(photo).shape == (240, 320, 3)
    assert layout.take_back(layout.lay_out(photo), photo).shape == photo.shape


def test_a_file_that_shares_nothing_with_the_photograph_leaves_it_grey(photo):
    layout = Layout((50, 50), (160, 120), (400, 400))
    assert (layout.lay_out(photo) == 128).all()
    np.testing.assert_array_equal(layout.take_back(layout.lay_out(photo), photo), photo)


@pytest.mark.parametrize(("left", "top"), [(0, 0), (13, 5), (40, 31)])
def test_a_crop_is_found_by_a_faint_pattern(left, top):
    generator = np.random.default_rng(1)
    pilot = generator.standard_normal((3, 64, 64)).astype(np.float32)
    photo = generator.normal(128, 20, (200, 220, 3))
    photo[72:136, 80:144] += 4 * pilot.transpose(1, 2, 0)
    cropped = np.clip(photo, 0, 255).astype(np.uint8)[top : top + 150, left : left + 170]
    assert find_offset(cropped, pilot, (80, 72)) == (left, top)


def test_a_padded_file_has_a_negative_offset():
    generator = np.random.default_rng(2)
    pilot = generator.standard_normal((3, 64, 64)).astype(np.float32)
    photo = generator.normal(128, 20, (120, 120, 3))
    photo[16:80, 24:88] += 4 * pilot.transpose(1, 2, 0)
    padded = np.pad(np.clip(photo, 0, 255).astype(np.uint8), ((9, 0), (30, 4), (0, 0)), mode="edge")
    assert find_offset(padded, pilot, (24, 16)) == (-30, -9)


def test_what_is_not_there_is_not_found():
    generator = np.random.default_rng(3)
    pilot = generator.standard_normal((3, 64, 64)).astype(np.float32)
    assert find_offset(generator.integers(0, 256, (150, 170, 3), dtype=np.uint8), pilot, (0, 0)) is None
