import numpy as np
import pytest
import scipy.fft

from rofi.evaluation.methods.colour_field import NUMBERS, WAVES, colour_field, fit_field

SIDE = 64


def test_the_waves_are_those_of_the_dct():
    numbers = np.random.default_rng(0).standard_normal(NUMBERS)
    field = colour_field(numbers, SIDE)
    spectrum = scipy.fft.dctn(field, axes=(0, 1))
    assert np.abs(spectrum[WAVES:]).max() < 1e-2
    assert np.abs(spectrum[:, WAVES:]).max() < 1e-2
    assert np.sign(spectrum[:WAVES, :WAVES]).ravel() == pytest.approx(np.sign(numbers))


def test_one_colour_everywhere_comes_back():
    difference = np.full((SIDE, SIDE, 3), [4.0, -3.0, 1.0], np.float32)
    field = colour_field(fit_field(difference, np.ones((SIDE, SIDE), np.float32)), SIDE)
    assert field.mean((0, 1)) == pytest.approx([4, -3, 1], abs=0.2)


def test_what_lies_outside_the_mask_does_not_count():
    mask = np.zeros((SIDE, SIDE), np.float32)
    mask[10:50, 10:50] = 1
    difference = np.full((SIDE, SIDE, 3), 5, np.float32)
    elsewhere = difference.copy()
    elsewhere[mask == 0] = -200
    assert fit_field(elsewhere, mask) == pytest.approx(fit_field(difference, mask))


def test_nothing_seen_is_no_colour():
    assert not fit_field(np.ones((SIDE, SIDE, 3), np.float32), np.zeros((SIDE, SIDE), np.float32)).any()
