import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from evaluation.methods.portrait_photo import portrait, psnr
from rofi.evaluation.methods.hidden_bits import STEP, capacity, hide_bits, reveal_bits


def bits(count, seed=0):
    return np.random.default_rng(seed).integers(0, 2, count).astype(np.uint8)


def test_bits_come_back_from_the_rounded_picture():
    message = bits(4000)
    hidden = hide_bits(portrait().pixels.astype(np.float32), message)
    assert (reveal_bits(hidden, 4000) == message).all()


def test_bits_outlive_an_error_of_a_level():
    message = bits(1000)
    hidden = hide_bits(portrait().pixels.astype(np.float32), message)
    noise = np.random.default_rng(1).integers(-1, 2, hidden.shape)
    assert (reveal_bits(np.clip(hidden + noise, 0, 255).astype(np.uint8), 1000) == message).all()


def test_a_grey_picture_changes_as_much_as_its_quantiser_says():
    """On a flat picture every coefficient is 0: half of them move by one step, so the mean square is step^2 / 2."""
    flat = np.full((256, 256, 3), 128, np.float32)
    hidden = hide_bits(flat, bits(10_000))
    expected = STEP**2 / 2 * 16 / 64  # 16 of 64 coefficients; orthonormal, so the same energy in pixels of luma
    luma = hidden @ np.array([0.299, 0.587, 0.114]) - 128
    assert np.square(luma).mean() == pytest.approx(expected, rel=0.1)


@given(arrays(np.uint8, (64, 72, 3)), st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_bits_come_back_from_anything(pixels, seed):
    message = bits(40, seed)
    assert (reveal_bits(hide_bits(pixels.astype(np.float32), message), 40) == message).all()


def test_black_and_white_hide_bits_too():
    picture = np.zeros((128, 128, 3), np.float32)
    picture[:, 64:] = 255
    message = bits(500)
    hidden = hide_bits(picture, message)
    assert (reveal_bits(hidden, 500) == message).all()
    assert psnr(picture, hidden) > 30


def test_more_bits_than_places_are_refused():
    pixels = np.zeros((16, 23, 3), np.uint8)
    assert capacity(pixels) == 4 * 16
    with pytest.raises(ValueError, match="65 bits do not fit into 64"):
        hide_bits(pixels.astype(np.float32), bits(65))
