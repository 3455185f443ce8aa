import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from rofi.cohort.frame import Frame, Patch
from rofi.cohort.texture import noise, vessels

EAST = np.array([0.0])


def patch_at(scale, reach=10):
    side = int(2 * reach * scale)
    frame = Frame(np.array([side / 2, side / 2]), np.array([1.0, 0.0]), np.array([0.0, 1.0]), scale)
    return Patch.around(np.zeros((side, side, 3), np.float32), frame, (-reach, -reach), (reach, reach))


def straight(patch, starts=((-5.0, 0.0),), headings=EAST, seed=0, width=0.2):
    generator = np.random.default_rng(seed)
    return vessels(patch, np.array(starts), np.asarray(headings), 6.0, width, generator, wriggle=0, branching=0)


def area(amount, scale):
    return amount.sum() / scale**2


@pytest.mark.parametrize("scale", [0.8, 1.2, 3.3])
def test_the_amount_of_pigment_does_not_depend_on_the_camera(scale):
    def tree(at):
        generator = np.random.default_rng(5)
        starts = np.stack([np.full(9, -6.0), np.linspace(-6, 6, 9)], -1)
        return area(vessels(patch_at(at), starts, np.zeros(9), 7.0, 0.2, generator), at)

    assert tree(scale) == pytest.approx(tree(14.0), rel=0.08)


def test_pigment_is_area_times_relative_thickness():
    amount = straight(patch_at(20.0))
    inked = amount > 0.02
    length = np.ptp(np.flatnonzero(inked.any(0))) / 20
    profile = amount.sum(0) / 20  # millimetres of full pigment across the vessel
    start = np.sqrt(profile[profile > 0.5 * profile.max()].max() * 0.2)  # a share t / width over a breadth t
    assert 0.1 <= start <= 0.21
    expected = (start**2 / 0.2) * length * (1 + 1 / 3 + 1 / 9) / 3  # mean square of a taper to a third
    assert area(amount, 20.0) == pytest.approx(expected, rel=0.15)


def test_a_straight_vessel_keeps_its_heading():
    patch = patch_at(6.0)
    amount = straight(patch, starts=((-3, -3),), headings=[np.pi / 4])
    along, aside = (patch.x + patch.y) / np.sqrt(2), (patch.y - patch.x) / np.sqrt(2)
    assert np.abs(aside[amount > 0.02]).max() < 0.5
    assert along[amount > 0.02].min() == pytest.approx(-3 * np.sqrt(2), abs=0.5)


def test_branches_hang_together():
    def tree(branching):
        start = np.array([[-5.0, 0.0]])
        return vessels(patch_at(14.0), start, EAST, 8.0, 0.25, np.random.default_rng(2), branching=branching)

    assert ndimage.label(tree(0.4) > 0.01, np.ones((3, 3)))[1] == 1
    assert (tree(0.4) > 0.01).sum() > 1.1 * (tree(0) > 0.01).sum()


def test_crossings_do_not_clump():
    patch = patch_at(3.0)
    cross = [(-3.0, 0.0), (0.0, -3.0)]
    both = straight(patch, cross, [0, np.pi / 2], seed=1)
    assert both.max() <= 1
    near = np.hypot(patch.x, patch.y) < 0.5
    apart = np.hypot(patch.x + 2.5, patch.y) < 0.5
    assert both[near].max() < 1.4 * both[apart].max()


def test_vessels_are_thin_at_clinic_resolution():
    patch = patch_at(3.3)
    amount = straight(patch, width=0.25)
    column = amount[:, np.argmin(np.abs(patch.x[0] + 4))]
    half = column > column.max() / 2
    assert half.sum() <= 3


def test_a_net_is_faint_at_small_scale():
    assert 0.01 < straight(patch_at(0.8)).max() < 0.3


def test_winding_ones_arrive_all_the_same():
    patch = patch_at(6.0)
    starts = np.stack([np.full(12, -7.0), np.linspace(-3, 3, 12)], -1)
    amount = vessels(patch, starts, np.zeros(12), 8.0, 0.2, np.random.default_rng(0), wriggle=0.3, branching=0)
    assert amount[patch.x < -7.6].max() == 0
    assert amount[patch.x > -1].max() > 0.1


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-60, 60), st.floats(-60, 60), st.floats(-7, 7)), max_size=5),
    st.floats(0.1, 15),
    st.floats(0.01, 3),
    st.floats(0.5, 9),
    st.integers(0, 99),
)
def test_any_vessels_give_amounts(lines, length, width, scale, seed):
    numbers = np.array(lines, np.float64).reshape(-1, 3)
    patch = patch_at(scale, reach=6)
    amount = vessels(patch, numbers[:, :2], numbers[:, 2], length, width, np.random.default_rng(seed))
    assert amount.shape == patch.x.shape
    assert ((amount >= 0) & (amount <= 1)).all()


@pytest.mark.parametrize("size", [1.5, 4.0])
def test_noise_is_centred_with_bumps_of_the_size_asked_for(size):
    values = np.stack([noise(patch_at(4.0), size, np.random.default_rng(seed)) for seed in range(12)])
    assert abs(values.mean()) < 0.15
    assert values.std() == pytest.approx(1.1, abs=0.25)
    shift = round(4 * size)

    def likeness(by):
        return np.corrcoef(values[..., by:].ravel(), values[..., :-by].ravel())[0, 1]

    assert likeness(max(1, shift // 6)) > 0.5
    assert abs(likeness(2 * shift)) < 0.2


def test_noise_is_the_same_in_finer_pixels():
    coarse, fine = (noise(patch_at(scale), 3, np.random.default_rng(1)) for scale in (3.0, 9.0))
    assert np.corrcoef(coarse.ravel(), fine[::3, ::3].ravel())[0, 1] > 0.98
