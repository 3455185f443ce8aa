import numpy as np
import pytest

from rofi.cohort.frame import Frame, Patch
from rofi.cohort.shading import Light
from rofi.cohort.skin_lesion import raised, settle, soft_edge, spare_eyeball, surface

FROM_ABOVE = Light(np.array([0.0, -0.6, 0.8]), 0.4)


def patch_of(scale):
    frame = Frame(np.array([12.0, 12.0]) * scale, np.array([1.0, 0.0]), np.array([0.0, 1.0]), scale)
    side = int(24 * scale)
    return Patch.around(np.full((side, side, 3), 130, np.float32), frame, (-11, -11), (11, 11))


@pytest.fixture(scope="module")
def patch():
    return patch_of(4.0)


@pytest.fixture(scope="module")
def dome(patch):
    """4 mm of radius, 2 mm tall."""
    return np.asarray(2 * np.sqrt(np.clip(1 - (patch.x**2 + patch.y**2) / 16, 0, None)), np.float32)


def test_the_side_towards_the_lamp_is_brighter_and_the_far_side_darker(patch, dome):
    lit = raised(patch.pixels, dome, FROM_ABOVE, patch)[..., 1]
    near = (np.abs(patch.x) < 1) & (np.abs(patch.y + 3) < 0.5)
    far = (np.abs(patch.x) < 1) & (np.abs(patch.y - 3) < 0.5)
    assert lit[near].mean() > 135
    assert lit[far].mean() < 120


def test_the_shadow_ends_where_the_ray_that_grazes_the_dome_meets_the_skin(patch, dome):
    """A lamp 45 degrees high grazes the ellipsoid and meets the skin sqrt(4^2 + 2^2) = 4.47 mm behind its middle."""
    low = Light(np.array([0.0, -1.0, 1.0]) / np.sqrt(2), 0.4)
    lit = raised(patch.pixels, dome, low, patch)[:, np.abs(patch.x[0]) < 0.3, 1].mean(1)
    unshaded = lit[::-1]  # as far before the dome as behind it
    shadow = np.interp([4.1, 4.9], patch.y[:, 0], unshaded - lit)
    assert shadow[0] > 8
    assert shadow[1] < 3
    assert lit[np.abs(patch.y[:, 0]) > 9] == pytest.approx(130, abs=1)


def test_light_from_the_front_throws_no_shadow(patch, dome):
    lit = raised(patch.pixels, dome, Light(np.array([0.0, 0.0, 1.0]), 0.4), patch)[..., 1]
    assert lit == pytest.approx(lit[:, ::-1], abs=0.5)
    assert lit == pytest.approx(lit[::-1], abs=0.5)


def test_no_height_changes_nothing(patch):
    flat = np.zeros_like(patch.x)
    assert raised(patch.pixels, flat, FROM_ABOVE, patch) == pytest.approx(patch.pixels, abs=1e-2)


def test_a_settled_step_is_as_steep_as_its_foot_says(patch):
    step = np.asarray(patch.x > 0, np.float32)
    slope = np.diff(settle(step, patch, 0.8)[40]).max() * patch.scale
    assert slope == pytest.approx(1 / (0.8 * np.sqrt(2 * np.pi)), rel=0.05)  # a Gaussian's peak


def test_the_eyeball_beside_a_growth_stays_as_it_was(patch):
    after = patch.pixels - 40
    opening, depth = -patch.y, np.full_like(patch.x, -3)
    spared = spare_eyeball(patch.pixels, after, depth, opening, 0.3)
    assert (spared[opening > 0.5] == 130).all()
    assert (spared[opening < -0.5] == 90).all()


def test_but_not_where_the_growth_overhangs_it(patch):
    after = patch.pixels - 40
    spared = spare_eyeball(patch.pixels, after, np.full_like(patch.x, 0.5), np.full_like(patch.x, 0.8), 0.3)
    assert (spared == 90).all()


@pytest.mark.parametrize("scale", [0.8, 1.2, 3.3, 14.0])
def test_an_edge_is_never_sharper_than_most_of_a_pixel(scale):
    assert soft_edge(patch_of(scale)) * scale >= 0.7 - 1e-9
    assert soft_edge(patch_of(scale)) >= 0.3


def test_bumps_below_a_pixel_do_not_show_as_noise():
    generator = np.random.default_rng
    assert surface(patch_of(0.8), 0.7, generator(0)).std() < 0.4
    assert surface(patch_of(6.0), 0.7, generator(0)).std() == pytest.approx(1, abs=0.3)
