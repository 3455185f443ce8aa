import numpy as np
import pytest

from rofi.cohort.confounders.lighting import colour_temperature, exposure, lamp
from rofi.cohort.face import Side
from rofi.cohort.optics import luminance, to_levels, to_linear


def cheek(face, side):
    """Luminance of the cheek below an eye."""
    patch = face.eye(side).patch(face.picture, (12, 30))
    return float(luminance(patch.pixels)[patch.y > 14].mean())


@pytest.mark.parametrize("seed", range(6))
def test_the_cheek_that_faces_the_lamp_gains_on_the_other(face, seed):
    to_the_right = np.cos(np.random.default_rng(seed).uniform(0, 2 * np.pi))
    after = lamp(face, np.random.default_rng(seed))
    ratio = [cheek(shown, Side.OS) / cheek(shown, Side.OD) for shown in (face, after)]
    assert np.sign(ratio[1] - ratio[0]) == np.sign(to_the_right)  # OS lies image-right


def test_a_lamp_changes_light_and_not_colour(face):
    before = to_linear(face.picture)
    after = to_linear(lamp(face, np.random.default_rng(0)).picture)
    usable = (before.min(-1) > 0.02) & (after.max(-1) < 0.98) & (after.min(-1) > 0.01)
    gain = after[usable] / before[usable]
    np.testing.assert_allclose(gain / gain.mean(-1, keepdims=True), 1, atol=0.01)


@pytest.mark.parametrize("seed", range(6))
def test_a_cold_lamp_is_blue_and_a_warm_one_red(face, seed):
    grey = face.painted(np.full((4, 4, 3), 120, np.float32))
    kelvin = 1 / np.random.default_rng(seed).uniform(1 / 11000, 1 / 3200)
    red, _, blue = to_linear(colour_temperature(grey, np.random.default_rng(seed)).picture)[0, 0]
    assert (red > blue) == (kelvin < 6500)


def test_a_colour_cast_keeps_the_luminance(face):
    grey = face.painted(np.full((4, 4, 3), 120, np.float32))
    tinted = colour_temperature(grey, np.random.default_rng(0)).picture
    assert luminance(tinted).mean() == pytest.approx(luminance(grey.picture).mean(), rel=1e-3)


@pytest.mark.parametrize("seed", range(4))
def test_exposure_multiplies_light_before_a_tone_curve_that_keeps_middle_grey(face, seed):
    stops = np.random.default_rng(seed).uniform(-1.0, 0.45)
    ramp = np.r_[0.18 * 2**-stops, np.linspace(0, 1, 50)]
    grey = face.painted(np.repeat(to_levels(ramp)[None, :, None], 3, -1))
    after = to_linear(exposure(grey, np.random.default_rng(seed)).picture)[0]
    assert after[0] == pytest.approx(0.18, abs=2e-3)
    assert (np.diff(after[1:, 0]) >= 0).all()
    np.testing.assert_allclose(after, after[:, :1].repeat(3, 1), atol=1e-5)
