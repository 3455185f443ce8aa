import numpy as np
import torch

from rofi.model.person_prior import FEATURES, VARIETY, PersonPrior


def filled():
    prior = PersonPrior()
    generator = torch.Generator().manual_seed(0)
    prior.usual.normal_(generator=generator)
    prior.weights.normal_(0, 0.01, generator=generator)
    prior.mean.normal_(0, 0.1, generator=generator)
    root = torch.randn(512, 512, generator=generator) / 40
    prior.spread.copy_(root + root.T)
    return prior


def test_unfitted_a_key_is_its_person_on_any_head():
    key = torch.randn(2, 512).clamp(-2.5, 2.5)
    torch.testing.assert_close(PersonPrior()(torch.randn(2, FEATURES), key), VARIETY * key)


def test_a_person_is_what_the_head_leads_to_expect_and_what_the_key_adds():
    prior = filled()
    features, key = np.random.default_rng(1).standard_normal((2, 1, 640)).astype(np.float32)
    key = key[:, :512].clip(-2.5, 2.5)
    usual, weights, mean, spread = (
        each.double().numpy() for each in (prior.usual, prior.weights, prior.mean, prior.spread)
    )
    expected = np.clip(mean + (features - usual) @ weights, -2, 2) + VARIETY * key @ spread
    person = prior(torch.from_numpy(features), torch.from_numpy(key))
    np.testing.assert_allclose(person.numpy(), expected, atol=1e-4)


def test_what_no_head_is_like_does_not_lead_far():
    """Features from a mask or a shadow."""
    person = filled()(torch.full((1, FEATURES), 1e6), torch.zeros(1, 512))
    assert person.abs().max() <= 2


def test_a_key_beyond_what_renders_counts_as_its_limit():
    prior, head = filled(), torch.zeros(1, FEATURES)
    torch.testing.assert_close(prior(head, torch.full((1, 512), 9.0)), prior(head, torch.full((1, 512), 2.5)))
