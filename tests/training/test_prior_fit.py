"""A population whose heads tell half of what their faces are."""

from copy import deepcopy

import numpy as np
import pytest
import torch

from rofi.errors import TrainingError
from rofi.faces.pose import fit_similarity
from rofi.model.config import ModelConfig
from rofi.model.person import PersonModel
from rofi.model.person_prior import FEATURES, VARIETY, PersonPrior
from rofi.training import prior_fit
from rofi.training.faces import TrainingFaces
from rofi.training.prior_fit import coordinates, fit_prior

COUNT = 900
CONFIG = ModelConfig(name="fit", view=64, channels=32, heads=2, person_shapes=256, person_textures=256, texture_side=16)


@pytest.fixture(scope="module")
def persons(fill_person):
    return fill_person(PersonModel(CONFIG), 64)


def test_a_face_is_the_person_that_it_was_made_of(persons):
    """Its shape, from a mesh in another pose."""
    key = torch.randn(1, 512, generator=torch.Generator().manual_seed(1)).clamp(-2, 2)
    persons = deepcopy(persons)
    persons.shape_basis[2:] = 0
    persons.shape_basis[:2] *= 10
    shape = persons(key).shape[0].double().numpy()
    mean = persons.shape_mean.double().numpy()
    posed = 1.2 * shape + [3, -2, 1]
    (found,) = coordinates(persons, np.zeros((1, 64, 64, 3), np.uint8), posed[None])
    aligned = fit_similarity(posed, mean).apply(posed) - mean  # the pose takes a little of the shape with it
    basis = persons.shape_basis[:2].double().numpy().reshape(2, -1)
    np.testing.assert_allclose(found[:2], np.linalg.lstsq(basis.T, aligned.ravel(), rcond=None)[0], atol=1e-6)
    assert np.abs(found[:2] - key[0, :2].numpy()).max() < 0.3


@pytest.fixture(scope="module")
def population():
    """Features of heads (N, 640), and coordinates (N, 512) of which the first twenty follow from these in part."""
    random = np.random.default_rng(0)
    heads = random.standard_normal((COUNT, FEATURES))
    people = random.standard_normal((COUNT, 512))
    people[:, :20] = 0.9 * heads[:, :20] + np.sqrt(1 - 0.81) * people[:, :20]
    return heads, people


@pytest.fixture
def fitted(population, persons, monkeypatch):
    heads, people = population
    monkeypatch.setattr(prior_fit, "taught_by", lambda *_: np.arange(COUNT))
    monkeypatch.setattr(prior_fit, "coordinates", lambda *_: iter(people))
    monkeypatch.setattr(prior_fit, "_features", lambda matcher, view, mesh: heads[int(mesh)].astype(np.float32))
    numbered = TrainingFaces(np.zeros((COUNT, 1, 1, 3), np.uint8), np.arange(COUNT), np.ones(COUNT), 1)
    prior = PersonPrior()
    assert fit_prior(prior, persons, numbered) == COUNT
    return prior


def test_what_heads_tell_is_expected_and_the_rest_is_not(fitted):
    fresh = np.random.default_rng(1).standard_normal((200, FEATURES)).astype(np.float32)
    expected = fitted(torch.from_numpy(fresh), torch.zeros(200, 512)).numpy()
    told = [np.corrcoef(expected[:, i], fresh[:, i])[0, 1] for i in range(20)]
    assert min(told) > 0.4
    assert np.mean(told) > 0.6
    assert expected[:, 20:].std() < expected[:, :20].std()


def test_persons_spread_by_what_is_left(fitted, population):
    """The covariance of a thousand keys' persons on one head: smaller where the head tells, whole elsewhere."""
    keys = torch.randn(2000, 512, generator=torch.Generator().manual_seed(2))
    made = fitted(torch.zeros(2000, FEATURES), keys).var(0)
    assert made[:20].mean() < 0.85 * made[20:].mean()
    torch.testing.assert_close(fitted.spread, fitted.spread.T)
    assert made[20:].mean() / VARIETY**2 == pytest.approx(population[1][:, 20:].var(), rel=0.35)


def test_too_few_faces_are_an_error(persons):
    nobody = TrainingFaces(np.zeros((3, 64, 64, 3), np.uint8), np.ones((3, 468, 3)).cumsum(1), np.zeros(3), 64)
    with pytest.raises(TrainingError, match="frontal faces"):
        fit_prior(PersonPrior(), persons, nobody)
