import numpy as np
import pytest

from rofi.evaluation.methods.mesh_shading import AMBIENT, LAMP, mesh_triangles, shade


def grid(side: float, height) -> np.ndarray:
    """(121, 3) points on a square of `side` pixels from (10, 10), `height` of x and y above it."""
    x, y = (plane.ravel() for plane in np.meshgrid(np.linspace(10, 10 + side, 11), np.linspace(10, 10 + side, 11)))
    return np.column_stack([x, y, -height(x, y)])


@pytest.mark.parametrize("slope", [(0.5, 0.0), (0.0, 0.5), (-0.3, -0.4)])
def test_a_tilted_plane_has_the_light_of_lamberts_law(slope):
    """z = -(a x + b y): the normal towards the camera is (-a, -b, -1), made a unit vector."""
    mesh = grid(40, lambda x, y: slope[0] * x + slope[1] * y)
    lit = shade(mesh, mesh_triangles(mesh), (60, 60)).light[15:45, 15:45]
    normal = np.array([-slope[0], -slope[1], -1])
    cosine = normal @ np.array(LAMP) / np.linalg.norm(normal) / np.linalg.norm(LAMP)
    assert lit == pytest.approx(AMBIENT + (1 - AMBIENT) * cosine, abs=1e-5)


def test_a_hemisphere_is_lit_as_its_normals_say():
    """Away from its edge the interpolated light is within 2 % of the sphere's own."""
    centre, radius = 30.0, 30.0
    mesh = grid(40, lambda x, y: np.sqrt(radius**2 - (x - centre) ** 2 - (y - centre) ** 2))
    lit = shade(mesh, mesh_triangles(mesh), (60, 60)).light
    rows, columns = np.mgrid[18:43, 18:43]
    normals = np.stack([columns - centre, rows - centre, np.zeros(rows.shape)], -1) / radius
    normals[..., 2] = -np.sqrt(1 - np.square(normals).sum(-1))
    expected = AMBIENT + (1 - AMBIENT) * (normals @ (np.array(LAMP) / np.linalg.norm(LAMP)))
    assert np.abs(lit[18:43, 18:43] - expected).max() < 0.02


def test_only_the_mesh_is_covered():
    mesh = grid(40, lambda x, y: 0 * x)
    shading = shade(mesh, mesh_triangles(mesh), (60, 60))
    assert shading.covered[11:50, 11:50].all()
    assert not shading.covered[:9].any()
    assert not shading.covered[52:].any()
    assert (shading.light[~shading.covered] == 0).all()


def test_the_nearer_surface_hides_the_farther():
    """Two squares on one another: the near one is level, the far one tilted."""
    near, far = grid(20, lambda x, y: 50 + 0 * x), grid(40, lambda x, y: 2 * y - 120)
    mesh, triangles = np.vstack([far, near]), mesh_triangles(near)
    both = shade(mesh, np.vstack([triangles, triangles + len(far)]), (60, 60)).light
    alone = shade(near, triangles, (60, 60)).light
    np.testing.assert_allclose(both[12:29, 12:29], alone[12:29, 12:29], atol=1e-6)
    assert abs(both[40, 40] - alone[20, 20]) > 0.05


def test_a_mesh_that_is_a_line_is_no_error():
    mesh = grid(40, lambda x, y: 0 * x)
    triangles = mesh_triangles(mesh)
    mesh[:, 1] = 20
    assert np.isfinite(shade(mesh, triangles, (60, 60)).light).all()
