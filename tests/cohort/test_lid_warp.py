import numpy as np
import pytest
from skimage.data import astronaut

from rofi.cohort.eyeball import complete_eyeball
from rofi.cohort.face import Face, FaceMeasurer, Side
from rofi.cohort.lid_warp import lid_patch, move_lids, sham_lids
from rofi.faces import topology

DOWN = 3.0


@pytest.fixture(scope="module")
def measurer():
    return FaceMeasurer()


@pytest.fixture(scope="module")
def face(measurer):
    """Enlarged so that an iris has a few dozen pixels."""
    photo = np.kron(astronaut()[50:200, 150:300], np.ones((6, 6, 1), np.uint8))
    return measurer.measure(photo, "astronaut.png")


@pytest.fixture(scope="module")
def eye(face):
    return face.eye(Side.OD)


def hangs(eye, amount):
    """`amount` mm at the middle of the opening, nothing at the corners."""
    middle, half = (eye.medial + eye.lateral) / 2, (eye.lateral - eye.medial) / 2
    return lambda x: (amount * (1 - np.clip((x - middle) / half, -1, 1) ** 2)).astype(np.float32)


@pytest.fixture(scope="module")
def lowered(face, eye):
    return move_lids(face, eye, hangs(eye, DOWN))


def with_heights(face, eye):
    """The face in a picture whose levels are heights in the eye's frame: 128 + 2 levels per mm."""
    rows, columns = np.mgrid[: face.picture.shape[0], : face.picture.shape[1]]
    y = eye.frame.to_local(np.stack([columns, rows], -1))[..., 1]
    return Face(np.repeat((128 + 2 * y)[..., None], 3, -1).astype(np.float32), face.landmarks)


def test_lids_at_rest_leave_the_picture(face, eye):
    moved = move_lids(face, eye)
    np.testing.assert_array_equal(moved.picture, face.picture)
    np.testing.assert_allclose(moved.landmarks.mesh, face.landmarks.mesh, atol=0.1)


def test_skin_beside_the_margin_comes_from_just_as_far_above_it(face, eye):
    ruled = with_heights(face, eye)
    patch = lid_patch(ruled, eye)
    after = move_lids(ruled, eye, hangs(eye, DOWN)).picture[patch.slices][..., 0]
    down = hangs(eye, DOWN)(patch.x)
    above = eye.upper_lid(patch.x) + down - patch.y
    near = (above > 0.5) & (above < 1.2) & (np.abs(patch.x - eye.iris[0]) < 3)
    came_from = (after[near] - 128) / 2
    assert near.sum() > 50
    np.testing.assert_allclose(came_from, (patch.y - down)[near], atol=0.5)  # the lashes' turn is half a millimetre


def test_the_eyeball_does_not_move(face, eye, lowered):
    patch = lid_patch(face, eye)
    uncovered = (patch.y - eye.upper_lid(patch.x) > DOWN + 2.5) & (eye.lower_lid(patch.x) - patch.y > 1.5)
    assert uncovered.sum() > 50
    before, after = (f.picture[patch.slices][uncovered] for f in (face, lowered))
    np.testing.assert_allclose(after, before, atol=20)  # it lies in more shadow
    assert np.corrcoef(before.mean(-1), after.mean(-1))[0, 1] > 0.98


def test_only_the_surroundings_of_the_eye_change(face, eye, lowered):
    patch = lid_patch(face, eye)
    before, after = face.picture.copy(), lowered.picture.copy()
    before[patch.slices] = after[patch.slices] = 0
    np.testing.assert_array_equal(after, before)
    away = (patch.y < eye.brow_line(patch.x) - 1) | (patch.y > eye.border_line(patch.x) + 6)
    np.testing.assert_array_equal(lowered.picture[patch.slices][away], face.picture[patch.slices][away])


def test_the_landmarks_follow_the_lid(face, eye, lowered):
    after = lowered.eye(Side.OD)
    x = eye.iris[0]
    assert after.upper_lid(x) - eye.upper_lid(x) == pytest.approx(DOWN, rel=0.1)
    assert after.lower_lid(x) == pytest.approx(eye.lower_lid(x), abs=0.05)
    assert after.iris == pytest.approx(eye.iris, abs=0.05)
    middle = topology.LEFT_UPPER_LID[4]
    moved = eye.frame.to_local(lowered.landmarks.mesh[middle, :2]) - eye.frame.to_local(face.landmarks.mesh[middle, :2])
    assert moved[1] == pytest.approx(DOWN, rel=0.2)
    np.testing.assert_array_equal(lowered.landmarks.right_eye, face.landmarks.right_eye)


def test_the_landmark_network_sees_the_lid_lower(measurer, face, eye, lowered):
    seen = measurer.measure(lowered.to_bytes(), "lowered.png").eye(Side.OD)
    assert eye.height - seen.height > 0.25 * DOWN  # the network leans to the usual eye


def test_the_landmark_network_sees_the_lids_open(measurer, face, eye):
    opened = move_lids(face, eye, hangs(eye, -2), hangs(eye, 1.5))
    seen = measurer.measure(opened.to_bytes(), "opened.png").eye(Side.OD)
    assert seen.height - eye.height > 0.25 * 3.5


def test_a_completed_eyeball_can_be_handed_in(face, eye):
    eyeball = complete_eyeball(face, eye, lid_patch(face, eye))
    one = move_lids(face, eye, hangs(eye, -2), behind=eyeball)
    np.testing.assert_array_equal(one.picture, move_lids(face, eye, hangs(eye, -2)).picture)


def test_what_opens_shows_the_white_of_the_eye(face, eye):
    patch = lid_patch(face, eye)
    opened = move_lids(face, eye, lower=hangs(eye, 3))
    below = patch.y - eye.lower_lid(patch.x)
    bared = (below > 0.8) & (below < 1.6) & (np.abs(patch.x - eye.iris[0]) < 2)
    was, now = (f.picture[patch.slices][bared].mean(0) for f in (face, opened))
    assert now[2] / now[0] > was[2] / was[0] + 0.05  # less red than skin


def test_stretched_skin_keeps_its_grain(face, eye):
    noise = np.random.default_rng(0).normal(0, 6, face.picture.shape[:2])[..., None]
    grainy = Face(np.full_like(face.picture, 120) + noise.astype(np.float32), face.landmarks)
    patch = lid_patch(grainy, eye)
    after = move_lids(grainy, eye, hangs(eye, 5), crease=0.3).picture[patch.slices]
    new_margin = eye.upper_lid(patch.x) + hangs(eye, 5)(patch.x)
    stretched = (np.abs(patch.x - eye.iris[0]) < 4) & (patch.y < new_margin - 2.5) & (patch.y > new_margin - 6)
    fine = np.diff(after, axis=1)[..., 0][stretched[:, 1:]].std()
    assert fine == pytest.approx(np.diff(grainy.picture, axis=1).std(), rel=0.35)


def test_a_sham_moves_no_landmark_by_more_than_is_normal(face, eye):
    for seed in range(6):
        sham = sham_lids(face, Side.OD, np.random.default_rng(seed))
        after = sham.eye(Side.OD)
        for lid in ("upper_lid", "lower_lid"):
            x = np.linspace(eye.medial + 2, eye.lateral - 2, 9)
            assert np.abs(getattr(after, lid)(x) - getattr(eye, lid)(x)).max() < 0.4
        assert (sham.picture != face.picture).any()


def test_a_sham_is_fixed_by_its_generator(face):
    one, two = (sham_lids(face, Side.OS, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one.picture, two.picture)
