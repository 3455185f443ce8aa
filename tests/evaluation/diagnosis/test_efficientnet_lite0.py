from importlib import resources

import cv2
import pytest
import torch
from skimage import data

from rofi.errors import RofiError
from rofi.evaluation.diagnosis.efficientnet_lite0 import (
    STAGES,
    SameConv,
    as_input,
    fold_batch_norms,
    load_efficientnet_lite0,
)

ESPRESSO = 967
CATS = range(281, 286)
"""Of the 1,000 classes of ImageNet."""


@pytest.fixture(scope="module")
def network():
    return load_efficientnet_lite0()


def photograph(name):
    pixels = getattr(data, name)()
    side = min(pixels.shape[:2])
    top, left = (pixels.shape[0] - side) // 2, (pixels.shape[1] - side) // 2
    square = cv2.resize(pixels[top : top + side, left : left + side], (224, 224), interpolation=cv2.INTER_AREA)
    return as_input(square[None])


def test_a_cup_of_coffee_and_a_cat_are_known(network):
    assert network(photograph("coffee")).argmax() == ESPRESSO
    assert int(network(photograph("chelsea")).argmax()) in CATS


def test_folded_normalisations_change_nothing(network):
    image = photograph("astronaut")
    folded = fold_batch_norms(load_efficientnet_lite0())
    torch.testing.assert_close(folded(image), network(image), atol=1e-3, rtol=1e-3)
    assert not any("bn" in name for name, _ in folded.named_parameters())


@pytest.mark.parametrize(("number", "stride"), [(1, 2), (2, 4), (3, 8), (5, 16), (7, 32)])
def test_stages_have_the_strides_of_the_source(network, number, stride):
    features = network.stage(torch.zeros(1, 3, 64, 96), number)
    assert features.shape == (1, STAGES[number - 1].channels, 64 // stride, 96 // stride)


def test_odd_padding_is_at_the_end():
    convolution = SameConv(1, 1, 3, 2, bias=False)
    torch.nn.init.constant_(convolution.weight, 1.0)
    seen = convolution(torch.arange(16.0).view(1, 1, 4, 4))
    # TensorFlow's SAME: windows start at 0 and 2, the last reaches one beyond the border
    first, second = 0 + 1 + 2 + 4 + 5 + 6 + 8 + 9 + 10, 2 + 3 + 6 + 7 + 10 + 11
    assert seen.flatten().tolist() == [first, second, 8 + 9 + 10 + 12 + 13 + 14, 10 + 11 + 14 + 15]


def test_without_the_package_its_name_is_told(monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(resources, "files", missing)
    with pytest.raises(RofiError, match="pip install"):
        load_efficientnet_lite0()
