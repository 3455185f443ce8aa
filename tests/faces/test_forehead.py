import cv2
import numpy as np
import pytest

from rofi.faces import topology
from rofi.faces.forehead import forehead_cover, forehead_share
from rofi.faces.person_geometry import EYE_POINTS, OVAL_POINTS

SIDE = 128
SKIN_COLOUR = np.array([196, 150, 128])


@pytest.fixture(scope="module")
def base(aligned_astronaut):
    return aligned_astronaut(SIDE)[1][:, :2]


@pytest.fixture
def oval(base):
    inside = np.zeros((SIDE, SIDE), np.uint8)
    cv2.fillPoly(inside, [np.rint(base[OVAL_POINTS]).astype(np.int32)], 1)
    return inside > 0


@pytest.fixture
def face():
    """Skin all over, under soft light from the left, with the noise of a camera."""
    light = np.linspace(1.15, 0.85, SIDE)[None, :, None]
    noise = np.random.default_rng(0).normal(0, 4, (SIDE, SIDE, 3))
    return np.clip(SKIN_COLOUR * light + noise, 0, 255).astype(np.uint8)


def test_the_forehead_begins_at_the_eyes_and_ends_where_the_mesh_does(base):
    share = forehead_share(base, SIDE)
    (left, up), (right, above) = base[EYE_POINTS].mean(0), base[topology.FACE_OVAL[0]]
    assert share[round(up), round(left)] == pytest.approx(0, abs=0.05)
    assert share[round(above), round(right)] == pytest.approx(1, abs=0.05)
    assert not share[round(up) + 5 :].any()


def test_bare_skin_has_no_cover(face, base, oval):
    assert not forehead_cover(face, base, oval).any()


@pytest.mark.parametrize("colour", [(70, 90, 130), (20, 20, 22), (240, 240, 240), (70, 45, 30)], ids=str)
def test_a_cap_covers_the_forehead_down_to_its_brim_and_nothing_else(face, base, oval, colour):
    up = forehead_share(base, SIDE)
    face[up > 0.45] = colour
    cover = forehead_cover(face, base, oval)
    assert cover[oval & (up > 0.55)].min() > 0.9
    assert cover[up < 0.35].max() < 0.05


def test_dark_brows_and_a_dark_beard_are_no_cover(face, base, oval):
    up = forehead_share(base, SIDE)
    for brow in (topology.LEFT_BROW, topology.RIGHT_BROW):
        cv2.fillPoly(face, [np.rint(base[list(brow)]).astype(np.int32)], (40, 30, 25))
    face[round(base[topology.NOSE_TIP, 1]) + 8 :] = (50, 40, 35)
    assert up[tuple(np.rint(base[105][::-1]).astype(int))] > 0.2  # or brows would be no trial
    assert not forehead_cover(face, base, oval).any()


def test_a_strand_of_hair_is_drawn_over(face, base, oval):
    up = forehead_share(base, SIDE)
    left, right = base[OVAL_POINTS, 0].min(), base[OVAL_POINTS, 0].max()
    strand = (np.arange(SIDE) > left) & (np.arange(SIDE) < left + 0.25 * (right - left))
    face[(up > 0.45) & strand] = (60, 40, 30)
    assert not forehead_cover(face, base, oval).any()


def test_a_shining_forehead_is_skin(face, base, oval):
    up = forehead_share(base, SIDE)[..., None]
    shining = np.clip(face + 45.0 * up, 0, 255).astype(np.uint8)
    assert forehead_cover(shining, base, oval).max() < 0.5


def test_where_no_skin_is_known_nothing_is_said(face, base):
    assert not forehead_cover(face, base, np.zeros((SIDE, SIDE), bool)).any()
