import numpy as np
import pytest
import torch

from rofi.errors import RofiError
from rofi.evaluation.tumours.eye_halves import VIEW
from rofi.evaluation.tumours.unet import UNet, segment


def test_logits_have_the_images_size():
    assert UNet()(torch.zeros(2, 3, 64, 40)).shape == (2, 1, 64, 40)


def test_the_network_is_small():
    assert 3e5 < sum(parameter.numel() for parameter in UNet().parameters()) < 6e5


class Reddish(UNet):
    """Marks what is red."""

    def forward(self, images):
        return images[:, :1] - images[:, 1:2] - 0.5


def test_regions_are_marked_where_they_are_on_the_face():
    """On either side; not beyond the halves."""
    views = np.zeros((3, VIEW, VIEW, 3), np.uint8)
    views[0, 100:110, 60:70] = views[1, 120:125, 170:190] = views[2, 5:9, 5:9] = (255, 0, 0)
    regions = segment(Reddish(), views)
    assert regions[0, 100:110, 60:70].all()
    assert regions[1, 120:125, 170:190].all()
    assert [int(region.sum()) for region in regions] == [100, 100, 0]


def test_no_face_gives_no_region():
    assert segment(UNet(), np.zeros((0, VIEW, VIEW, 3), np.uint8)).shape == (0, VIEW, VIEW)


def test_views_of_another_size_are_an_error():
    with pytest.raises(RofiError, match="256"):
        segment(UNet(), np.zeros((1, 128, 128, 3), np.uint8))
