import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from rofi.training.yaw import yaw


def test_frontal_is_zero_and_the_nose_on_a_cheek_is_half():
    mesh = np.zeros((3, 468, 3), np.float32)
    mesh[:, 454, 0] = 10
    mesh[:, 1, 0] = [5, 10, 2]
    np.testing.assert_allclose(yaw(mesh), [0, 0.5, -0.3], atol=1e-7)


@pytest.mark.parametrize("angle", [-30, 30])
def test_a_face_turned_towards_a_side_has_its_nose_there(astronaut_mesh, angle):
    assert abs(yaw(astronaut_mesh)) < 0.1
    turned = (astronaut_mesh - astronaut_mesh.mean(0)) @ Rotation.from_euler("y", angle, degrees=True).as_matrix()
    assert abs(yaw(turned)) > 0.15
    assert np.sign(yaw(turned)) == np.sign(angle)
