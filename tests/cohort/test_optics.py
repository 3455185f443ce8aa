import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from skimage.color import rgb2lab, rgb2xyz

from rofi.cohort.optics import (
    BILIRUBIN,
    HAEMOGLOBIN,
    MELANIN,
    OLD_BLOOD,
    absorb,
    add_light,
    luminance,
    shade,
    to_levels,
    to_linear,
)

PICTURES = arrays(np.float32, (2, 3, 3), elements=st.integers(0, 255).map(float))
WHITE = np.full((1, 1, 3), 230, np.float32)


@pytest.mark.parametrize(("level", "light"), [(0, 0), (10, 0.0030353), (128, 0.2158605), (188, 0.5028865), (255, 1)])
def test_linear_light_is_what_the_standard_says(level, light):
    assert to_linear(level) == pytest.approx(light, abs=1e-5)


@given(PICTURES)
def test_luminance_agrees_with_skimage(picture):
    assert luminance(picture) == pytest.approx(rgb2xyz(picture / 255)[..., 1], abs=1e-3)


@given(PICTURES)
def test_levels_come_back(picture):
    assert to_levels(to_linear(picture)) == pytest.approx(picture, abs=0.01)


def test_an_absorbance_of_one_leaves_a_tenth():
    light = to_linear(absorb(WHITE, (0.0, 1.0, 0.5), 1.0))[0, 0] / to_linear(WHITE)[0, 0]
    assert light == pytest.approx([1, 0.1, 10**-0.5], rel=1e-3)


@given(st.floats(0, 0.6), st.floats(0, 0.6))
def test_layers_add_up_and_come_off_again(first, second):
    both = absorb(absorb(WHITE, HAEMOGLOBIN, first), HAEMOGLOBIN, second)
    assert both == pytest.approx(absorb(WHITE, HAEMOGLOBIN, first + second), abs=0.02)
    assert absorb(both, HAEMOGLOBIN, -first - second) == pytest.approx(WHITE, abs=0.05)


def test_amounts_differ_from_pixel_to_pixel():
    row = absorb(np.repeat(WHITE, 3, axis=1), MELANIN, np.array([[0, 0.2, 0.4]], np.float32))
    assert row[0, 0] == pytest.approx(WHITE[0, 0], abs=0.01)
    assert (np.diff(row[0], axis=0) < 0).all()


def test_pigments_look_as_they_are_named():
    def lab(pigment, amount):
        return rgb2lab(absorb(WHITE, pigment, amount) / 255)[0, 0]

    assert lab(HAEMOGLOBIN, 0.6)[1] > 40
    assert lab(OLD_BLOOD, 0.6)[0] < lab(HAEMOGLOBIN, 0.6)[0]
    light, red, yellow = lab(MELANIN, 1.4)
    assert light < 45
    assert 0 < red < yellow < 40  # brown
    assert lab(BILIRUBIN, 0.6)[2] > 40


def test_half_the_light_is_half_the_luminance():
    picture = np.array([[[200, 120, 60]]], np.float32)
    assert luminance(shade(picture, np.full((1, 1), 0.5, np.float32))) == pytest.approx(
        luminance(picture) / 2, rel=1e-3
    )


def test_light_is_added_white_or_coloured_and_clipped():
    picture = np.array([[[100, 100, 100]]], np.float32)
    grey = to_linear(add_light(picture, np.full((1, 1), 0.2, np.float32)))
    assert grey == pytest.approx(to_linear(picture) + 0.2, abs=1e-3)
    red = add_light(picture, np.array([[[2, 0, 0]]], np.float32))[0, 0]
    assert red == pytest.approx([255, 100, 100], abs=0.05)
