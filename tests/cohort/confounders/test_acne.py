import numpy as np
from skimage.color import rgb2lab

from rofi.cohort.confounders.acne import acne


def test_pimples_are_redder_than_the_skin_they_are_on(face, changes):
    after = acne(face, np.random.default_rng(1))
    spots = changes(face, after) > 8
    before, now = (rgb2lab(shown.picture[spots][None] / 255)[0].mean(0) for shown in (face, after))
    assert now[1] > before[1] + 2
