import numpy as np
from skimage.measure import label, regionprops

from rofi.cohort.confounders.scars import scars


def test_a_scar_is_a_line_of_up_to_14_mm(face, changes):
    longest = []
    for seed in range(6):
        found = label(changes(face, scars(face, np.random.default_rng(seed))) > 6)
        line = max(regionprops(found), key=lambda spot: spot.area)
        longest.append(line.axis_major_length / face.millimetre)
        assert line.axis_major_length > 1.6 * line.axis_minor_length
    assert min(longest) > 2
    assert max(longest) < 16
