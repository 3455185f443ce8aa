import numpy as np
import torch

from rofi.evaluation.attacks.no_key_restorer import SmallUNet, as_planes, restore_without_key, train_restorer


def smooth(count, seed):
    """(N, 16, 16, 3) smooth pictures."""
    coarse = torch.rand(count, 3, 4, 4, generator=torch.Generator().manual_seed(seed))
    fine = torch.nn.functional.interpolate(coarse, size=16, mode="bicubic", align_corners=False)
    return (fine.clamp(0, 1) * 255).to(torch.uint8).permute(0, 2, 3, 1).numpy()


def error(views, originals):
    return np.abs(views.astype(float) - originals).mean()


def test_has_at_most_a_million_parameters():
    assert sum(parameter.numel() for parameter in SmallUNet().parameters()) <= 1_000_000


def test_starts_by_doing_nothing():
    views = smooth(2, 0)
    assert np.array_equal(restore_without_key(SmallUNet(), views), views)


def test_learns_a_planted_protection_and_undoes_it_on_other_pictures():
    taught, others = smooth(24, 1), smooth(6, 2)
    network = train_restorer(255 - taught, taught, steps=200)
    assert error(restore_without_key(network, 255 - others), others) < 0.3 * error(255 - others, others)


def test_gains_little_where_protected_and_original_have_nothing_in_common():
    taught, others = smooth(24, 1), smooth(6, 2)
    network = train_restorer(smooth(24, 3), taught, steps=40)
    guess = np.full_like(others, 128)
    assert error(restore_without_key(network, smooth(6, 4)), others) > 0.8 * error(guess, others)


def test_an_identity_term_is_followed():
    """A recogniser of the red channel's pattern, which an inverted red hides: with it more of that comes back."""
    taught, others = smooth(16, 1), smooth(6, 2)
    hidden, hidden_others = taught.copy(), others.copy()
    hidden[..., 0], hidden_others[..., 0] = 255 - hidden[..., 0], 255 - hidden_others[..., 0]

    def embed(views):
        red = views[:, 0].flatten(1)
        return torch.nn.functional.normalize(red - red.mean(1, keepdim=True), dim=1)

    alike = []
    for recogniser in (None, embed):
        network = train_restorer(hidden, taught, 100, recogniser, identity_weight=3.0)
        embeddings = [
            embed(as_planes(views).float()) for views in (restore_without_key(network, hidden_others), others)
        ]
        alike.append(float((embeddings[0] * embeddings[1]).sum(1).mean()))
    assert alike[1] > alike[0]
