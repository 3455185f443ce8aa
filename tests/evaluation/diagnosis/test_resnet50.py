import torch

from rofi.evaluation.diagnosis.resnet50 import Bottleneck, ResNet50

PARAMETERS = 25_557_032
"""As torchvision's documentation gives it for its resnet50."""


def test_it_is_resnet_50():
    network = ResNet50()
    assert sum(value.numel() for value in network.parameters()) == PARAMETERS
    names = set(network.state_dict())
    assert len(names) == 320  # 161 parameters, 53 normalisations with three buffers each
    assert {
        "conv1.weight",
        "bn1.running_mean",
        "layer1.0.downsample.1.bias",
        "layer4.2.conv3.weight",
        "fc.bias",
    } < names
    assert "layer1.1.downsample.0.weight" not in names


def test_the_stride_is_32_and_in_the_3x3_convolutions():
    network = ResNet50(5).eval()
    seen = []
    network.layer4.register_forward_hook(lambda module, given, out: seen.append(out.shape))
    assert network(torch.zeros(1, 3, 96, 64)).shape == (1, 5)
    assert seen == [(1, 2048, 3, 2)]
    assert network.layer3[0].conv2.stride == (2, 2)
    assert network.layer3[0].conv1.stride == (1, 1)


def test_a_block_that_changes_nothing_passes_positive_features():
    block = Bottleneck(16, 4).eval()
    torch.nn.init.zeros_(block.bn3.weight)
    features = torch.rand(2, 16, 5, 5)
    torch.testing.assert_close(block(features), features)
