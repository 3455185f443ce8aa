import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rofi.cohort.face import Eye, Side
from rofi.cohort.frame import Frame
from rofi.cohort.lid_motion import LidMotion, still

MEDIAL, LATERAL = -13.0, 13.0


def arch(height, low=MEDIAL, high=LATERAL, points=9):
    """A parabola over the corners, `height` mm above (below 0) or below them."""
    x = np.linspace(low, high, points)
    return np.stack([x, height * (1 - (2 * (x - low) / (high - low) - 1) ** 2)], -1)


EYE = Eye(
    side=Side.OS,
    frame=Frame(np.zeros(2), np.array([1.0, 0]), np.array([0, 1.0]), 4.0),
    upper=arch(-6),
    lower=arch(4),
    iris=np.array([0.0, -1.0]),
    iris_radius=5.8,
    crease=arch(-10),
    brow=arch(-4, -18, 18, 5) - [0, 12],
    lid_border=arch(12, -15, 15),
)


def hangs(amount):
    return lambda x: (amount * (1 - (x / LATERAL) ** 2)).astype(np.float32)


def about_corner(amount):
    return lambda x: (amount * np.exp(-0.5 * ((x - LATERAL) / 7) ** 2)).astype(np.float32)


def motion(upper=still, lower=still, across=still, crease=0.8, brow=still):
    return LidMotion.of(EYE, upper, lower, across, crease, brow)


@settings(max_examples=60, deadline=None)
@given(
    upper=st.floats(-8, 12),
    lower=st.floats(-8, 8),
    crease=st.floats(0, 1.2),
    brow=st.floats(0, 4),
    sideways=st.floats(-12, 12),
)
def test_skin_never_folds(upper, lower, crease, brow, sideways):
    moved = motion(hangs(upper), hangs(lower), about_corner(sideways), crease, lambda x: np.full_like(x, brow))
    y = np.arange(-40, 40, 0.1, dtype=np.float32)
    for x in (-14, -9, -3, 0, 5, 11, 20):
        for lid in (True, False):
            source = y - moved.shift(np.full_like(y, x), y, lid)
            assert np.diff(source).min() > 0
    for height in (-20, -8, 0, 10):
        assert np.diff(moved.source_x(y, np.full_like(y, height))).min() > 0


def test_margin_and_lashes_move_rigidly_and_the_brow_stays():
    moved = motion(hangs(4.0))
    at = np.array([0, 0, 0, 0], np.float32)
    places = np.array([-2, -2 + 1, -3, -25], np.float32)  # new margin, eyeball side, lashes, above the brow
    shift = moved.shift(at, places, True)
    np.testing.assert_allclose(shift, [4, 4, 4, 0], atol=0.4)


def test_forward_is_the_inverse_of_the_map():
    moved = motion(hangs(3.0), hangs(1.0), lambda x: (-0.2 * x).astype(np.float32))
    points = np.array([[0.0, -6], [4, -8], [-5, 3.5], [9, -3], [-16, -2], [3, 9]])
    new = moved.forward(points)
    back_x = moved.source_x(*(new[:, axis].astype(np.float32) for axis in (0, 1)))
    np.testing.assert_allclose(back_x, points[:, 0], atol=0.05)
    upper = points[:, 1] < 0
    shift = np.where(upper, *(moved.shift(back_x, new[:, 1].astype(np.float32), lid) for lid in (True, False)))
    np.testing.assert_allclose(new[:, 1] - shift, points[:, 1], atol=0.05)


def test_points_of_the_margins_move_by_what_was_asked():
    new = motion(hangs(2.5), hangs(1.5)).forward(np.array([[0.0, -6], [0, 4], [MEDIAL, 0], [LATERAL, 0]]))
    np.testing.assert_allclose(new[:, 1], [-3.5, 5.5, 0, 0], atol=0.1)


def test_a_corner_moves_along_x_and_the_temple_does_not():
    new = motion(across=about_corner(-5)).forward(np.array([[LATERAL, 0.0], [30, 0], [LATERAL, -30]]))
    np.testing.assert_allclose(new[:, 0], [LATERAL - 5, 30, LATERAL], atol=0.4)


def test_a_lid_closes_on_the_other_and_goes_no_further():
    moved = motion(hangs(30.0))
    assert (moved.upper + moved.down_upper <= moved.lower + moved.down_lower + 1e-6).all()


def test_a_lid_that_was_asked_to_move_its_corner_keeps_it():
    moved = motion(lambda x: np.full_like(x, -2.0))
    assert moved.at(moved.down_upper, np.array([0.0])) == pytest.approx(-2, abs=0.01)
    assert np.abs(moved.at(moved.down_upper, np.array([MEDIAL, LATERAL]))).max() < 0.3


def test_lids_at_rest_rest():
    moved = motion()
    y = np.linspace(-30, 30, 50, dtype=np.float32)
    assert not moved.shift(y, y, True).any()
    assert not moved.shift(y, y, False).any()
    np.testing.assert_allclose(moved.source_x(y, y), y, atol=1e-5)
