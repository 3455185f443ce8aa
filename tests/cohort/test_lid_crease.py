import numpy as np
import pytest

from rofi.cohort.face import Eye, Side
from rofi.cohort.frame import Frame, Patch
from rofi.cohort.lid_crease import reshape_crease

SCALE = 4.0
FOLD = -10.0


def line(y):
    return np.stack([np.linspace(-13, 13, 9), np.full(9, float(y))], -1)


EYE = Eye(
    side=Side.OS,
    frame=Frame(np.array([120.0, 120]), np.array([1.0, 0]), np.array([0, 1.0]), SCALE),
    upper=line(-5),
    lower=line(4),
    iris=np.array([0.0, 0]),
    iris_radius=5.8,
    crease=line(FOLD),
    brow=line(-18),
    lid_border=line(12),
)


@pytest.fixture
def patch():
    """Even skin with a dark crease 10 mm above the eye."""
    rows = (np.arange(240) - 120) / SCALE
    profile = 150 - 40 * np.exp(-0.5 * ((rows - FOLD) / 0.7) ** 2)
    picture = np.repeat(np.repeat(profile[:, None, None], 240, 1), 3, 2).astype(np.float32)
    return Patch.around(picture, EYE.frame, (-28, -28), (28, 28))


def depth(patch, pixels):
    column = pixels[:, np.abs(patch.x[0]).argmin(), 1]
    y = patch.y[:, 0]
    beside = column[(np.abs(y - FOLD) > 2.5) & (np.abs(y - FOLD) < 3.5)].mean()
    return beside - column[np.abs(y - FOLD).argmin()]


def test_a_crease_can_be_left(patch):
    np.testing.assert_allclose(reshape_crease(EYE, patch, 1.0), patch.pixels, atol=0.1)


def test_a_crease_gets_flatter_and_deeper(patch):
    depths = [depth(patch, reshape_crease(EYE, patch, gain)) for gain in (0.0, 0.5, 1.0, 1.6)]
    assert (np.diff(depths) > 3).all()
    assert depths[0] < 0.45 * depths[2]


def test_what_lies_off_the_lid_is_left(patch):
    pixels = reshape_crease(EYE, patch, 0.0)
    off = (patch.y < -18) | (patch.y > -6) | (np.abs(patch.x) > 20)
    np.testing.assert_allclose(pixels[off], patch.pixels[off], atol=0.1)
