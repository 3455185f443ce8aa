import numpy as np
import pytest

from rofi.cohort.confounders.tired_eyes import tired_eyes
from rofi.cohort.face import Side
from rofi.cohort.optics import luminance


@pytest.mark.parametrize("side", Side)
def test_the_hollow_under_the_lid_is_darker_and_the_cheek_is_not(face, side):
    after = tired_eyes(face, np.random.default_rng(0))
    eye = face.eye(side)
    before, now = (eye.patch(shown.picture, (30, 45)) for shown in (face, after))
    down = (before.y - eye.lower_lid(before.x)) / (eye.border_line(before.x) - eye.lower_lid(before.x))
    under = (np.abs(before.x) < 8) & (down > 0.7) & (down < 1.1)
    assert luminance(now.pixels)[under].mean() < 0.95 * luminance(before.pixels)[under].mean()
    far = before.y > 24
    np.testing.assert_allclose(now.pixels[far], before.pixels[far], atol=0.01)


def test_upper_lids_stay_as_they_are(face):
    after = tired_eyes(face, np.random.default_rng(0))
    for side in Side:
        eye = face.eye(side)
        before, now = (eye.patch(shown.picture) for shown in (face, after))
        above = before.y < eye.upper_lid(before.x) - 1
        np.testing.assert_allclose(now.pixels[above], before.pixels[above], atol=1.0)
