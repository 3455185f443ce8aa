import numpy as np
import pytest

from rofi.cohort.confounders import APPEARANCE, CAMERA, CONFOUNDERS, PROBABILITIES, confound
from rofi.errors import CohortError


@pytest.mark.parametrize("name", CONFOUNDERS)
def test_each_changes_the_picture_and_nothing_else(face, name):
    before = face.picture.copy()
    after = CONFOUNDERS[name](face, np.random.default_rng(3))
    assert after.landmarks is face.landmarks
    assert after.picture.shape == face.picture.shape
    assert after.picture.dtype == np.float32
    assert after.picture.min() >= 0
    assert after.picture.max() <= 255
    assert np.abs(after.picture - face.picture).max() > 3
    np.testing.assert_array_equal(face.picture, before)


@pytest.mark.parametrize("name", CONFOUNDERS)
def test_one_seed_one_look_another_seed_another(face, name):
    looks = [CONFOUNDERS[name](face, np.random.default_rng(seed)).picture for seed in (1, 1, 2)]
    np.testing.assert_array_equal(looks[0], looks[1])
    assert np.abs(looks[0] - looks[2]).max() > 1


@pytest.mark.parametrize("name", sorted(set(APPEARANCE) - {"glasses", "mascara"}))
def test_what_is_on_the_face_leaves_the_eyeball_alone(face, from_eyes, changes, name):
    for seed in range(3):
        after = CONFOUNDERS[name](face, np.random.default_rng(seed))
        assert changes(face, after)[from_eyes < -1.5].max() < 4


@pytest.mark.parametrize("name", ["moles", "scars", "acne", "blush"])
def test_nothing_that_could_pass_for_a_lump_comes_within_15_mm_of_an_eye(face, from_eyes, changes, name):
    for seed in range(4):
        after = CONFOUNDERS[name](face, np.random.default_rng(seed))
        assert changes(face, after)[from_eyes < 13].max() < 3  # 2 mm for a soft edge


def test_none_wanted_none_comes(face):
    after, names = confound(face, np.random.default_rng(0), {})
    assert names == ()
    np.testing.assert_array_equal(after.picture, face.picture)


def test_all_wanted_all_come_and_the_camera_last(face):
    after, names = confound(face, np.random.default_rng(0), dict.fromkeys(CONFOUNDERS, 1.0))
    assert names == (*APPEARANCE, *CAMERA)
    assert np.abs(after.picture - face.picture).mean() > 1


def test_each_comes_as_often_as_its_probability_says(face):
    generator = np.random.default_rng(0)
    wanted = {"exposure": 0.3, "jpeg": 0.6}
    small = face.painted(face.picture[:8, :8])
    drawn = [confound(small, generator, wanted)[1] for _ in range(400)]
    for name, probability in wanted.items():
        assert np.mean([name in names for names in drawn]) == pytest.approx(probability, abs=0.08)
    assert sum(PROBABILITIES.values()) < 4  # a plausible few


def test_what_a_face_shows_has_no_say_in_what_is_drawn(face):
    other = face.painted(255 - face.picture)
    for seed in range(3):
        ours, theirs = (confound(shown, np.random.default_rng(seed))[1] for shown in (face, other))
        assert ours == theirs


def test_an_unknown_confounder_is_refused(face):
    with pytest.raises(CohortError, match="'beard': unknown"):
        confound(face, np.random.default_rng(0), {"beard": 0.5})


@pytest.mark.parametrize("probability", [-0.1, 1.1, float("nan")])
def test_a_probability_outside_0_to_1_is_refused(face, probability):
    with pytest.raises(CohortError, match="between 0 and 1"):
        confound(face, np.random.default_rng(0), {"jpeg": probability})
