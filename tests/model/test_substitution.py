import torch

from rofi.model.substitution import substitute


def maps():
    generator = torch.Generator().manual_seed(0)
    return torch.randn(2, 5, 4, 4, generator=generator), torch.randn(2, 5, 4, 4, generator=generator)


def test_sign_features_are_exactly_in_the_cells_that_a_sign_touches():
    features, signs = maps()
    regions = torch.zeros(2, 1, 32, 32)
    regions[0, 0, 7:9, 20] = 1  # the last row of cell 0 and the first of cell 1
    cells = torch.zeros(2, 4, 4, dtype=torch.bool)
    cells[0, 0:2, 2] = True
    mixed = substitute(features, signs, regions).permute(0, 2, 3, 1)
    assert torch.equal(mixed[cells], signs.permute(0, 2, 3, 1)[cells])
    assert torch.equal(mixed[~cells], features.permute(0, 2, 3, 1)[~cells])


def test_without_signs_and_with_signs_alone():
    features, signs = maps()
    assert torch.equal(substitute(features, signs, torch.zeros(2, 1, 32, 32)), features)
    assert torch.equal(substitute(features, signs, torch.ones(2, 1, 32, 32)), signs)


def test_gradient_goes_to_whichever_was_taken():
    features, signs = (m.requires_grad_() for m in maps())
    regions = torch.zeros(2, 1, 32, 32)
    regions[:, :, :8, :8] = 1
    substitute(features, signs, regions).sum().backward()
    assert torch.equal(features.grad + signs.grad, torch.ones_like(features))
    assert signs.grad[:, :, 0, 0].all()
    assert not signs.grad[:, :, 1:].any()
