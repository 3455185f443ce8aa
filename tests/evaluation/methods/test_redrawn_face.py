import numpy as np

from evaluation.methods.portrait_photo import portrait, portrait_face
from rofi.evaluation.methods.person_space import shipped_persons
from rofi.evaluation.methods.redrawn_face import draw, put_back, to_levels
from rofi.faces.alignment import Alignment
from rofi.faces.landmarks import find_landmarks
from rofi.faces.person_placement import PlacedPerson


def stranger(seed=3):
    return np.random.default_rng(seed).normal(0, 1, 512)


def test_kept_eyes_keep_their_pixels_and_the_lids_do_not():
    face, persons = portrait_face(), shipped_persons()
    placed = draw(face, persons, persons.texture(stranger()), keep_eyes=True)
    eyes = face.apertures > 0.99
    assert eyes.sum() > 200
    assert np.abs(placed.face - face.view)[eyes].max() < 3
    about = (face.apertures < 0.01) & (placed.mask > 0.9)
    assert np.abs(placed.face - face.view)[about].mean() > 5


def test_without_keeping_them_the_eyes_are_drawn_too():
    face, persons = portrait_face(), shipped_persons()
    placed = draw(face, persons, persons.texture(stranger()))
    eyes = face.apertures > 0.99
    assert placed.mask[eyes].min() > 0.9
    assert np.abs(placed.face - face.view)[eyes].mean() > 5


def test_a_face_without_a_shape_of_its_own_keeps_the_patients_geometry():
    photo, face, persons = portrait(), portrait_face(), shipped_persons()
    placed = draw(face, persons, persons.texture(stranger()))
    drawn = to_levels(put_back(photo.pixels, face.alignment, placed))
    after = find_landmarks(drawn, photo.detection).mesh[:, :2]
    before = photo.landmarks.mesh[:, :2]
    eyes = np.linalg.norm(before[263] - before[33])
    assert np.linalg.norm(after - before, axis=1).mean() < 0.05 * eyes


def test_put_back_changes_nothing_beyond_the_mask():
    photo, face = portrait(), portrait_face()
    mask = np.zeros((256, 256), np.float32)
    mask[100:150, 100:150] = 1
    made = to_levels(put_back(photo.pixels, face.alignment, PlacedPerson(np.full((256, 256, 3), 7, np.float32), mask)))
    changed = (made != photo.pixels).any(-1)
    low, high = face.alignment.to_photo([[97, 97], [152, 152]]).round().astype(int)
    assert changed[low[1] - 3 : high[1] + 4, low[0] - 3 : high[0] + 4].sum() == changed.sum() > 100
    middle = face.alignment.to_photo([125, 125]).round().astype(int)
    assert made[middle[1], middle[0]].tolist() == [7, 7, 7]


def test_a_face_outside_the_photograph_leaves_it_as_it_is():
    placed = PlacedPerson(np.zeros((256, 256, 3), np.float32), np.ones((256, 256), np.float32))
    far_right = Alignment(np.array([[1.0, 0, -5000], [0, 1, 0]]), 256)
    assert (to_levels(put_back(portrait().pixels, far_right, placed)) == portrait().pixels).all()
