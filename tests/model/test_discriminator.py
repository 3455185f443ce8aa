import pytest
import torch
from torch import nn

from rofi.model.discriminator import PatchDiscriminator


@pytest.fixture(scope="module")
def discriminator():
    torch.manual_seed(0)
    return PatchDiscriminator(8)


def test_five_4x4_stride_2_convolutions_each_with_a_leaky_relu(discriminator):
    assert [type(layer) is nn.LeakyReLU for layer in discriminator.layers] == [False, True] * 5
    convolutions = [m for m in discriminator.layers if m.__class__.__name__.endswith("Conv2d")]
    assert [(c.kernel_size, c.stride) for c in convolutions] == [((4, 4), (2, 2))] * 5
    assert [c.out_channels for c in convolutions] == [8, 16, 32, 64, 64]


def test_every_layer_with_weights_has_a_spectral_norm_of_one(discriminator):
    for _ in range(200):  # each training pass is one step of the power iteration
        discriminator(torch.rand(1, 3, 64, 64))
    discriminator.eval()
    layers = [m for m in discriminator.modules() if hasattr(m, "parametrizations")]
    assert len(layers) == 7
    for layer in layers:
        assert torch.linalg.matrix_norm(layer.weight.detach().flatten(1), 2).item() == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("side", [64, 256])
def test_a_score_per_patch_of_32_pixels_and_one_for_the_whole(discriminator, side):
    scores = discriminator(torch.rand(2, 3, side, side))
    assert scores.patches.shape == (2, 1, side // 32, side // 32)
    assert scores.whole.shape == (2,)


def test_the_whole_score_is_of_the_mean_over_the_patches(discriminator):
    face = torch.rand(1, 3, 64, 64)
    discriminator.eval()
    mean = discriminator.layers(face * 2 - 1).mean((2, 3))
    torch.testing.assert_close(discriminator(face).whole, discriminator.whole_score(mean)[:, 0])
