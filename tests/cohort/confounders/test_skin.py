import numpy as np
import pytest

from rofi.cohort.confounders.skin import Skin, strewn
from rofi.cohort.face import Side
from rofi.cohort.frame import Frame, Patch
from rofi.faces import topology


@pytest.fixture(scope="module")
def skin(face):
    return Skin.of(face, 15.0)


def test_cheeks_and_chin_are_bare(face, skin):
    assert skin.bare(face.landmarks.mesh[[205, 425, 199], :2]).all()


def test_eyes_lips_nostrils_brows_and_background_are_not(face, skin):
    mesh = face.landmarks.mesh[:, :2]
    eyes = [face.eye(side).frame.origin for side in Side]
    features = [mesh[[13]], mesh[[2]], mesh[list(topology.LEFT_BROW)].mean(0, keepdims=True), eyes, [[3.0, 3.0]]]
    assert not skin.bare(np.concatenate(features)).any()


def test_places_keep_their_distance_from_the_eyes(face, skin, from_eyes):
    places = np.rint(skin.places(60, np.random.default_rng(0))).astype(int)
    assert len(places) == 60
    assert from_eyes[places[:, 1], places[:, 0]].min() > 14


def test_hair_over_the_forehead_is_not_bare(face, skin):
    dark = face.painted(face.picture * 0.15)
    assert not Skin(dark, skin.frame, skin.colour, 15.0).places(10, np.random.default_rng(0)).size


@pytest.mark.parametrize("radius", [0.2, 1.5])
def test_a_strewn_spot_holds_as_much_pigment_however_coarse_the_picture(radius):
    frame = Frame(np.array([50.3, 49.6]), np.array([1.0, 0.0]), np.array([0.0, 1.0]), 2.0)
    patch = Patch.around(np.zeros((100, 100, 3), np.float32), frame, (-20, -20), (20, 20))
    spot = strewn(patch, frame.origin[None], np.array([0.7]), radius)
    assert spot.sum() / frame.scale**2 == pytest.approx(0.7 * 2 * np.pi * radius**2, rel=0.02)  # a Gaussian's volume
    weights = spot / spot.sum()
    assert (weights * patch.x).sum() == pytest.approx(0, abs=0.02)
    assert (weights * patch.y).sum() == pytest.approx(0, abs=0.02)
