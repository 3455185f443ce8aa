import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.data import astronaut

from rofi.faces.alignment import Alignment
from rofi.faces.compositing import Window, blend, view_to_window

VIEW = 64


@st.composite
def alignments(draw):
    """A view somewhere about a photograph, of 20 to 400 of its pixels a side."""
    centre = draw(st.tuples(st.floats(-200, 500), st.floats(-200, 500)))
    return Alignment.from_square(centre, draw(st.floats(20, 400)), draw(st.floats(-4, 4)), VIEW)


shapes = st.tuples(st.integers(1, 400), st.integers(1, 400))


@given(alignments(), shapes)
def test_a_window_is_of_whole_blocks_inside_the_photograph(alignment, shape):
    window = Window.around(alignment, shape)
    assert all(edge % 8 == 0 for edge in (window.left, window.top, window.right, window.bottom))
    assert 0 <= window.left <= window.right <= shape[1]
    assert 0 <= window.top <= window.bottom <= shape[0]
    assert np.zeros(shape)[window.slices].shape == window.shape


@given(alignments(), shapes)
def test_a_window_holds_every_whole_block_that_the_view_reaches(alignment, shape):
    window = Window.around(alignment, shape)
    rows, columns = np.mgrid[: shape[0] // 8 * 8, : shape[1] // 8 * 8]
    places = alignment.to_view(np.stack([columns, rows], axis=-1))
    seen = ((places > -0.5) & (places < VIEW - 0.5)).all(-1)
    seen[window.slices] = False
    assert not seen.any()


@given(alignments(), shapes)
def test_a_window_has_no_row_or_column_of_blocks_too_many(alignment, shape):
    window = Window.around(alignment, shape)
    low, high = alignment.corners().min(0) + 0.5, alignment.corners().max(0) + 0.5  # 0 is the photograph's edge
    if 0 not in window.shape:
        assert window.left + 8 > low[0]
        assert window.top + 8 > low[1]
        assert window.right - 8 < high[0]
        assert window.bottom - 8 < high[1]


def test_a_view_of_the_whole_photograph_has_the_whole_photograph_for_its_window():
    identity = Alignment(np.eye(2, 3), VIEW)
    assert Window.around(identity, (VIEW, VIEW)) == Window(0, 0, VIEW, VIEW)
    assert Window.around(identity, (VIEW - 1, VIEW + 9)) == Window(0, 0, VIEW, VIEW - 8)


@pytest.mark.parametrize("centre", [(-300, 50), (50, -300), (900, 50), (50, 900)])
def test_a_view_beside_the_photograph_has_an_empty_window(centre):
    window = Window.around(Alignment.from_square(centre, 100, 0.3, VIEW), (200, 200))
    assert 0 in window.shape


@given(alignments())
def test_the_windows_map_to_the_view_is_the_photographs(alignment):
    window = Window.around(alignment, (400, 400))
    matrix = window.to_view(alignment)
    expected = alignment.to_view((window.left + 3, window.top + 5))
    np.testing.assert_allclose(matrix @ (3, 5, 1), expected, atol=1e-6)


@given(alignments(), st.floats(0, 255))
def test_a_constant_picture_stays_constant(alignment, level):
    window = Window.around(alignment, (400, 400))
    if 0 in window.shape:
        return
    placed = view_to_window(np.full((VIEW, VIEW, 3), level), alignment, window, cv2.BORDER_REPLICATE)
    assert placed.shape == (*window.shape, 3)
    np.testing.assert_allclose(placed, level, atol=0.02)


def test_under_the_identity_a_picture_stays_as_it_is():
    picture = astronaut()[100:164, 190:254].astype(np.float32)
    placed = view_to_window(picture, Alignment(np.eye(2, 3), VIEW), Window(0, 0, VIEW, VIEW), cv2.BORDER_REPLICATE)
    np.testing.assert_allclose(placed, picture, atol=0.01)


def test_under_a_shift_of_whole_pixels_it_is_moved():
    picture = astronaut()[100:164, 190:254, 0].astype(np.float32)
    alignment = Alignment(np.array([[1, 0, -16.0], [0, 1, -8]]), VIEW)
    window = Window.around(alignment, (100, 100))
    assert window == Window(16, 8, 80, 72)
    np.testing.assert_allclose(view_to_window(picture, alignment, window, cv2.BORDER_CONSTANT), picture, atol=0.01)


def test_outside_the_view_a_mask_is_zero():
    alignment = Alignment.from_square((50, 50), 40, np.pi / 4, VIEW)
    window = Window.around(alignment, (100, 100))
    placed = view_to_window(np.ones((VIEW, VIEW)), alignment, window, cv2.BORDER_CONSTANT)
    rows, columns = np.mgrid[window.slices]
    distance = np.abs(alignment.to_view(np.stack([columns, rows], axis=-1)) - (VIEW - 1) / 2).max(-1)
    # Two pixels of cubic interpolation and three deviations of the blur before it.
    assert (placed[distance > VIEW / 2 + 6] == 0).all()
    np.testing.assert_allclose(placed[distance < VIEW / 2 - 6], 1, atol=0.01)


@pytest.mark.parametrize("enlarged", [0.25, 0.5, 2.0, 4.0])
def test_what_was_extracted_lies_where_it_was(enlarged):
    photo = cv2.GaussianBlur(astronaut(), (0, 0), 3 * max(1, 1 / enlarged)).astype(np.float32)
    alignment = Alignment.from_square((222, 118), 256 / enlarged, 0.2, 256)
    window = Window.around(alignment, photo.shape[:2])
    placed = view_to_window(alignment.extract(photo), alignment, window, cv2.BORDER_REPLICATE)
    inside = view_to_window(np.ones((256, 256)), alignment, window, cv2.BORDER_CONSTANT) > 0.999
    difference = np.abs(placed - photo[window.slices])[inside]
    assert inside.sum() > 1000
    assert difference.mean() < 1.5


def test_a_small_face_is_not_aliased():
    checks = (np.indices((256, 256)).sum(0) % 2 * 255).astype(np.float32)  # finer than the photograph can show
    alignment = Alignment.from_square((32, 32), 64, 0, 256)
    placed = view_to_window(checks, alignment, Window(0, 0, 64, 64), cv2.BORDER_REPLICATE)
    assert placed[4:-4, 4:-4].std() < 1


def test_blending_takes_the_picture_where_the_mask_is_one():
    photo, picture = np.zeros((4, 4, 3), np.float32), np.full((4, 4, 3), 200, np.float32)
    mask = np.array([0, 0.25, 0.5, 1], np.float32) * np.ones((4, 1), np.float32)
    np.testing.assert_allclose(blend(photo, picture, mask)[0, :, 0], [0, 50, 100, 200])
