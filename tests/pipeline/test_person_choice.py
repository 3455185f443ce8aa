import numpy as np
import pytest

from pipeline.photographs import close_up, protector, saved
from rofi.errors import StillRecognised
from rofi.keys.derivation import key_vector
from rofi.model.matched_person import PersonMatcher
from rofi.pipeline.networks import to_bytes
from rofi.pipeline.person_choice import draw_persons, rank_candidates
from rofi.pipeline.person_refinement import RefinementSettings
from rofi.pipeline.protector import STRETCH


def matcher(networks):
    return PersonMatcher(networks.model.person, networks.model.person_prior)


@pytest.fixture(scope="module")
def choices(networks, secret):
    """Four candidates for a photograph, ranked, with what they were ranked by."""
    made = protector(networks, secret, candidates=4)
    faces = made.finder.find(close_up(), "a")
    keys = [[key_vector(secret, salt)] for salt in made.salts(saved(close_up()))[:4]]
    judge = made.judges[0]
    return judge, faces, keys, rank_candidates(matcher(networks), [judge], faces, keys)


def test_candidates_come_least_alike_first_each_once(choices):
    *_, ranked = choices
    assert sorted(choice.number for choice in ranked) == [0, 1, 2, 3]
    assert [choice.likeness for choice in ranked] == sorted(choice.likeness for choice in ranked)
    assert ranked[0].likeness < ranked[-1].likeness


def test_likeness_is_about_the_cosine_of_the_judges_embeddings(choices, networks):
    """Candidates are compared in small; drawn in full the least alike is so still."""
    judge, faces, keys, ranked = choices
    cosines = []
    for choice in ranked:
        drawn = draw_persons(matcher(networks), faces, keys[choice.number]).placed[0].face
        one, other = judge.embed(to_bytes(drawn)[None])[0], judge.embed(faces[0].view[None])[0]
        cosines.append(float(one @ other / np.linalg.norm(one) / np.linalg.norm(other)))
        assert choice.likeness == pytest.approx(cosines[-1], abs=0.15)
    assert np.corrcoef(cosines, [choice.likeness for choice in ranked])[0, 1] > 0.5


def test_among_strangers_the_first_comes_first(networks, secret, choices, monkeypatch):
    """Who is less alike than a stranger is no better: the least alike of all would be told by that."""
    judge, faces, keys, _ = choices
    told = iter([0.2, -0.1, 0.3, -0.4])
    monkeypatch.setattr(judge, "similarity", lambda *_: np.array([next(told)]))
    ranked = rank_candidates(matcher(networks), [judge], faces, keys, stranger=0.05)
    assert [choice.number for choice in ranked] == [1, 3, 0, 2]


def test_what_several_recognisers_see_is_their_mean(networks, secret, choices, monkeypatch):
    judge, faces, keys, _ = choices
    other = protector(networks, secret).judges[1]
    first, second = iter([0.2, 0.1, 0.3, 0.4]), iter([0.3, 0.5, 0.1, 0.3])
    monkeypatch.setattr(judge, "similarity", lambda *_: np.array([next(first)]))
    monkeypatch.setattr(other, "similarity", lambda *_: np.array([next(second)]))
    ranked = rank_candidates(matcher(networks), [judge, other], faces, keys)
    assert [choice.number for choice in ranked] == [2, 0, 1, 3]
    assert ranked[0].likeness == pytest.approx(0.2)


def test_levels_are_rounded_and_clipped():
    assert to_bytes(np.array([-3, 0.4, 0.6, 254.6, 300], np.float32)).tolist() == [0, 0, 1, 255, 255]


def likeness_of(monkeypatch, made, values):
    """Let the judge find these likenesses, one after another; the last one for good."""
    told = []

    def likeness(*_):
        told.append(values[min(len(told), len(values) - 1)])
        return told[-1]

    monkeypatch.setattr(made, "_likeness", likeness)
    return told


def test_a_person_who_turns_out_too_alike_gives_way_to_the_next(networks, secret, monkeypatch):
    made = protector(networks, secret, candidates=2, attempts=2, rounds=2)
    told = likeness_of(monkeypatch, made, [3.0, 3.0, 3.0, 0.1])
    result = made.protect(saved(close_up()), "a.png")
    assert told == [3.0, 3.0, 3.0, 0.1]
    assert result.likeness == 0.1
    assert result.header.salt in made.salts(saved(close_up()))[2:4]  # of the second round


def test_who_is_half_alike_gives_way_to_who_is_clearly_another(networks, secret, monkeypatch):
    made = protector(networks, secret, refinement=RefinementSettings(steps=0), rounds=6)
    told = likeness_of(monkeypatch, made, [0.9, 0.4, 0.29, 0.1])
    result = made.protect(saved(close_up()), "a.png")
    assert told == [0.9, 0.4, 0.29]
    assert result.header.salt == made.salts(saved(close_up()))[2]


def test_every_person_tried_may_go_farther_up_to_a_bound(networks, secret, monkeypatch):
    made = protector(networks, secret, refinement=RefinementSettings(steps=1), rounds=6)
    likeness_of(monkeypatch, made, [2.0, 2.0, 2.0, 2.0, 2.0, 0.1])
    reaches = []

    def moves(person, view, mesh, placed, seen, stretch):
        reaches.append(stretch)
        return np.zeros_like(person)

    monkeypatch.setattr(made.refiner, "moves", moves)
    made.protect(saved(close_up()), "a.png")
    assert reaches == [1, 1 + STRETCH, 1 + 2 * STRETCH, *[1 + 3 * STRETCH] * 3]


def test_where_nobody_is_clearly_another_the_least_alike_is_taken(networks, secret, monkeypatch):
    made = protector(networks, secret, refinement=RefinementSettings(steps=0), rounds=6)
    told = likeness_of(monkeypatch, made, [0.9, 0.5, 0.8, 0.7])
    result = made.protect(saved(close_up()), "a.png")
    assert told == [0.9, 0.5, 0.8, 0.7]
    assert result.likeness == 0.5
    assert result.header.salt == made.salts(saved(close_up()))[1]


def test_when_all_rounds_are_over_the_photograph_is_refused(networks, secret, monkeypatch):
    made = protector(networks, secret, candidates=2, attempts=1, rounds=3)
    told = likeness_of(monkeypatch, made, [3.0])
    with pytest.raises(StillRecognised):
        made.protect(saved(close_up()), "a.png")
    assert len(told) == 3
