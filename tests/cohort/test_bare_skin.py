import cv2
import numpy as np
import pytest
from skimage.data import astronaut

from rofi.cohort.bare_skin import bare_skin, darkness, likely_skin, skin_albedo, skin_tone
from rofi.cohort.face import FaceMeasurer, Side
from rofi.cohort.frame import Patch
from rofi.cohort.optics import MELANIN, absorb, shade


@pytest.fixture(scope="module")
def face():
    head = cv2.resize(astronaut()[20:220, 110:310], None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    return FaceMeasurer().measure(head, "astronaut.png")


@pytest.fixture(scope="module")
def eye(face):
    return face.eye(Side.OD)


@pytest.fixture(scope="module")
def cheek(face, eye):
    return Patch.around(face.picture, eye.frame, (-4, 12), (10, 26))


def test_eyeball_and_lashes_are_not_skin_and_the_cheek_is(face, eye, cheek):
    patch = eye.patch(face.picture, (16, 10))
    skin = likely_skin(patch, eye, skin_tone(face))
    assert skin[eye.opening(patch.x, patch.y) > 0].max() == 0
    assert likely_skin(cheek, eye, skin_tone(face)).mean() > 0.9


def test_hair_is_not_skin(face, eye, cheek):
    pixels = cheek.pixels.copy()
    pixels[:, :20] = (40, 30, 25)
    hairy = Patch(pixels, cheek.x, cheek.y, cheek.frame, cheek.slices)
    assert likely_skin(hairy, eye, skin_tone(face))[:, :20].max() < 0.1


@pytest.mark.parametrize("covered", [0.5, 1.0])
def test_a_place_half_or_all_under_hair_is_not_taken_for_skin(face, eye, cheek, covered):
    pixels = cheek.pixels.copy()
    pixels[:, : round(covered * pixels.shape[1])] = (40, 30, 25)
    hairy = Patch(pixels, cheek.x, cheek.y, cheek.frame, cheek.slices)
    assert likely_skin(hairy, eye, skin_tone(face)).mean() < 1.05 - covered


def test_little_of_a_hair_is_left_in_bare_skin(face, eye, cheek):
    pixels = cheek.pixels.copy()
    row = pixels.shape[0] // 2
    pixels[row : row + 2] *= 0.3
    hairy = Patch(pixels, cheek.x, cheek.y, cheek.frame, cheek.slices)
    bare = bare_skin(hairy, eye, skin_tone(face), np.random.default_rng(0))
    clean = bare_skin(cheek, eye, skin_tone(face), np.random.default_rng(0))
    assert np.abs(bare.smooth - clean.smooth).mean(-1)[row].max() < 6
    assert np.abs(bare.pixels - clean.smooth).mean(-1)[row].mean() < 15  # the hair was some 150 darker


def test_where_there_is_only_skin_it_stays_as_it_is(face, eye, cheek):
    bare = bare_skin(cheek, eye, skin_tone(face), np.random.default_rng(0))
    surely = likely_skin(cheek, eye, skin_tone(face)) == 1
    assert bare.pixels[surely] == pytest.approx(cheek.pixels[surely], abs=0.01)


def darker(face, amount):
    """The same face with more melanin everywhere but in the eyeballs."""
    painted = face
    for side in Side:
        eye = face.eye(side)
        patch = eye.patch(painted.picture, (26, 26))
        skin = np.asarray(eye.opening(patch.x, patch.y) < -0.3, np.float32)
        painted = painted.painted(patch.put(painted.picture, absorb(patch.pixels, MELANIN, amount * skin)))
    return painted


def test_the_albedo_falls_as_melanin_is_added(face):
    albedos = [skin_albedo(tanned, tanned.eye(Side.OD)) for tanned in (face, darker(face, 0.3), darker(face, 0.6))]
    assert albedos[0] > albedos[1] > albedos[2]
    assert darkness(albedos[0]) < 0.2
    assert darkness(albedos[2]) > 0.8


def test_the_albedo_does_not_depend_on_the_light(face):
    dim = face.painted(shade(face.picture, np.full(face.picture.shape[:2], 0.5, np.float32)))
    assert skin_albedo(dim, dim.eye(Side.OD)) == pytest.approx(skin_albedo(face, face.eye(Side.OD)), abs=0.03)
