"""Traits are measured again by hand: means of squares of pixels about mesh points."""

import cv2
import numpy as np
import pytest
import torch

from rofi.model.matched_person import PersonMatcher

KEYS = np.random.default_rng(8).standard_normal((6, 512)).astype(np.float32)
UPPER_LIP, CHIN, CHEEKS = (164, 167, 393), (200, 199), (50, 280)


@pytest.fixture(scope="module")
def matcher(networks):
    return PersonMatcher(networks.model.person)


@pytest.fixture(scope="module")
def patient(aligned_astronaut):
    return aligned_astronaut(128)


def bearded(patient, levels):
    """The patient with the lower face below the nose so many levels darker."""
    view, mesh = patient
    darker = view.astype(np.float32)
    lower = np.zeros(view.shape[:2], np.uint8)
    cv2.fillPoly(lower, [np.rint(mesh[[98, 2, 327, 434, 365, 152, 136, 214], :2]).astype(np.int32)], 1)
    darker[lower > 0] -= levels
    return np.clip(darker, 0, 255).astype(np.uint8), mesh


def beard(matcher, key):
    """Levels by which upper lip and chin of a person are darker than its cheeks."""
    person = matcher.persons(torch.from_numpy(key[None]))
    grey = person.texture[0].mean(-1).numpy()
    points = np.rint(person.texture_points.numpy()).astype(int)

    def mean(chosen):
        return np.mean([grey[y - 3 : y + 4, x - 3 : x + 4].mean() for x, y in points[list(chosen)]])

    return mean(CHEEKS) - mean(UPPER_LIP), mean(CHEEKS) - mean(CHIN)


def test_different_keys_agree_in_the_beard_and_in_little_else(matcher, patient):
    before = np.array([beard(matcher, key) for key in KEYS])
    matched = [matcher.match(key, *patient) for key in KEYS]
    after = np.array([beard(matcher, key) for key in matched])
    assert (after.std(0) < 0.35 * before.std(0)).all()
    for key, moved in zip(KEYS, matched, strict=True):
        np.testing.assert_array_equal(key[:160], moved[:160])  # the shape stays
        assert np.corrcoef(key[160:], moved[160:])[0, 1] > 0.9


def test_who_has_a_beard_gets_a_person_with_one(matcher, patient):
    bare = np.mean([beard(matcher, matcher.match(key, *patient)) for key in KEYS], 0)
    hairy = np.mean([beard(matcher, matcher.match(key, *bearded(patient, 40))) for key in KEYS], 0)
    assert (hairy - bare > 12).all()


def test_what_no_beard_is_as_dark_as_is_not_copied(matcher, patient):
    """A black mask over the mouth gives the darkest usual beard, not a caricature."""
    moved = matcher.match(KEYS[0], *bearded(patient, 255))
    assert np.abs(moved[160:]).max() < 5
    assert np.linalg.norm(moved - KEYS[0]) < np.linalg.norm(KEYS[0])


def test_the_way_is_the_shortest(matcher, patient):
    """A move that changes no trait, added to it, is at right angles."""
    way = (matcher.match(KEYS[0], *patient) - KEYS[0].clip(-2.5, 2.5))[160:]
    other = matcher.hold(torch.from_numpy(KEYS[1:2, 160:]))[0].numpy()
    assert abs(way @ other) < 1e-3 * np.linalg.norm(way) * np.linalg.norm(other)


def test_a_held_move_keeps_beard_and_brows(matcher):
    move = matcher.hold(torch.from_numpy(0.5 * KEYS[1:2, 160:]))[0].numpy()
    assert np.linalg.norm(move) > 0.9 * np.linalg.norm(0.5 * KEYS[1, 160:])
    moved = KEYS[0] + np.concatenate([np.zeros(160, np.float32), move])
    free = KEYS[0] + np.concatenate([np.zeros(160, np.float32), 0.5 * KEYS[1, 160:]])
    before, held, unheld = (np.array(beard(matcher, key)) for key in (KEYS[0], moved, free))
    assert np.abs(held - before).max() < 3 < np.abs(unheld - before).max()


def test_black_and_white_views_give_persons(matcher, patient):
    for level in (0, 255):
        key = matcher.match(KEYS[0], np.full_like(patient[0], level), patient[1])
        assert np.isfinite(key).all()


def test_the_same_view_at_another_size_gives_nearly_the_same_person(matcher, patient, aligned_astronaut):
    small, large = matcher.match(KEYS[0], *patient), matcher.match(KEYS[0], *aligned_astronaut(256))
    assert np.linalg.norm(small - large) < 0.15 * np.linalg.norm(small)
