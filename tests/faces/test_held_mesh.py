import numpy as np
import pytest
from scipy.spatial import Delaunay

from rofi.faces.held_mesh import HeldMesh, signed_area


@pytest.fixture(scope="module")
def mesh():
    """A grid of unit squares, 11 x 11, and its triangles."""
    points = np.stack(np.meshgrid(np.arange(11.0), np.arange(11.0)), -1).reshape(-1, 2)
    return points, Delaunay(points).simplices


@pytest.fixture(scope="module")
def left(mesh):
    return mesh[0][:, 0] == 0


def test_a_string_of_points_agrees_with_the_closed_form():
    """Screened Poisson on a string of unit steps, reach r: (2 r^2 + 1) u_i = r^2 (u_i-1 + u_i+1), u_i ~ exp(-k i)."""
    points = np.stack([np.arange(60.0), np.zeros(60)], 1)
    triangles = np.stack([np.arange(59), np.arange(1, 60), np.arange(59)], 1)
    held = np.arange(60) == 0
    spread = HeldMesh(points, triangles, held, (), 3.0).spread(np.ones((60, 1)))[:, 0]
    rate = np.arccosh(1 + 1 / (2 * 3.0**2))
    np.testing.assert_allclose(spread[:30], np.exp(-rate * np.arange(30)), rtol=1e-3)


def test_held_points_move_as_told_and_others_less_the_farther(mesh, left):
    points, triangles = mesh
    moves = np.where(left[:, None], [1.0, -2.0], 50.0)
    spread = HeldMesh(points, triangles, left, (), 2.0).spread(moves)
    np.testing.assert_array_equal(spread[left], moves[left])
    columns = spread[:, 0].reshape(11, 11).mean(0)
    assert (np.diff(columns) < 0).all()
    assert columns[-1] < 0.05
    np.testing.assert_allclose(spread[:, 1], -2 * spread[:, 0], atol=1e-9)


def test_a_stiff_part_moves_as_one(mesh, left):
    points, triangles = mesh
    part = np.flatnonzero((points[:, 0] >= 3) & (points[:, 0] <= 5) & (points[:, 1] >= 4) & (points[:, 1] <= 6))
    moves = np.ones((len(points), 1))
    loose, stiff = (
        HeldMesh(points, triangles, left, parts, 2.0).spread(moves)[part, 0] for parts in ((), (part.tolist(),))
    )
    assert np.ptp(stiff) < 0.2 * np.ptp(loose)


def test_two_points_at_one_place_do_no_harm(mesh, left):
    points, triangles = mesh[0].copy(), mesh[1]
    points[60] = points[61]
    assert np.isfinite(HeldMesh(points, triangles, left, (), 2.0).spread(np.ones((121, 1)))).all()


def test_the_sign_of_an_area_tells_which_side_is_up():
    points = np.array([[0.0, 0], [4, 0], [0, 3]])
    assert signed_area(points, np.array([[0, 1, 2], [0, 2, 1]])).tolist() == [12, -12]
