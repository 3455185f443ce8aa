import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from rofi.faces.light import GROUND_REACH, LEAST_DARK, SkinParts, relight, smooth

SIDE = 128


@pytest.fixture
def mask():
    """Everything but a rim, fading in."""
    ramp = np.clip(np.minimum(np.arange(SIDE), np.arange(SIDE)[::-1]) / 10 - 0.5, 0, 1)
    return np.minimum(ramp[:, None], ramp).astype(np.float32)


@pytest.fixture
def source():
    """A face of soft and hard detail."""
    noise = np.random.default_rng(0).normal(0, 20, (SIDE, SIDE, 3))
    return (120 + gaussian_filter(noise, (1, 1, 0)) * 3).astype(np.float32)


@pytest.fixture
def parts():
    """Skin all over."""
    return SkinParts(np.zeros((SIDE, SIDE), np.bool_), np.zeros((SIDE, SIDE), np.float32))


def wave(pixels, amplitude=10.0):
    """(SIDE, SIDE, 1) a sine over the columns with a period in pixels."""
    return amplitude * np.sin(2 * np.pi * np.arange(SIDE) / pixels)[None, :, None] * np.ones((SIDE, 1, 1))


def amplitude(picture, pixels):
    """Of that sine in the middle rows."""
    line = picture[SIDE // 3 : -SIDE // 3].mean((0, 2))
    return 2 * np.abs((line * np.exp(-2j * np.pi * np.arange(SIDE) / pixels)).mean())


@pytest.mark.parametrize("reach", [1 / 7, GROUND_REACH])
def test_smoothing_is_a_normalised_convolution(source, reach):
    weights = np.zeros((SIDE, SIDE), np.float32)
    weights[30:90, 20:100] = 1
    expected = gaussian_filter(source * weights[..., None], (reach * SIDE,) * 2 + (0,), mode="reflect")
    expected /= np.maximum(gaussian_filter(weights, reach * SIDE, mode="reflect"), 1e-6)[..., None]
    known = weights > 0
    np.testing.assert_allclose(smooth(source, weights, reach)[known], expected[known], atol=0.5)


def test_what_nothing_is_known_of_is_zero(source):
    assert not smooth(source, np.zeros((SIDE, SIDE), np.float32), GROUND_REACH).any()


def test_another_tone_is_no_difference(source, mask, parts):
    lit = relight(source * np.float32([1.25, 1.1, 0.9]), source, mask, parts)
    assert np.percentile(np.abs(lit - source), 98) < 2  # the darkest and lightest specks are the bounds


def test_light_is_the_patients_along_the_rim_and_the_persons_farther_in(source, mask, parts):
    """A person lit from the left, a patient lit from the right: so is the rim, and the middle is as it was."""
    ramp = np.linspace(-30, 30, SIDE, dtype=np.float32)[None, :, None] * np.ones((SIDE, 1, 1), np.float32)
    lit = relight(source - ramp, source + ramp, mask, parts) - source
    rim, middle = slice(12, 20), slice(SIDE // 2 - 16, SIDE // 2 + 16)
    np.testing.assert_allclose(lit[middle, rim].mean(), ramp[:, rim].mean(), atol=8)
    slope = np.polyfit(np.arange(SIDE)[middle], lit[middle, middle].mean((0, 2)), 1)[0]
    assert -60 / SIDE * 1.2 < slope < -60 / SIDE * 0.4


def test_fast_detail_is_the_persons(source, mask, parts):
    fast = 8
    patient = (source + wave(fast).transpose(1, 0, 2)).astype(np.float32)  # as much contrast, in the other direction
    lit = relight((source + wave(fast)).astype(np.float32), patient, mask, parts) - patient
    assert amplitude(lit, fast) == pytest.approx(10, rel=0.15)


def test_a_brow_is_not_taken_for_shade(source, mask, parts):
    """Not even one hardly darker than skin: it stays as dark as it is, and the skin about it gets no lighter."""
    browed, patient = source.copy(), source.copy()
    browed[40:48, 40:80] -= 40
    patient[80:88, 40:80] -= 40
    parts.features[38:50, 38:82] = parts.features[78:90, 38:82] = True
    lit = relight(browed, patient, mask, parts) - patient
    np.testing.assert_allclose(lit[42:46, 45:75].mean(), -40, atol=4)
    np.testing.assert_allclose(lit[56:72, 45:75].mean(), 0, atol=4)


def test_plain_skin_is_the_patients_smoothed_hair_left_out(source, mask, parts):
    patient = (source + wave(64)).astype(np.float32)
    parts.plain[20:60, 20:100] = 1
    expected = relight(source + 30, patient, mask, parts)
    assert np.abs(expected[25:55, 25:95] - smooth(patient, mask, GROUND_REACH)[25:55, 25:95]).max() < 3
    patient[30:34, 30:90] -= 110
    np.testing.assert_allclose(relight(source + 30, patient, mask, parts)[25:55, 25:95], expected[25:55, 25:95], atol=6)


def test_without_a_face_nothing_is_done(source, parts):
    skin = source + 10
    np.testing.assert_array_equal(relight(skin, source, np.zeros((SIDE, SIDE), np.float32), parts), skin)


def test_a_person_is_hardly_lighter_than_the_patient_anywhere(source, mask, parts):
    """A white line beyond the patient's lights ends near these; what is within them stays."""
    shades = smooth(source, mask, GROUND_REACH)
    high = np.percentile((source - shades)[mask > 0.5].mean(-1), 99.5)
    person = source.copy()
    person[70:73, 30:90] = shades[70:73, 30:90] + 90
    lit = (relight(person, source, mask, parts) - shades).mean(-1)
    assert 0.7 * high < lit[71, 40:80].mean() < 1.3 * high
    faint = np.abs((source - shades).mean(-1)) < 15
    away = np.r_[20:36, 48:64, 80:100]
    off = np.abs((relight(person, source, mask, parts) - source).mean(-1))[away][faint[away]]
    assert np.median(off) < 4


def test_brows_too_dark_keep_their_proportions(source, mask, parts):
    """Of 60 and 120 levels below the skin the one stays half the other, and the darkest is at its limit."""
    person = np.full_like(source, 180)
    person[40:48, 30:60], person[40:48, 60:90] = 120, 60
    parts.features[36:52, 26:94] = True
    lit = relight(person, source, mask, parts)
    around = smooth(lit, mask * ~parts.features, GROUND_REACH)
    light, dark = ((around - lit)[42:46, columns].mean() for columns in (slice(36, 54), slice(66, 84)))
    assert dark == pytest.approx(LEAST_DARK, rel=0.15)
    assert light / dark == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("tint", [(1, 1, 1), (1.1, 1.0, 0.8)], ids=["grey", "sepia"])
def test_in_a_photograph_without_colour_a_person_has_none(source, mask, parts, tint):
    patient = (source.mean(-1, keepdims=True) * np.float32(tint)).astype(np.float32)
    lipstick = source.copy()
    lipstick[60:70, 40:80] += [40, -20, -10]
    parts.features[56:74, 36:84] = True
    core = mask > 0.5
    coloured, grey = (relight(lipstick, face, mask, parts)[core] for face in (source, patient))

    def off_one_tint(skin):
        greys = np.column_stack([np.ones(len(skin)), skin.mean(-1)])
        return (skin - greys @ np.linalg.lstsq(greys, skin, rcond=None)[0]).std()

    assert off_one_tint(grey) < 0.3 < 3 < off_one_tint(coloured)


def test_plain_skin_follows_strong_light(source, mask, parts):
    """Darker by a third from one side to the other: no part of it is taken for hair."""
    patient = (source * np.linspace(1.2, 0.8, SIDE, dtype=np.float32)[None, :, None]).astype(np.float32)
    parts.plain[:] = 1
    lit = relight(source, patient, mask, parts)
    assert np.abs((lit - patient)[20:-20, 20:-20].mean((0, 2))).max() < 8
