import numpy as np
import pytest
import sklearn.metrics
import torch
from torchmetrics.functional.segmentation import dice_score

from rofi.errors import RofiError
from rofi.evaluation.dice import dice


def test_hand_worked_regions():
    """4 pixels and 2 pixels that share 1: 2 / 6; apart: 0; the same: 1."""
    one = np.zeros((3, 4, 4), bool)
    other = np.zeros((3, 4, 4), bool)
    one[:, 0] = True
    other[0, :2, 0] = True
    other[1, 2] = True
    other[2, 0] = True
    assert dice(one, other) == pytest.approx([2 / 6, 0, 1])


def test_dice_agrees_with_torchmetrics_and_with_sklearns_f1():
    generator = np.random.default_rng(0)
    one, other = generator.random((5, 16, 12)) < 0.3, generator.random((5, 16, 12)) < 0.5
    planes = (torch.from_numpy(regions[:, None]) for regions in (one, other))
    assert dice(one, other) == pytest.approx(dice_score(*planes, num_classes=1, input_format="one-hot").numpy())
    f1 = [sklearn.metrics.f1_score(a.ravel(), b.ravel()) for a, b in zip(one, other, strict=True)]
    assert dice(one, other) == pytest.approx(f1)


def test_two_empty_regions_have_none():
    empty = np.zeros((1, 4, 4), bool)
    assert np.isnan(dice(empty, empty)).all()
    assert dice(empty, ~empty) == 0


def test_regions_of_other_shapes_or_types_are_an_error():
    region = np.zeros((1, 4, 4), bool)
    with pytest.raises(RofiError, match=r"\(N, H, W\)"):
        dice(region, region[:, :3])
    with pytest.raises(RofiError, match=r"\(N, H, W\)"):
        dice(region[0], region[0])
    with pytest.raises(RofiError, match="uint8"):
        dice(region.astype(np.uint8), region)
