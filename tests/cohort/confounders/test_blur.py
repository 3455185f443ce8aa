import numpy as np
import pytest

from rofi.cohort.confounders.blur import defocus, motion_blur
from rofi.cohort.optics import to_linear

SHARED = 0.25
"""Square pixels that sharing a point among its four neighbours adds at most."""


def spread(face, blur, seed):
    """(2, 2) second moments of what becomes of a point of light, in square millimetres."""
    point = np.zeros((81, 81, 3), np.float32)
    point[40, 40] = 255
    seen = to_linear(blur(face.painted(point), np.random.default_rng(seed)).picture)[..., 0].astype(float)
    assert seen.sum() == pytest.approx(1, rel=0.02)  # no light is lost
    away = (np.indices(seen.shape).reshape(2, -1) - 40) / face.millimetre
    return (seen.ravel() * away) @ away.T / seen.sum()


@pytest.mark.parametrize("seed", range(4))
def test_defocus_is_a_disc(face, seed):
    moments = spread(face, defocus, seed)
    disc = np.random.default_rng(seed).uniform(0.3, 1.0) ** 2 / 4  # r^2 / 4 each way
    assert (np.diag(moments) > 0.9 * disc).all()
    assert (np.diag(moments) < 1.1 * disc + SHARED / face.millimetre**2).all()
    assert moments[0, 1] == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("seed", range(4))
def test_motion_is_a_line(face, seed):
    across, along = np.linalg.eigvalsh(spread(face, motion_blur, seed))
    line = np.random.default_rng(seed).uniform(0.6, 2.0) ** 2 / 12  # l^2 / 12
    assert 0.9 * line < along < 1.1 * line + SHARED / face.millimetre**2
    assert across < SHARED / face.millimetre**2


def test_an_even_picture_stays_even(face):
    even = face.painted(np.full((40, 40, 3), 120, np.float32))
    for blur in (defocus, motion_blur):
        np.testing.assert_allclose(blur(even, np.random.default_rng(0)).picture, 120, atol=0.1)
