import numpy as np
import pytest

from rofi.faces.landmarks import Landmarks
from rofi.faces.person_placement import place_person
from rofi.faces.sign_regions import eye_regions

SIDE = 128


@pytest.fixture(scope="module")
def patient(aligned_astronaut):
    view, mesh = aligned_astronaut(SIDE)
    signs = eye_regions(Landmarks(mesh, 1.0), (SIDE, SIDE))
    return view, mesh, signs


@pytest.fixture(scope="module")
def person(patient):
    """Somebody else: a longer face with other proportions, his texture a plain colour with a pattern."""
    _, mesh, _ = patient
    mean_shape = mesh - [0, 0, mesh[:, 2].mean()]
    shape = (mean_shape - mean_shape.mean(0)) * [0.9, 1.1, 1.0] + mean_shape.mean(0)
    low, high = mean_shape[:, :2].min(0) - 2, mean_shape[:, :2].max(0) + 2
    points = (mean_shape[:, :2] - low) / (high - low).max() * 96 - 0.5
    y, x = np.mgrid[:96, :96]
    texture = np.stack([150 + 20 * np.sin(x / 5), 110 + 20 * np.sin(y / 5), 90 + 0 * x], -1).astype(np.float32)
    return {"shape": shape, "mean_shape": mean_shape, "texture": texture, "texture_points": points}


@pytest.fixture(scope="module")
def placed(patient, person):
    return place_person(*patient, **person)


def test_nothing_changes_on_the_signs_and_outside_the_mask(patient, placed):
    view, _, signs = patient
    assert not placed.mask[signs].any()
    unchanged = placed.mask == 0
    np.testing.assert_array_equal(placed.face[unchanged], view[unchanged])
    assert unchanged.mean() < 0.8


def test_the_mask_is_a_smooth_share_inside_the_contour(patient, placed):
    _, mesh, _ = patient
    assert placed.mask.min() == 0
    assert placed.mask.max() == pytest.approx(1)
    cheek = mesh[50, :2].round().astype(int)
    assert placed.mask[cheek[1], cheek[0]] == pytest.approx(1)
    assert np.abs(np.diff(placed.mask, axis=1)).max() < 0.7
    assert np.abs(np.diff(placed.mask, axis=0)).max() < 0.7


def test_the_person_replaces_the_skin(patient, placed):
    view, _, _ = patient
    core = placed.mask > 0.999
    assert np.abs(placed.face - view)[core].mean() > 8


def test_the_person_takes_on_the_patients_colour_and_light(patient, person, placed):
    view, mesh, signs = patient
    core = placed.mask > 0.5
    for light in ([0.6, 0.6, 0.6], [0.5, 0.7, 0.9]):
        lit = place_person(np.rint(view * light).astype(np.uint8), mesh, signs, **person)
        np.testing.assert_allclose(lit.face[core].mean(0), placed.face[core].mean(0) * light, rtol=0.25)


def test_a_persons_tone_does_not_show(patient, person, placed):
    """Very dark or very light, the person takes on the patient's tone."""
    dark, light = (place_person(*patient, **{**person, "texture": person["texture"] * f}).face for f in (0.5, 1.5))
    assert np.abs((light - dark).mean(-1)[placed.mask > 0.5].mean()) < 5


def test_a_persons_forehead_is_plain(patient, person):
    """The pattern of its texture shows on the cheeks and hardly above the brows."""
    _, mesh, _ = patient
    flat = {**person, "texture": np.full_like(person["texture"], 120)}
    pattern = place_person(*patient, **person).face - place_person(*patient, **flat).face
    (x, forehead), cheek = mesh[151, :2].round().astype(int), mesh[50, :2].round().astype(int)
    on_forehead = pattern[forehead - 4 : forehead + 5, x - 8 : x + 9]
    on_cheek = pattern[cheek[1] - 4 : cheek[1] + 5, cheek[0] - 4 : cheek[0] + 5]
    assert on_forehead.std((0, 1)).max() < 0.5 * on_cheek.std((0, 1)).max()


def test_no_step_is_left_where_the_person_begins(patient, person, placed):
    """On the rim the person's skin meets the patient's: nearer to it there than amid the face."""
    view, _, _ = patient
    off = np.abs(placed.face - view).mean(-1)
    rim, core = (placed.mask > 0.02) & (placed.mask < 0.3), placed.mask > 0.999
    assert off[rim].mean() < 0.5 * off[core].mean()


def test_levels_are_in_range(patient, person):
    view, mesh, signs = patient
    bright = place_person(np.where(view > 128, 255, 0).astype(np.uint8), mesh, signs, **person)
    assert 0 <= bright.face.min() <= bright.face.max() <= 255


def test_an_eye_patch_over_everything_leaves_the_patient(patient, person):
    view, mesh, _ = patient
    placed = place_person(view, mesh, np.ones((SIDE, SIDE), bool), **person)
    np.testing.assert_array_equal(placed.face, view)


def test_without_signs_the_eyes_are_the_persons_too(patient, person):
    view, mesh, signs = patient
    placed = place_person(view, mesh, np.zeros((SIDE, SIDE), bool), **person)
    assert placed.mask[signs].mean() > 0.9
