import numpy as np
from skimage.measure import label, regionprops

from rofi.cohort.confounders.moles import moles
from rofi.cohort.optics import luminance


def test_moles_are_few_dark_and_at_most_as_wide_as_a_pencil(face, changes):
    for seed in range(6):
        after = moles(face, np.random.default_rng(seed))
        spots = [spot for spot in regionprops(label(changes(face, after) > 12)) if spot.area > 4]
        assert 1 <= len(spots) <= 6
        for spot in spots:
            assert spot.axis_major_length < 8 * face.millimetre
            row, column = np.rint(spot.centroid).astype(int)
            place = np.s_[row : row + 1, column : column + 1]
            assert luminance(after.picture[place]) < 0.9 * luminance(face.picture[place])
