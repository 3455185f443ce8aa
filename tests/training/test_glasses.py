import cv2
import numpy as np
import pytest

from rofi.faces import topology
from rofi.training.glasses import BRIDGE_LIMIT, bridge_sharpness, wears_glasses

SIDE = 256


@pytest.fixture(scope="module")
def face(aligned_astronaut):
    return aligned_astronaut(SIDE)


def with_glasses(face, colour=(40, 35, 30)):
    """Frames drawn about both eyes, and a bridge between them."""
    view, mesh = face
    drawn = np.ascontiguousarray(view).copy()
    eyes = [mesh[list(eye), :2].mean(0) for eye in (topology.LEFT_EYE, topology.RIGHT_EYE)]
    for eye in eyes:
        cv2.ellipse(drawn, [int(v) for v in eye], (26, 19), 0, 0, 360, colour, 3)
    inner = [int(v) for v in eyes[0] + [26, -2]], [int(v) for v in eyes[1] - [26, 2]]
    cv2.line(drawn, *inner, colour, 3)
    return drawn, mesh


def test_a_bridge_across_the_nose_is_sharp(face):
    assert bridge_sharpness(*face) < BRIDGE_LIMIT < bridge_sharpness(*with_glasses(face))


def test_light_and_size_do_not_matter(face):
    view, mesh = face
    plain = bridge_sharpness(view, mesh)
    assert bridge_sharpness(np.rint(view * 0.6).astype(np.uint8), mesh) == pytest.approx(plain, rel=0.15)
    small = cv2.resize(view, None, fx=0.75, fy=0.75, interpolation=cv2.INTER_AREA)
    assert bridge_sharpness(small, mesh * 0.75) < BRIDGE_LIMIT


def test_dark_and_light_frames_are_seen(face):
    assert not wears_glasses(*face)
    assert wears_glasses(*with_glasses(face))
    assert wears_glasses(*with_glasses(face, (200, 180, 60)))
