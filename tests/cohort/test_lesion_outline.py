import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import distance_transform_edt
from scipy.spatial.distance import pdist

from rofi.cohort.frame import Frame, Patch
from rofi.cohort.lesion_outline import Outline, on_the_skin

SCALE = 6.0
FRAME = Frame(np.array([100.0, 100.0]), np.array([1.0, 0.0]), np.array([0.0, 1.0]), SCALE)


@pytest.fixture(scope="module")
def patch():
    return Patch.around(np.zeros((200, 200, 3), np.float32), FRAME, (-16, -16), (16, 16))


@given(st.integers(0, 2**32), st.floats(0.5, 1), st.floats(0, 0.12), st.floats(-1.5, 1.5), st.floats(1, 12))
def test_the_greatest_diameter_is_the_one_asked_for(seed, aspect, raggedness, tilt, radius):
    outline = Outline.drawn(np.random.default_rng(seed), aspect, raggedness, tilt)
    assert pdist(outline.border(np.array([3.0, -2.0]), radius)).max() == pytest.approx(2 * radius)


def test_without_waves_it_is_the_ellipse(patch):
    outline = Outline.drawn(np.random.default_rng(0), 0.6, 0.0)
    inside = outline.depth(patch, np.zeros(2), 10.0) > 0
    assert (inside == (np.hypot(patch.x / 10, patch.y / 6) < 1)).mean() > 0.999


def test_depth_of_a_circle_is_the_distance_from_its_edge(patch):
    depth = Outline.drawn(np.random.default_rng(0), 1.0, 0.0).depth(patch, np.array([1.0, 2.0]), 8.0)
    truth = distance_transform_edt(depth > 0) / SCALE
    assert depth[depth > 0] == pytest.approx(truth[depth > 0], abs=1 / SCALE)


def test_border_and_depth_agree(patch):
    outline = Outline.drawn(np.random.default_rng(4), 0.8, 0.08, 0.4)
    centre = np.array([1.0, -1.0])
    columns, rows = np.rint(FRAME.to_picture(outline.border(centre, 9.0)) - [4, 4]).astype(int).T
    assert np.abs(outline.depth(patch, centre, 9.0)[rows, columns]).max() < 1.5 / SCALE


def test_ragged_outlines_are_longer_round_for_their_area(patch):
    def compactness(raggedness):
        border = Outline.drawn(np.random.default_rng(1), 1.0, raggedness).border(np.zeros(2), 1.0)
        following = np.roll(border, -1, axis=0)
        area = 0.5 * abs(np.sum(border[:, 0] * following[:, 1] - following[:, 0] * border[:, 1]))
        return np.linalg.norm(following - border, axis=1).sum() ** 2 / (4 * np.pi * area)

    assert compactness(0.0) == pytest.approx(1, abs=1e-3)
    assert compactness(0.0) < compactness(0.04) < compactness(0.1)


def test_it_ends_at_the_overhang(patch):
    depth = Outline.drawn(np.random.default_rng(0), 1.0, 0.0).depth(patch, np.zeros(2), 8.0)
    past_margin = -patch.y  # the eyeball lies above y = 0
    held = on_the_skin(depth, past_margin, 1.0)
    assert patch.y[held > 0].min() == pytest.approx(-1, abs=0.2)
    below = patch.y > 4
    assert held[below] == pytest.approx(depth[below], abs=1e-5)
