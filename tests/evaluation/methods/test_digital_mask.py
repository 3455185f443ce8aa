from dataclasses import replace

import numpy as np
import pytest

from evaluation.methods.astronaut_photograph import FIVE_POINTS, astronaut_photograph
from rofi.evaluation.face_geometry import point_shifts
from rofi.evaluation.methods.digital_mask import BACKGROUND, IRIS, LINE, PUPIL, SCLERA, DigitalMask, face_triangles
from rofi.evaluation.methods.face_box import face_box
from rofi.evaluation.methods.method import Method
from rofi.faces import topology
from rofi.faces.landmarks import find_landmarks
from rofi.imaging.decode import decode
from rofi.recognition import SPECS, Recogniser


@pytest.fixture(scope="module")
def photo():
    return astronaut_photograph()


def mask_of(photo):
    return decode(DigitalMask().protect(photo), "mask").pixels


def test_skin_and_background_leave_no_trace(photo):
    """Two photographs with equal landmarks and other colours give the same file."""
    noise = np.random.default_rng(0).integers(0, 256, photo.pixels.shape, np.uint8)
    assert DigitalMask().protect(astronaut_photograph(noise, photo.landmarks)) == DigitalMask().protect(photo)


def test_all_but_the_face_is_grey(photo):
    mask = mask_of(photo)
    outside = np.ones(mask.shape[:2], bool)
    outside[face_box(photo).slices] = False
    assert mask.shape == photo.pixels.shape
    assert (mask[outside] == BACKGROUND).all()
    x, y = np.rint(photo.landmarks.mesh[topology.NOSE_TIP, :2]).astype(int)
    assert tuple(mask[y, x]) != BACKGROUND


def large_eye(photo, iris_at):
    """Landmarks with an image-left eye 60 pixels wide about (200, 100), its iris of radius 10 at a place."""
    around = np.arange(16) / 16 * 2 * np.pi
    lids = np.column_stack([200 - 30 * np.cos(around), 100 + 15 * np.sin(around)])
    eye = photo.landmarks.left_eye.copy()
    eye[list(topology.EYE_CONTOUR)] = lids
    iris = np.array(iris_at) + 10 * np.array([[0, 0], [1, 0], [0, 1], [-1, 0], [0, -1.0]])
    return replace(photo.landmarks, left_eye=eye, left_iris=iris)


def test_the_iris_is_drawn_where_it_was_found(photo):
    mask = mask_of(astronaut_photograph(photo.pixels, large_eye(photo, (206, 100))))
    assert tuple(mask[100, 206]) == LINE  # pupil
    assert tuple(mask[100, 206 + 7]) == tuple(mask[100, 206 - 7]) == IRIS
    assert tuple(mask[100, 206 + 13]) == tuple(mask[100, 206 - 20]) == SCLERA
    assert round(10 * PUPIL) < 7


def test_a_lid_covers_the_iris(photo):
    """At the height of the lid the iris would be seen, were it not behind it."""
    mask = mask_of(astronaut_photograph(photo.pixels, large_eye(photo, (200, 88))))
    assert tuple(mask[94, 200]) == IRIS
    assert tuple(mask[80, 200]) not in (IRIS, LINE, SCLERA)


def test_an_eye_that_squints_squints(photo):
    straight, inward = (
        mask_of(astronaut_photograph(photo.pixels, large_eye(photo, place))) for place in ((200, 100), (214, 100))
    )
    centres = [np.nonzero((mask[90:110, 170:230] == IRIS).all(-1))[1].mean() for mask in (straight, inward)]
    assert centres[1] - centres[0] == pytest.approx(14, abs=1)


def test_landmarks_come_back_and_the_patient_does_not(photo):
    mask = mask_of(photo)
    shifts = point_shifts(photo.landmarks, find_landmarks(mask, photo.detection), FIVE_POINTS, FIVE_POINTS)
    assert shifts.eyelids < 8
    assert shifts.irises < 8
    recogniser = Recogniser(SPECS["mobilefacenet512"], threads=1)
    views = np.stack([photo.alignment(256).extract(pixels) for pixels in (photo.pixels, mask)])
    before, after = recogniser.embed(views)
    assert float(before @ after) < recogniser.spec.threshold


def test_triangles_use_every_point_of_the_mesh_once_around():
    """A triangulated disc with V points, E edges and T triangles has V - E + T = 1 (Euler)."""
    triangles = face_triangles()
    edges = {tuple(sorted((t[i], t[j]))) for t in triangles.tolist() for i, j in ((0, 1), (1, 2), (2, 0))}
    points = set(triangles.ravel().tolist())
    assert points == set(range(468))
    assert len(points) - len(edges) + len(triangles) == 1


def test_a_face_at_the_border_is_drawn_as_far_as_it_goes(photo):
    landmarks = photo.landmarks
    moved = replace(landmarks, mesh=landmarks.mesh - np.array([220.0, 0, 0]))
    mask = mask_of(astronaut_photograph(photo.pixels, moved))
    assert mask.shape == photo.pixels.shape
    assert (mask[100:150, :20] != BACKGROUND).any()


def test_facts_are_honest():
    facts = DigitalMask().facts
    assert isinstance(DigitalMask(), Method)
    assert facts.name == "digital-mask"
    assert facts.version.startswith("1-")
    assert "Not the published" in facts.is_not
