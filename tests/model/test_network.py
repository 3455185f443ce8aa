import pytest
import torch
from torch import nn

from rofi.model.network import CHANGE_LIMIT


@pytest.fixture
def batch(tiny):
    torch.manual_seed(1)
    face, person, revealed = torch.rand(3, 2, 3, tiny.view, tiny.view).unbind()
    signs = torch.zeros(2, 1, tiny.view, tiny.view)
    signs[:, :, 16:24, 8:56] = 1
    return face, person, revealed, torch.randn(2, 512), signs


@pytest.fixture
def trained(tiny_model):
    """As if trained: the last convolutions, which start at zero, have numbers."""
    for part in (tiny_model.dec_net, tiny_model.restorer_dec_net):
        nn.init.normal_(part[-1].weight, 0, 0.1)
    return tiny_model


@torch.no_grad()
def test_an_untrained_model_protects_with_the_person_as_it_is(tiny_model, batch):
    face, person, _, key, signs = batch
    assert torch.equal(tiny_model.protect(face, person, key, signs), person)


@torch.no_grad()
def test_an_untrained_model_restores_what_was_revealed(tiny_model, batch):
    face, _, revealed, key, _ = batch
    fits = torch.tensor([True, False])
    restored = tiny_model.restore(face, revealed, key, fits)
    assert torch.equal(restored[0], revealed[0])
    assert torch.equal(restored[1], face[1])


@torch.no_grad()
def test_a_wrong_key_gives_one_fixed_face_bit_for_bit(trained, batch):
    face, person, revealed, key, _ = batch
    wrong = torch.zeros(2, dtype=torch.bool)
    first = trained.restore(face, revealed, key, wrong)
    assert torch.equal(first, trained.restore(face, person, -3 * key, wrong))
    assert not torch.equal(first, trained.restore(face, revealed, key, ~wrong))


@torch.no_grad()
def test_no_pixel_of_the_person_changes_more_than_the_limit(trained, batch):
    face, person, _, key, signs = batch
    nn.init.normal_(trained.dec_net[-1].weight, 0, 100)
    change = (trained.protect(face, person, key, signs) - person).abs()
    assert 0.2 * CHANGE_LIMIT < change.max() <= CHANGE_LIMIT * (1 + 1e-5)


@torch.no_grad()
def test_the_change_has_no_fine_detail(trained, batch):
    """Neighbours change nearly alike, however the decoder's differ."""
    face, person, _, key, signs = batch
    nn.init.normal_(trained.dec_net[-1].weight, 0, 100)
    change = trained.protect(face, person, key, signs) - person
    assert change.diff(dim=-1).square().mean() < change.square().mean()


@torch.no_grad()
def test_key_face_person_and_signs_all_matter(trained, batch):
    face, person, revealed, key, signs = batch
    made = trained.protect(face, person, key, signs) - person
    for other in (
        trained.protect(face, person, -key, signs) - person,
        trained.protect(revealed, person, key, signs) - person,
        trained.protect(face, revealed, key, signs) - revealed,
        trained.protect(face, person, key, torch.zeros_like(signs)) - person,
    ):
        assert (made - other).abs().max() > 1e-4


@torch.no_grad()
def test_restoring_sees_the_key_and_the_evidence_when_it_fits(trained, batch):
    face, person, revealed, key, _ = batch
    fits = torch.ones(2, dtype=torch.bool)
    change = trained.restore(face, revealed, key, fits) - revealed
    assert (change - (trained.restore(face, revealed, -key, fits) - revealed)).abs().max() > 1e-4
    assert (change - (trained.restore(face, person, key, fits) - person)).abs().max() > 1e-4


@torch.no_grad()
def test_faces_of_a_batch_do_not_mix(trained, batch):
    together = trained.protect(*(values[:2] for values in (batch[0], batch[1], batch[3], batch[4])))
    alone = trained.protect(*(values[1:] for values in (batch[0], batch[1], batch[3], batch[4])))
    torch.testing.assert_close(together[1:], alone, atol=1e-5, rtol=0)


@torch.no_grad()
def test_other_views_share_the_weights(trained):
    """Position codes are interpolated; what comes out has the size of what went in."""
    face, signs = torch.rand(1, 3, 96, 80), torch.zeros(1, 1, 96, 80)
    assert trained.protect(face, face, torch.randn(1, 512), signs).shape == face.shape


def test_every_trained_number_of_a_pass_gets_a_gradient(trained, batch):
    face, person, revealed, key, signs = batch
    made = trained.protect(face, person, key, signs)
    back = trained.restore(made, revealed, key, torch.tensor([True, False]))
    (made.square().sum() + back.square().sum()).backward()
    without = {
        name for name, parameter in trained.named_parameters() if parameter.grad is None or not parameter.grad.any()
    }
    # the scorer learns from labels, and the translator has no mode token
    assert without == {"translator.mode", "sign_detector.scorer.weight", "sign_detector.scorer.bias"}
