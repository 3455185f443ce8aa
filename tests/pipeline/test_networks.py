import numpy as np
import pytest
import torch

from pipeline.photographs import close_up
from rofi.errors import WeightsMismatch
from rofi.model.weights import fingerprint, load_weights, packaged_weights
from rofi.pipeline.networks import SHIPPED, Networks, pixels, planes, to_picture


def test_the_shipped_weights_are_loaded_ready_for_use(networks):
    assert networks.fingerprint == fingerprint(load_weights(packaged_weights(SHIPPED)))
    assert not networks.model.training
    assert networks.view == 256


def test_a_picture_becomes_a_batch_and_comes_back(networks):
    batch = networks.batch(close_up())
    assert batch.shape == (1, 3, 256, 256)
    assert batch.dtype == torch.float32
    np.testing.assert_allclose(batch[0, :, 5, 7].numpy() * 255, close_up()[5, 7])
    np.testing.assert_allclose(to_picture(batch), close_up(), atol=1e-3)


def test_a_mask_keeps_its_values(networks):
    mask = np.zeros((8, 8), bool)
    mask[2, 3] = True
    batch = networks.batch(mask)
    assert batch.shape == (1, 1, 8, 8)
    assert batch.sum() == batch[0, 0, 2, 3] == 1


def test_planes_and_pixels_are_inverse():
    np.testing.assert_array_equal(pixels(planes(close_up())), close_up())
    assert pixels(torch.tensor([[[-4.0]], [[99.6]], [[300.0]]])).tolist() == [[[0, 100, 255]]]


def test_weights_that_are_not_there_are_named(tmp_path):
    with pytest.raises(WeightsMismatch, match=r"gone\.safetensors"):
        Networks.load(tmp_path / "gone.safetensors")
