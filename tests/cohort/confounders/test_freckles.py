import numpy as np

from rofi.cohort.confounders.freckles import freckles
from rofi.cohort.optics import MELANIN, to_linear


def test_freckles_take_light_as_melanin_does(face, changes):
    after = freckles(face, np.random.default_rng(0))
    spots = (changes(face, after) > 8) & (after.picture.min(-1) > 20)
    taken = -np.log10(to_linear(after.picture[spots]) / to_linear(face.picture[spots]))
    assert (taken > 0).all()
    np.testing.assert_allclose((taken / taken[:, 2:]).mean(0), MELANIN, atol=0.02)


def test_they_lie_about_the_nose_and_not_on_the_lids(face, from_eyes, changes):
    spots = changes(face, freckles(face, np.random.default_rng(0))) > 4
    rows, columns = np.nonzero(spots)
    middle = face.landmarks.mesh[195, :2]
    assert np.abs([columns.mean(), rows.mean()] - middle).max() < 12 * face.millimetre
    assert not spots[from_eyes < 3].any()
