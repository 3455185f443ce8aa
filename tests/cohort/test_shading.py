import numpy as np
import pytest

from rofi.cohort.face import Face
from rofi.cohort.optics import to_levels
from rofi.cohort.shading import Light, estimate_light
from rofi.faces.landmarks import FaceLandmarks

OVERHEAD = Light(np.array([0.0, -0.6, 0.8]), 0.4)


def test_a_flat_skin_keeps_its_light():
    assert OVERHEAD.relief(np.full((20, 20), 1.5, np.float32), 3.0) == pytest.approx(1)


def test_a_slope_is_lit_by_lamberts_law():
    """Rising 1 mm a mm down the picture: normal (0, -1, 1) / sqrt 2, so its cosine to the lamp is 1.4 / sqrt 2."""
    rows = np.mgrid[:30, :30][0].astype(np.float32)
    factor = OVERHEAD.relief(rows / 4, 4.0)
    assert factor[10:20, 10:20] == pytest.approx((0.4 + 0.6 * 1.4 / np.sqrt(2)) / (0.4 + 0.6 * 0.8), rel=1e-4)


def test_a_slope_away_from_the_lamp_keeps_the_light_from_everywhere():
    rows = np.mgrid[:30, :30][0].astype(np.float32)
    factor = OVERHEAD.relief(-10 * rows, 4.0)
    assert factor[10:20, 10:20] == pytest.approx(0.4 / (0.4 + 0.6 * 0.8), rel=1e-3)


def test_relief_is_the_same_at_every_resolution():
    def bump(scale):
        rows, columns = np.mgrid[: 20 * scale, : 20 * scale] / scale - 10
        height = 2 * np.exp(-(rows**2 + columns**2) / 18)
        return OVERHEAD.relief(height.astype(np.float32), scale)

    assert bump(8)[::8, ::8] == pytest.approx(bump(2)[::2, ::2], abs=0.02)


def test_a_reflex_lies_where_the_normal_halves_the_angle_between_lamp_and_viewer():
    """On a ball of 40 pixels: at 40 times the half vector's x and y."""
    rows, columns = np.mgrid[-45:46, -45:46].astype(np.float32)
    ball = np.sqrt(np.maximum(40**2 - rows**2 - columns**2, 0))
    reflex = OVERHEAD.highlight(ball, 1.0, 100.0)
    half = OVERHEAD.towards + np.array([0, 0, 1])
    half /= np.linalg.norm(half)
    found = np.array(np.unravel_index(reflex.argmax(), reflex.shape)) - 45
    assert found == pytest.approx(40 * half[[1, 0]], abs=1.5)
    assert reflex.max() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("towards", [(0.5, -0.5, 0.7), (-0.6, 0.0, 0.8), (0.0, -0.3, 0.95)])
def test_the_lamp_is_found_on_a_ball_that_it_lights(towards):
    lamp = np.array(towards) / np.linalg.norm(towards)
    side, radius = 400, 180.0
    rows, columns = np.mgrid[:side, :side] - side / 2
    depth = np.sqrt(np.maximum(radius**2 - rows**2 - columns**2, 0))
    normals = np.stack([columns, rows, depth], -1) / radius
    light = 0.2 + 0.4 * np.clip(normals @ lamp, 0, None)
    picture = np.repeat(to_levels(light)[..., None], 3, axis=2)
    index = np.arange(468)  # points spread evenly over the cap within 45 degrees of the viewer (Fibonacci)
    z = 1 - 0.29 * (index + 0.5) / 468
    around = np.pi * (3 - np.sqrt(5)) * index
    flat = np.sqrt(1 - z**2)[:, None] * np.stack([np.cos(around), np.sin(around)], -1)
    mesh = np.column_stack([radius * flat + side / 2, -radius * z])
    iris = np.array([[0, 0], [8, 0], [0, 8], [-8, 0], [0, -8.0]])
    eyes = np.zeros((71, 2)), np.full((71, 2), 100.0)
    face = Face(picture.astype(np.float32), FaceLandmarks(mesh, 1.0, *eyes, iris + 150, iris + 250))
    found = estimate_light(face)
    assert found.towards @ lamp > np.cos(np.radians(12))
    assert found.ambient == pytest.approx(0.2 / 0.6, abs=0.1)
