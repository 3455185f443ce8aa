import cv2
import numpy as np
import pytest

from evaluation.methods.astronaut_photograph import FIVE_POINTS, astronaut_photograph
from rofi.evaluation.face_geometry import point_shifts
from rofi.evaluation.methods.face_swap import FaceSwap
from rofi.evaluation.methods.method import Method
from rofi.faces import topology
from rofi.faces.landmarks import find_landmarks
from rofi.imaging.decode import decode
from rofi.recognition import SPECS, Recogniser


@pytest.fixture(scope="module")
def photo():
    return astronaut_photograph()


@pytest.fixture(scope="module")
def swapped(photo):
    return decode(FaceSwap().protect(photo), "swapped").pixels


@pytest.fixture(scope="module")
def embed():
    recogniser = Recogniser(SPECS["mobilefacenet512"], threads=1)
    alignment = astronaut_photograph().alignment(256)
    return lambda pixels: recogniser.embed(alignment.extract(pixels)[None])[0]


def face_mask(photo):
    """(H, W) true within the contour of the face mesh."""
    mask = np.zeros(photo.pixels.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.rint(photo.landmarks.mesh[list(topology.FACE_OVAL), :2]).astype(np.int32)], 1)
    return mask


def test_the_background_is_untouched(photo, swapped):
    beyond = cv2.dilate(face_mask(photo), np.ones((9, 9))) == 0
    assert swapped.shape == photo.pixels.shape
    np.testing.assert_array_equal(swapped[beyond], photo.pixels[beyond])


def test_lids_and_eyeballs_are_the_donors(photo, swapped):
    for eye in (topology.LEFT_EYE, topology.RIGHT_EYE):
        mask = np.zeros(photo.pixels.shape[:2], np.uint8)
        cv2.fillPoly(mask, [np.rint(photo.landmarks.mesh[list(eye), :2]).astype(np.int32)], 1)
        assert (swapped != photo.pixels).any(-1)[mask > 0].mean() > 0.95


def test_the_patient_is_not_recognised(photo, swapped, embed):
    likeness = float(embed(photo.pixels) @ embed(swapped))
    assert likeness < SPECS["mobilefacenet512"].threshold


def test_another_donor_is_another_person(photo, swapped, embed):
    other = decode(FaceSwap(donor=2).protect(photo), "other").pixels
    assert float(embed(swapped) @ embed(other)) < 0.8


def test_the_eyes_stay_where_they_are(photo, swapped):
    after = find_landmarks(swapped, photo.detection)
    shifts = point_shifts(photo.landmarks, after, FIVE_POINTS, FIVE_POINTS)
    assert shifts.eyelids < 6
    assert shifts.irises < 6


def test_the_colours_are_the_patients(photo, swapped):
    """Mean colour of the face within a tenth of the range; the donor's own skin is not the astronaut's."""
    inside = cv2.erode(face_mask(photo), np.ones((15, 15))) > 0
    assert np.abs(swapped[inside].mean(0) - photo.pixels[inside].mean(0)).max() < 25


def test_the_same_photograph_gives_the_same_file(photo):
    assert FaceSwap().protect(photo) == FaceSwap().protect(photo)


def test_facts_tell_donor_and_weights():
    facts = FaceSwap(donor=3).facts
    assert isinstance(FaceSwap(), Method)
    assert facts.name == "face-swap"
    assert facts.version.startswith("1-3-")
    assert len(facts.version.split("-")[2]) == 8
