"""The recogniser that moves a person is MobileFaceNet-512 itself; the patient is the astronaut."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from pipeline.photographs import close_up, protector, saved
from rofi.faces.person_placement import place_person, view_texture
from rofi.imaging.decode import decode
from rofi.keys.secret import Secret
from rofi.model.matched_person import PersonMatcher
from rofi.model.person_prior import PersonPrior
from rofi.pipeline.networks import Networks
from rofi.pipeline.person_choice import draw_persons
from rofi.pipeline.person_refinement import PersonRefiner, RefinementSettings
from rofi.pipeline.protector import ProtectOptions
from rofi.recognition.specs import SPECS
from rofi.recognition.torch_recogniser import TorchRecogniser

KEYS = np.random.default_rng(5).standard_normal((2, 512)).astype(np.float32)


def matcher(networks):
    return PersonMatcher(networks.model.person, networks.model.person_prior)


@pytest.fixture(scope="module")
def recogniser():
    return TorchRecogniser(SPECS["mobilefacenet512"])


@pytest.fixture(scope="module")
def refiner(networks, recogniser):
    return PersonRefiner(matcher(networks), [recogniser], networks.view, RefinementSettings(steps=10))


@pytest.fixture(scope="module")
def face(networks, secret):
    (found,) = protector(networks, secret).finder.find(close_up(), "a")
    return found


def draw(networks, face, key):
    """A key's person in the face."""
    person = networks.model.person(torch.from_numpy(key[None])).arrays(0)
    return place_person(face.view, face.mesh, face.signs, **person)


@pytest.fixture(scope="module")
def drawn(networks, face):
    """A person in the face, and how its texture shows there."""
    person = networks.model.person(torch.from_numpy(KEYS[:1])).arrays(0)
    placed = draw(networks, face, KEYS[0])
    return placed, view_texture(face.view, face.mesh, placed.mask, **person)


def likeness(recogniser, one, other):
    views = np.stack([np.clip(np.rint(view), 0, 255) for view in (one, other)])
    with torch.no_grad():
        first, second = recogniser(torch.from_numpy(views.astype(np.float32)).permute(0, 3, 1, 2) / 255)
    return float(first @ second)


@pytest.fixture(scope="module")
def moved(refiner, face, drawn):
    return refiner.moves(KEYS[0], face.view, face.mesh, *drawn)


def test_the_person_is_less_like_the_patient_after_it(networks, recogniser, face, drawn, moved):
    before = likeness(recogniser, drawn[0].face, face.view)
    after = likeness(recogniser, draw(networks, face, KEYS[0] + moved).face, face.view)
    assert after < before - 0.1


def test_shape_and_texture_move(moved):
    assert moved.shape == (512,)
    assert min(np.abs(moved[:160]).mean(), np.abs(moved[160:]).mean()) > 0.01


def test_several_recognisers_are_followed_at_once(networks, recogniser, face, drawn):
    """What is done for two is seen by the second, which the first alone does not see to."""
    second = TorchRecogniser(SPECS["mobilenet128"])
    settings = RefinementSettings(steps=10, same=0, stranger=(-1.0, -0.5))

    def seen_by_second(*recognisers):
        refiner = PersonRefiner(matcher(networks), recognisers, networks.view, settings)
        move = refiner.moves(KEYS[0], face.view, face.mesh, *drawn)
        return likeness(second, draw(networks, face, KEYS[0] + move).face, face.view)

    assert seen_by_second(recogniser, second) < seen_by_second(recogniser)


def test_it_stops_at_strangers(networks, recogniser, face, drawn):
    """It does not go on to the least alike of all."""
    settings = RefinementSettings(steps=40, rate=0.05, momentum=0, same=0, stranger=(0.1, 0.2))
    refiner = PersonRefiner(matcher(networks), [recogniser], networks.view, settings)
    move = refiner.moves(KEYS[0], face.view, face.mesh, *drawn)
    assert 0.05 < likeness(recogniser, draw(networks, face, KEYS[0] + move).face, face.view) < 0.3


def test_the_face_stays_like_the_person_as_drawn(networks, recogniser, face, drawn):
    """Asked for more sameness, the same search ends at a face that is found more like the key's person."""

    def sameness(**settings):
        refiner = PersonRefiner(
            matcher(networks),
            [recogniser],
            networks.view,
            RefinementSettings(steps=12, reach=14, stray=9, stranger=(-1, -0.9), **settings),
        )
        move = refiner.moves(KEYS[0], face.view, face.mesh, *drawn)
        return likeness(recogniser, draw(networks, face, KEYS[0] + move).face, drawn[0].face)

    assert sameness(same=9, sameness=0.9) > sameness(same=0) + 0.1


def test_without_a_patient_to_leave_nobody_moves(networks, recogniser, face, drawn):
    """Without the patient there is nothing to go away from."""
    refiner = PersonRefiner(matcher(networks), [recogniser], networks.view, RefinementSettings(steps=4, away=0))
    assert np.abs(refiner.moves(KEYS[0], face.view, face.mesh, *drawn)).max() < 1e-6


def test_the_same_key_and_face_give_the_same_move(refiner, face, drawn, moved):
    np.testing.assert_array_equal(refiner.moves(KEYS[0], face.view, face.mesh, *drawn), moved)


def test_a_model_of_persons_limits_the_move(networks, drawn):
    """No coordinate leaves what random persons have, however far the move."""
    key = torch.from_numpy(KEYS[:1])
    far = networks.model.person.texture_change(key, torch.full((1, 352), 50.0))
    farther = networks.model.person.texture_change(key, torch.full((1, 352), 500.0))
    torch.testing.assert_close(far, farther)


