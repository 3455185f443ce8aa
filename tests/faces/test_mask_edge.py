import numpy as np
import pytest

from rofi.faces.mask_edge import away_from_contour

REACH = 0.12


def test_away_from_the_contour_holes_do_not_count():
    mask = np.zeros((100, 100), np.float32)
    mask[10:90, 10:90] = 1
    with_eye = mask.copy()
    with_eye[45:55, 45:55] = 0
    away = away_from_contour(with_eye, REACH)
    np.testing.assert_array_equal(away, away_from_contour(mask, REACH))
    assert away[50, 50] == pytest.approx(1, abs=1e-3)
    assert away[50, 12] < 0.2
    assert not away_from_contour(np.zeros((20, 20), np.float32), REACH).any()
