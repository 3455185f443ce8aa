import numpy as np
import pytest

from rofi.cohort.confounders.eye_make_up import eye_shadow, eyeliner, mascara
from rofi.cohort.face import Side


def about(face, after, side):
    """The patch about an eye before, and levels by which it became darker."""
    eye = face.eye(side)
    before, now = (eye.patch(shown.picture, (26, 26)) for shown in (face, after))
    return eye, before, (before.pixels - now.pixels).mean(-1)


@pytest.mark.parametrize("side", Side)
def test_shadow_lies_on_the_upper_lid(face, side):
    eye, patch, darker = about(face, eye_shadow(face, np.random.default_rng(1)), side)
    painted = np.abs(darker) > 4
    up = eye.upper_lid(patch.x) - patch.y
    assert painted.any()
    assert up[painted].min() > -1
    assert (patch.y[painted] > eye.brow_line(patch.x[painted]) - 1).all()


@pytest.mark.parametrize("side", Side)
def test_liner_follows_the_lashes_and_its_wing_the_brows_tail(face, side):
    for seed in range(4):
        eye, patch, darker = about(face, eyeliner(face, np.random.default_rng(seed)), side)
        over = (np.abs(patch.x) < 8) & (darker > 20) & (patch.y < 0)
        assert np.abs(patch.y[over] - eye.upper_lid(patch.x[over])).max() < 3.5
        assert darker[(patch.x > eye.lateral + 8) | (patch.y > 8)].max() < 3


@pytest.mark.parametrize("side", Side)
def test_lashes_reach_a_few_millimetres_above_the_margin(face, side):
    eye, patch, darker = about(face, mascara(face, np.random.default_rng(0)), side)
    up = eye.upper_lid(patch.x) - patch.y
    inked = darker > 6
    assert inked[(up > 1) & (up < 3) & (np.abs(patch.x) < 8)].mean() > 0.1
    assert not inked[up > 10].any()
