import numpy as np
import torch

from rofi.evaluation.attacks.universal_key import (
    as_batch,
    as_views,
    find_universal_key,
    forced_restore,
    restore_with_universal_key,
)


def l1(restored, originals):
    return (restored - originals).abs().mean()


def test_finds_a_planted_key():
    """A restorer that adds the key's numbers: the key that undoes a constant darkening is that constant."""

    def restore(protected, keys):
        return protected + keys[:, :3, None, None]

    originals = torch.rand(6, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    taken = torch.tensor([0.3, -0.2, 0.1])[:, None, None]
    key = find_universal_key(restore, l1, originals - taken, originals, 300, batch=6, rate=0.02)
    assert np.allclose(key[:3], [0.3, -0.2, 0.1], atol=0.03)


def test_restores_with_the_key_found():
    def restore(protected, keys):
        return protected + keys[:, :1, None, None] / 255

    key = np.zeros(512, np.float32)
    key[0] = 3
    views = np.random.default_rng(0).integers(0, 250, (2, 8, 8, 3)).astype(np.uint8)
    assert np.array_equal(restore_with_universal_key(restore, key, views), views + 3)


def test_the_forced_network_uses_the_key_and_the_program_does_not(tiny_model):
    """Told that the key fits, the network has a gradient towards the key; told the truth it has none."""
    torch.manual_seed(1)
    torch.nn.init.normal_(tiny_model.restorer_dec_net[-1].weight)
    view = torch.rand(1, 3, 64, 64)
    key = torch.randn(1, 512).requires_grad_()
    (forced,) = torch.autograd.grad(forced_restore(tiny_model)(view, key).square().sum(), [key])
    honest = tiny_model.restore(view, view, key, torch.tensor([False])).square().sum()
    (gradient,) = torch.autograd.grad(honest, [key])
    assert float(forced.abs().max()) > 0
    assert float(gradient.abs().max()) == 0


def test_views_and_batches_are_each_others_inverse():
    views = np.random.default_rng(0).integers(0, 256, (2, 4, 4, 3)).astype(np.uint8)
    assert np.array_equal(as_views(as_batch(views)), views)
