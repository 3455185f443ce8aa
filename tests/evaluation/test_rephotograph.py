import numpy as np
import pytest
from skimage.data import astronaut

from rofi.evaluation.rephotograph import rephotograph


def test_points_stay_on_what_they_were_on():
    photo = np.full((120, 160, 3), 60, np.uint8)
    rows, columns = np.mgrid[:120, :160]
    spot = np.exp(-((columns - 130.0) ** 2 + (rows - 40.0) ** 2) / 18)
    photo = np.clip(photo + 180 * spot[..., None], 0, 255).astype(np.uint8)
    for seed in range(4):
        again, points = rephotograph(photo, [[130.0, 40.0]], seed)
        light = np.clip(again[..., 1].astype(float) - 90, 0, None)
        found = [(light * axis).sum() / light.sum() for axis in (columns, rows)]
        assert found == pytest.approx(points[0], abs=0.4)


def test_it_is_another_picture_of_the_same():
    photo = astronaut()
    again, _ = rephotograph(photo, np.zeros((0, 2)), 1)
    other, _ = rephotograph(photo, np.zeros((0, 2)), 2)
    assert again.shape == photo.shape
    assert 1 < np.abs(again.astype(float) - photo).mean() < 25
    assert (again != other).any()


def test_a_seed_makes_it_repeatable():
    one, other = (rephotograph(astronaut(), [[1.0, 2.0]], 5) for _ in range(2))
    assert np.array_equal(one[0], other[0])
    assert np.array_equal(one[1], other[1])
