"""What a person goes with is looked up in the astronaut: her face painted over, and her hair."""

import cv2
import numpy as np
import pytest
import torch

from rofi.faces import topology
from rofi.faces.landmarks import Landmarks
from rofi.faces.person_placement import person_mask
from rofi.faces.sign_regions import eye_regions
from rofi.model.matched_person import PersonMatcher

KEYS = np.random.default_rng(8).standard_normal((24, 512)).astype(np.float32)


@pytest.fixture(scope="module")
def matcher(networks):
    return PersonMatcher(networks.model.person, networks.model.person_prior)


@pytest.fixture(scope="module")
def patient(aligned_astronaut):
    view, mesh = aligned_astronaut(256)
    return view.astype(np.uint8), mesh, eye_regions(Landmarks(mesh, 1.0), (256, 256))


def person_for(matcher, patient):
    return matcher.match(np.zeros(512, np.float32), matcher.features(*patient))


def test_the_hidden_face_has_little_say(matcher, patient):
    """Nose and mouth, moved or painted over in the skin's colour, change the person less than another head does."""
    view, mesh, signs = patient
    own = person_for(matcher, patient)
    hidden = cv2.erode((person_mask(mesh[:, :2], signs) == 1).astype(np.uint8), np.ones((9, 9))) > 0
    without = view.copy()
    without[hidden] = np.median(view[hidden], axis=0)
    other = np.where(hidden[..., None], view, 255 - view)
    change = np.linalg.norm(person_for(matcher, (without, mesh, signs)) - own)
    assert change < 0.5 * np.linalg.norm(person_for(matcher, (other, mesh, signs)) - own)


def test_persons_of_one_head_have_in_common_what_the_head_tells(matcher, patient):
    """The face fits its skull: its width varies less than among persons at large, its colours hardly less."""

    def width(keys):
        shape = matcher.persons(torch.from_numpy(np.stack(keys))).shape.numpy()
        left, right = topology.FACE_OVAL[27], topology.FACE_OVAL[9]
        return np.linalg.norm(shape[:, left] - shape[:, right], axis=1)

    features = matcher.features(*patient)
    matched = [matcher.match(key, features) for key in KEYS]
    assert width(matched).std() < 0.75 * width(list(KEYS)).std()
    assert np.std(matched, axis=0)[160:].mean() > 0.7 * np.std(KEYS, axis=0)[160:].mean()


def test_different_keys_stay_different_people(matcher, patient):
    features = matcher.features(*patient)
    matched = np.stack([matcher.match(key, features) for key in KEYS])
    between = np.corrcoef(matched - matched.mean(0))[np.triu_indices(len(KEYS), 1)]
    assert np.abs(between).max() < 0.4


def test_black_and_white_views_give_persons(matcher, patient):
    view, mesh, signs = patient
    for level in (0, 255):
        assert np.isfinite(person_for(matcher, (np.full_like(view, level), mesh, signs))).all()


def test_the_same_view_at_another_size_gives_nearly_the_same_person(matcher, patient, aligned_astronaut):
    view, mesh = aligned_astronaut(128)
    small = person_for(matcher, (view.astype(np.uint8), mesh, eye_regions(Landmarks(mesh, 1.0), (128, 128))))
    large = person_for(matcher, patient)
    assert np.linalg.norm(small - large) < 0.3 * np.linalg.norm(large)
