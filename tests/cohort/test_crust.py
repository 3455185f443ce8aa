import numpy as np
import pytest
from skimage.color import rgb2lab

from rofi.cohort.crust import flakes, under_crust, under_scale
from rofi.cohort.frame import Frame, Patch
from rofi.cohort.optics import luminance
from rofi.cohort.texture import noise

WHITE_SKIN, BLACK_SKIN = (205, 165, 145), (95, 62, 46)
ONES = np.ones((4, 4), np.float32)


def skin(colour):
    return np.full((4, 4, 3), colour, np.float32)


def lab(pixels):
    return rgb2lab(pixels / 255)[0, 0]


@pytest.mark.parametrize("colour", [WHITE_SKIN, BLACK_SKIN])
@pytest.mark.parametrize("age", [0.0, 1.0])
def test_a_crust_is_dark_red_brown(colour, age):
    crusted = lab(under_crust(skin(colour), ONES, 0 * ONES, age))
    assert crusted[0] < 0.65 * lab(skin(colour))[0]
    assert 20 < np.degrees(np.arctan2(crusted[2], crusted[1])) < 65  # hue from red to brown


def test_an_old_crust_is_browner_than_a_fresh_one():
    fresh, old = (lab(under_crust(skin(WHITE_SKIN), ONES, 0 * ONES, age)) for age in (0.0, 1.0))
    assert np.hypot(*fresh[1:]) > np.hypot(*old[1:])
    assert fresh[0] > old[0]


def test_no_crust_and_no_scale_change_nothing():
    bare = skin(WHITE_SKIN)
    assert under_crust(bare, 0 * ONES, ONES, 0.5) == pytest.approx(bare, abs=0.01)
    assert under_scale(bare, bare, 0.4, 0 * ONES) == pytest.approx(bare, abs=0.01)


@pytest.mark.parametrize(("colour", "albedo"), [(WHITE_SKIN, 0.42), (BLACK_SKIN, 0.1)])
def test_keratin_is_yellowish_white_and_brighter_than_the_skin(colour, albedo):
    scaled = lab(under_scale(skin(colour), skin(colour), albedo, ONES))
    assert scaled[0] > lab(skin(colour))[0] + 5
    assert scaled[2] > 5
    assert abs(scaled[1]) < 8


def test_keratin_in_half_the_light_is_half_as_bright():
    bright = skin(WHITE_SKIN)
    dim = 255 * np.array(WHITE_SKIN) / 255 / 2 ** (1 / 2.4)  # about half the linear light
    light = [luminance(under_scale(bright, skin(colour), 0.42, ONES))[0, 0] for colour in (WHITE_SKIN, dim)]
    assert light[1] / light[0] == pytest.approx(
        luminance(skin(dim))[0, 0] / luminance(skin(WHITE_SKIN))[0, 0], rel=0.01
    )


@pytest.mark.parametrize("cover", [0.2, 0.5])
def test_flakes_cover_the_share_asked_for(cover):
    frame = Frame(np.array([100.0, 100.0]), np.array([1.0, 0.0]), np.array([0.0, 1.0]), 4.0)
    patch = Patch.around(np.zeros((200, 200, 3), np.float32), frame, (-24, -24), (24, 24))
    generator = np.random.default_rng(0)
    amount = flakes(noise(patch, 0.7, generator), noise(patch, 3.5, generator), cover)
    assert (amount > 0.15).mean() == pytest.approx(cover, abs=0.08)
    assert amount.min() == 0
