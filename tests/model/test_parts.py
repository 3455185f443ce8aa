"""Shapes of every part at every configuration, and the structure that the paper gives them."""

import pytest
import torch
from torch import nn

from rofi.model.config import COMPACT, DEFAULT
from rofi.model.dec_net import DecNet, ResidualBlock
from rofi.model.network import Rofi
from rofi.model.sign_detector import Bottleneck
from rofi.model.transformer import TransformerBlock


def count(part, kind):
    return sum(isinstance(module, kind) for module in part.modules())


@pytest.fixture(scope="module")
def on_meta():
    """A model without numbers: shapes of large parts in no time."""

    def make(config):
        with torch.device("meta"):
            return Rofi(config).eval()

    return make


@pytest.fixture(scope="module")
def default(on_meta):
    return on_meta(DEFAULT)


@pytest.fixture(params=["default", "compact", "tiny"])
def model(request, on_meta, tiny):
    return on_meta({"default": DEFAULT, "compact": COMPACT, "tiny": tiny}[request.param])


def test_shapes(model):
    config = model.config
    with torch.device("meta"):
        face, key = torch.empty(2, 3, config.view, config.view), torch.empty(2, 512)
        signs, fits = torch.empty(2, 1, config.view, config.view), torch.empty(2, dtype=torch.bool)
        map_shape = (2, config.channels, config.view // 8, config.view // 8)
        found = model.sign_detector.features(face)
        assert found.shape == (2, 8 * config.detector_width, *map_shape[2:])
        assert model.sign_detector(face).shape == (2, 1, *map_shape[2:])
        assert model.translator(face, face, key).shape == map_shape
        assert model.restorer(face, face, key, fits).shape == map_shape
        assert model.da_former(torch.empty(map_shape)).shape == map_shape
        assert model.dec_net(torch.empty(map_shape)).shape == face.shape
        assert model.protect(face, face, key, signs).shape == face.shape
        assert model.restore(face, face, key, fits).shape == face.shape


def test_translator_and_restorer_have_six_blocks_and_da_former_two(default):
    assert count(default.translator, TransformerBlock) == 6
    assert count(default.restorer, TransformerBlock) == 6
    assert count(default.da_former, TransformerBlock) == 2


def test_default_features_are_1024_tokens_of_512_numbers(default):
    assert default.translator.position.shape == (1, 512, 32, 32)


def test_only_the_restorer_has_a_token_for_its_mode(default):
    assert default.translator.mode.shape == (0, 512)
    assert default.restorer.mode.shape == (1, 512)
    names = [{name for name, _ in part.named_parameters()} for part in (default.translator, default.restorer)]
    assert names[0] == names[1]


def test_dec_net_is_four_two_one_residual_blocks_between_three_upsamplings(default):
    for part in (default.dec_net, default.restorer_dec_net):
        layers = [
            "block" if isinstance(layer, ResidualBlock) else "up"
            for layer in part
            if isinstance(layer, ResidualBlock) or count(layer, nn.PixelShuffle)
        ]
        assert layers == ["block"] * 4 + ["up"] + ["block"] * 2 + ["up", "block", "up"]
        assert count(part, (nn.BatchNorm2d, nn.LayerNorm, nn.GroupNorm)) == 0


def test_a_residual_block_is_two_3x3_convolutions_a_relu_and_a_skip():
    block = ResidualBlock(8)
    assert [type(layer) for layer in block.body] == [nn.Conv2d, nn.ReLU, nn.Conv2d]
    assert all(layer.kernel_size == (3, 3) for layer in block.body if isinstance(layer, nn.Conv2d))
    nn.init.zeros_(block.body[2].weight)
    nn.init.zeros_(block.body[2].bias)
    features = torch.randn(1, 8, 4, 4)
    assert torch.equal(block(features), features)


def test_an_untrained_dec_net_changes_nothing():
    assert not DecNet(32)(torch.randn(1, 32, 4, 4)).any()


def test_sign_detector_is_resnet_50_up_to_its_second_stage(default):
    """Parameters of torchvision's resnet50: conv1 9,408, bn1 128, layer1 215,808, layer2 1,219,584."""
    layers = list(default.sign_detector.extractor)
    sizes = [sum(parameter.numel() for parameter in layer.parameters()) for layer in layers]
    assert sizes[:4] == [9_408, 128, 0, 0]
    assert [count(layer, Bottleneck) for layer in layers[4:]] == [1] * 7
    assert sum(sizes[4:7]) == 215_808
    assert sum(sizes[7:]) == 1_219_584
    assert default.sign_detector.channels == 512


def test_sign_detector_strides_where_resnet_50_does(default):
    """Conv1 and its pooling to a quarter, layer1 keeps that, layer2 halves it in its first block's 3x3 convolution."""
    extractor = default.sign_detector.extractor
    with torch.device("meta"):
        features, sides = torch.empty(1, 3, 256, 256), []
        for layer in extractor:
            features = layer(features)
            sides.append(features.shape[-1])
    assert sides == [128, 128, 128, 64, 64, 64, 64, 32, 32, 32, 32]
    strided = [m for m in extractor[7].body if isinstance(m, nn.Conv2d) and m.stride == (2, 2)]
    assert [m.kernel_size for m in strided] == [(3, 3)]