def test_a_texture_change_is_what_another_key_would_have(networks):
    persons, key = networks.model.person, torch.from_numpy(KEYS[:1]).clamp(-1, 1)
    move = torch.from_numpy(KEYS[1:, 160:]).clamp(-1, 1)
    other = torch.cat([key[:, :160], key[:, 160:] + move], 1)
    expected = persons.render(other).texture - persons.render(key).texture
    clipped = (persons.render(other).texture % 255 == 0) | (persons.render(key).texture % 255 == 0)
    change = persons.texture_change(key, move).permute(0, 2, 3, 1)
    torch.testing.assert_close(change[~clipped], expected[~clipped], atol=0.01, rtol=0)


def test_how_a_texture_shows_is_how_the_person_was_drawn(networks, face):
    """Drawn anew with a slightly lighter patch on the cheek: the picture changes by what `view_texture` foretells."""
    own = matcher(networks).match(KEYS[0], matcher(networks).features(face.view, face.mesh, face.signs))
    person = networks.model.person(torch.from_numpy(own[None])).arrays(0)
    placed = place_person(face.view, face.mesh, face.signs, **person)
    seen = view_texture(face.view, face.mesh, placed.mask, **person)
    patch = np.zeros_like(person["texture"])
    x, y = person["texture_points"][280].round().astype(int)
    patch[y - 4 : y + 5, x - 4 : x + 5] = 6
    again = place_person(face.view, face.mesh, face.signs, **{**person, "texture": person["texture"] + patch})
    foretold = seen.gain[0] * 6
    at = np.unravel_index(np.abs(seen.places - [x, y]).sum(-1).argmin(), face.signs.shape)
    assert (again.face - placed.face)[at].mean() == pytest.approx(foretold, rel=0.35)


def test_a_refined_person_is_drawn_where_the_key_says(networks, secret, face):
    plain = draw_persons(matcher(networks), [face], KEYS[:1])
    made = protector(networks, secret, refinement=RefinementSettings(steps=2))
    refined = draw_persons(matcher(networks), [face], KEYS[:1], made.refiner)
    np.testing.assert_array_equal(refined.heads[0].view, plain.heads[0].view)
    np.testing.assert_allclose(refined.placed[0].mask, plain.placed[0].mask, atol=0.05)
    assert not refined.placed[0].mask[face.signs].any()
    assert np.abs(refined.placed[0].face - plain.placed[0].face)[plain.placed[0].mask > 0.9].mean() > 1


def test_what_is_protected_is_the_refined_person(networks, secret):
    plain, refined = (
        protector(networks, secret, refinement=RefinementSettings(steps=steps)).protect(saved(close_up()), "a.png")
        for steps in (0, 3)
    )
    assert plain.header.salt == refined.header.salt
    one, other = (decode(made.data, "a.png").pixels.astype(int) for made in (plain, refined))
    assert np.abs(one - other)[(one != other).any(-1)].mean() > 2


def test_a_protector_made_in_inference_mode_protects(secret):
    """As a measure does that opens its method late."""
    with torch.inference_mode():
        networks = Networks.load(device="cpu")
        made = protector(networks, secret, refinement=RefinementSettings(steps=1))
        assert made.protect(saved(close_up()), "a.png").data


def test_another_secret_shares_what_is_loaded(networks, secret):
    one = protector(networks, secret, refinement=RefinementSettings(steps=1))
    other = one.under(Secret(bytes(32)))
    assert other.refiner is one.refiner
    assert one.secret is secret
    file = saved(close_up())
    assert other.protect(file, "a.png").header.salt in other.salts(file)
    assert not set(one.salts(file)) & set(other.salts(file))


def test_no_person_goes_beyond_its_reach(networks, recogniser, face, drawn):
    """Told in standard deviations of persons with such heads, shape weighing more."""
    settings = RefinementSettings(steps=12, rate=1.0, reach=3.0, shape_share=1.5, restraint=0)
    held = replace(settings, restraint=3.0)

    def way(settings, stretch=1.0):
        refiner = PersonRefiner(matcher(networks), [recogniser], networks.view, settings)
        move = refiner.moves(KEYS[0], face.view, face.mesh, *drawn, stretch)
        gone = np.linalg.solve(networks.model.person_prior.spread.double().numpy(), move.astype(float))
        gone[:160] /= 1.5
        return gone

    def length(settings, stretch=1.0):
        return np.linalg.norm(way(settings, stretch))

    assert length(settings) == pytest.approx(3.0, rel=0.01)  # as far as it may: three are not enough
    assert length(settings, 1.5) == pytest.approx(4.5, rel=0.01)
    assert 0.1 < length(held) < 2.5
    assert np.abs(way(replace(settings, stray=0.1))).max() == pytest.approx(0.1, rel=0.01)
    assert np.abs(way(replace(settings, stray=0.1), 1.5)).max() == pytest.approx(0.15, rel=0.01)


def test_where_persons_do_not_differ_nobody_moves(networks, recogniser, face, drawn):
    """A head that leaves no choice of shape keeps its shape."""
    prior = PersonPrior()
    prior.spread[:160] = 0
    refiner = PersonRefiner(
        PersonMatcher(networks.model.person, prior), [recogniser], networks.view, RefinementSettings(steps=4)
    )
    move = refiner.moves(KEYS[0], face.view, face.mesh, *drawn)
    assert not move[:160].any()
    assert move[160:].any()


def test_what_a_batch_looks_for_when_taken_up_again_stays():
    """Files of earlier versions are found among as many salts."""
    assert ProtectOptions().most_salts >= 96
