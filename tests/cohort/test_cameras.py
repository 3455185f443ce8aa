"""Cameras do to a picture what they say, each measured on a picture that shows it."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from cohort.stand_ins import POINTS, SIDE
from pipeline.photographs import close_up
from rofi.cohort.cameras import ECXHCSU_LIKE, RHWU_LIKE, SNPH_LIKE, Lamp, photograph, size_of
from rofi.cohort.face import FaceMeasurer
from rofi.cohort.optics import to_levels, to_linear
from rofi.imaging.decode import decode
from rofi.imaging.formats import sniff

PLAIN = replace(
    SNPH_LIKE,
    lamp_strength=(0, 0),
    warmth=(0, 0),
    green=(0, 0),
    exposure=(0, 0),
    contrast=(1, 1),
    saturation=(1, 1),
    blur=(0, 0),
    noise=(0, 0),
    quality=None,
)
"""A camera that changes nothing."""


@pytest.fixture(scope="module")
def face():
    return FaceMeasurer().measure(close_up(SIDE), "astronaut.png", POINTS)


def taken(face, camera, seed=0):
    return decode(photograph(face, camera, np.random.default_rng(seed)).data, "photograph").pixels.astype(float)


def grey(face, level=127.5):
    return face.painted(np.full_like(face.picture, level))


def test_a_camera_that_changes_nothing_gives_the_picture(face):
    assert np.array_equal(taken(face, PLAIN), face.picture)


@pytest.mark.parametrize("camera", [SNPH_LIKE, ECXHCSU_LIKE, RHWU_LIKE])
def test_files_are_of_the_format_and_size_that_is_told(face, camera):
    photo = photograph(face, camera, np.random.default_rng(0))
    pixels = decode(photo.data, "photograph").pixels
    assert photo.size == size_of(face.picture, camera) == (pixels.shape[1], pixels.shape[0])
    assert photo.size[0] == round(SIDE * camera.enlargement)
    assert {".jpg": "jpeg", ".png": "png"}[photo.extension] == sniff(photo.data)
    assert (photo.extension == ".png") == (camera.quality is None)


def test_the_same_generator_takes_the_same_photograph(face):
    one, same, other = (photograph(face, RHWU_LIKE, np.random.default_rng(seed)).data for seed in (0, 0, 1))
    assert one == same != other


@pytest.mark.parametrize("noise", [1.0, 4.0])
def test_noise_at_mid_grey_is_as_strong_as_said(face, noise):
    assert taken(grey(face), replace(PLAIN, noise=(noise, noise))).std() == pytest.approx(noise, rel=0.06)


def test_noise_is_weaker_in_the_dark_of_linear_light(face):
    camera = replace(PLAIN, noise=(3, 3))
    dark, light = (to_linear(taken(grey(face, level), camera)).std() for level in (64, 200))
    assert dark < 0.6 * light


def test_exposure_is_in_stops_of_light(face):
    brighter = taken(grey(face, 100), replace(PLAIN, exposure=(1, 1)))
    assert brighter.mean() == pytest.approx(float(to_levels(2 * to_linear(100.0))), abs=0.6)


def test_warm_light_is_red_and_its_ratio_as_said(face):
    red, _, blue = to_linear(taken(grey(face), replace(PLAIN, warmth=(0.3, 0.3)))).mean((0, 1))
    assert np.log(red / blue) == pytest.approx(0.3, abs=0.02)


def test_contrast_keeps_black_and_white_and_parts_the_middle(face):
    hard = replace(PLAIN, contrast=(1.3, 1.3))
    assert [taken(grey(face, level), hard).mean() for level in (0, 255)] == [0, 255]
    low, high = (taken(grey(face, level), hard).mean() for level in (117.5, 137.5))
    assert high - low == pytest.approx(1.3 * 20, abs=1)


def test_no_saturation_is_grey(face):
    pixels = taken(face, replace(PLAIN, saturation=(0, 0)))
    assert np.ptp(pixels, axis=-1).max() <= 1


def test_blur_is_in_millimetres(face):
    sigma = 1.5 * face.millimetre
    expected = to_levels(gaussian_filter(to_linear(face.picture), (sigma, sigma, 0), mode="mirror"))
    assert np.abs(taken(face, replace(PLAIN, blur=(1.5, 1.5))) - expected).max() < 1.5


def test_flash_falls_off_from_the_face_and_soft_light_to_one_side(face):
    flash = taken(grey(face), replace(PLAIN, lamp=Lamp.FLASH, lamp_strength=(0.4, 0.4))).mean(-1)
    corners = flash[[0, 0, -1, -1], [0, -1, 0, -1]]
    centre = face.landmarks.mesh[:, :2].mean(0).astype(int)
    assert (corners < flash[centre[1], centre[0]] - 10).all()
    soft = taken(grey(face), replace(PLAIN, lamp=Lamp.SOFT, lamp_strength=(0.4, 0.4))).mean(-1)
    corners = soft[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert corners.min() + 10 < corners.max()
