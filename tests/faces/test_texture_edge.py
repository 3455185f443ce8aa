import cv2
import numpy as np

from rofi.faces.texture_edge import told_from_inside

SIDE = 96
RING = np.array([[np.cos(a), np.sin(a)] for a in np.linspace(0, 2 * np.pi, 40, endpoint=False)])
POINTS = np.vstack([48 + 36 * RING, 48 + 18 * RING])


def test_background_that_the_mesh_overlaps_is_gone():
    texture = np.zeros((SIDE, SIDE, 3), np.float32)
    cv2.circle(texture, (48, 48), 35, (150, 120, 100), -1)  # a texel less than the mesh
    told = told_from_inside(texture, POINTS)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    mesh = np.hypot(rows - 48, columns - 48) < 36
    assert np.abs(told - [150, 120, 100])[mesh].max() < 12


def test_inside_every_texel_stays():
    texture = np.random.default_rng(0).uniform(0, 255, (SIDE, SIDE, 3)).astype(np.float32)
    told = told_from_inside(texture, POINTS)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    inside = np.hypot(rows - 48, columns - 48) < 28
    np.testing.assert_allclose(told[inside], texture[inside], atol=1e-3)
