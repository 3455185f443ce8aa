from dataclasses import replace

import numpy as np
import pytest

from evaluation.methods.astronaut_photograph import FIVE_POINTS, astronaut_photograph
from rofi.cohort.face import Side
from rofi.errors import NoFaceFound
from rofi.evaluation.methods.eye_crop import EyeCrop, eye_rectangle
from rofi.evaluation.methods.method import Method
from rofi.faces import topology
from rofi.imaging.decode import decode


@pytest.fixture(scope="module")
def photo():
    return astronaut_photograph()


@pytest.fixture(scope="module")
def plain_face(photo):
    """Everything in the middle but OD: corners at (100, 200) and (140, 200), brow at y = 180; the face is level."""
    mesh = np.tile([120.0, 200.0, 0.0], (468, 1))
    mesh[topology.RIGHT_EYE_OUTER] = [300, 200, 0]
    mesh[topology.LEFT_EYE_OUTER], mesh[topology.LEFT_EYE_INNER] = [100, 200, 0], [140, 200, 0]
    mesh[list(topology.LEFT_BROW)] = [120, 180, 0]
    return replace(photo.landmarks, mesh=mesh)


@pytest.mark.parametrize("side", Side)
def test_pixels_inside_are_unchanged_and_grey_outside(photo, side):
    protected = decode(EyeCrop(side).protect(photo), "crop").pixels
    inside = eye_rectangle(photo.landmarks, side, photo.pixels.shape[:2])
    np.testing.assert_array_equal(protected[inside], photo.pixels[inside])
    assert (protected[~inside] == 128).all()
    assert 0.001 < inside.mean() < 0.03


@pytest.mark.parametrize(("side", "own", "fellow"), [(Side.OD, 0, 1), (Side.OS, 1, 0)])
def test_one_eye_is_in_and_the_rest_of_the_face_is_not(photo, side, own, fellow):
    """The patient's right eye, OD, is image-left."""
    inside = eye_rectangle(photo.landmarks, side, photo.pixels.shape[:2])
    seen = [bool(inside[int(y), int(x)]) for x, y in FIVE_POINTS]
    assert [number for number, visible in enumerate(seen) if visible] == [own]
    eyes = (topology.LEFT_EYE + topology.LEFT_BROW, topology.RIGHT_EYE + topology.RIGHT_BROW)
    x, y = np.rint(photo.landmarks.mesh[list(eyes[own]), :2]).astype(int).T
    assert inside[y, x].mean() > 0.85  # the outer end of the brow may be cut
    x, y = np.rint(photo.landmarks.mesh[list(eyes[fellow]), :2]).astype(int).T
    assert not inside[y, x].any()


def test_hand_worked_rectangle(plain_face):
    """An eye 40 wide: 14 beside, 4 above the brow, 30 below the lid."""
    rows, columns = np.nonzero(eye_rectangle(plain_face, Side.OD, (400, 400)))
    assert (columns.min(), columns.max(), rows.min(), rows.max()) == (86, 154, 176, 230)


def test_the_rectangle_turns_with_the_face(plain_face):
    """Turned by a quarter, x becomes y and y becomes -x."""
    x, y, z = plain_face.mesh.T
    turned = replace(plain_face, mesh=np.column_stack([400 - y, x, z]))
    rows, columns = np.nonzero(eye_rectangle(turned, Side.OD, (400, 400)))
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (86, 154, 400 - 230, 400 - 176)


def test_an_eye_outside_the_photograph_is_refused(photo, plain_face):
    away = replace(plain_face, mesh=plain_face.mesh - np.array([500.0, 0, 0]))
    with pytest.raises(NoFaceFound, match=r"astronaut\.png: the OD eye lies outside"):
        EyeCrop(Side.OD).protect(astronaut_photograph(photo.pixels, away))


def test_facts_name_the_patients_eye():
    assert isinstance(EyeCrop(Side.OD), Method)
    assert [EyeCrop(side).facts.name for side in (Side.OS, Side.OD)] == ["eye-crop-left", "eye-crop-right"]
