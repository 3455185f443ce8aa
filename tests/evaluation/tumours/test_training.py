import cv2
import numpy as np
import pytest
import torch

from rofi.errors import RofiError
from rofi.evaluation.dice import dice
from rofi.evaluation.tumours.training import SegmenterSettings, train_segmenter
from rofi.evaluation.tumours.unet import to_tensor


def red_spots(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Noise with a red disc, and with a green one that is none."""
    generator = np.random.default_rng(seed)
    pictures = generator.integers(90, 160, (count, 72, 64, 3)).astype(np.uint8)
    masks = np.zeros((count, 72, 64), np.uint8)
    for picture, mask in zip(pictures, masks, strict=True):
        red, green = generator.integers(12, 50, (2, 2)).tolist()
        cv2.circle(picture, green, 7, (30, 180, 30), -1)
        cv2.circle(picture, red, 7, (200, 30, 30), -1)
        cv2.circle(mask, red, 7, 255, -1)
    return pictures, masks > 0


def test_red_spots_are_learned_and_green_ones_are_not_marked():
    network = train_segmenter(*red_spots(24, 0), SegmenterSettings(steps=40, batch=4))
    pictures, masks = red_spots(8, 1)
    with torch.inference_mode():
        found = network(to_tensor(pictures))[:, 0].numpy() > 0
    assert dice(found, masks).mean() > 0.7


def test_training_repeats_with_its_seed_and_leaves_the_global_one():
    pictures, masks = red_spots(4, 0)
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    one, other, third = (
        train_segmenter(pictures, masks, SegmenterSettings(steps=2, batch=2, seed=seed)) for seed in (1, 1, 2)
    )
    assert torch.equal(torch.rand(3), expected)
    assert torch.equal(one.head.weight, other.head.weight)
    assert not torch.equal(one.head.weight, third.head.weight)


def test_progress_is_told():
    steps = []
    train_segmenter(*red_spots(2, 0), SegmenterSettings(steps=3, batch=1), steps.append)
    assert steps == [0, 1, 2]


def test_nothing_to_learn_from_is_an_error():
    pictures, masks = red_spots(2, 0)
    with pytest.raises(RofiError, match="0 marked pixels"):
        train_segmenter(pictures, np.zeros_like(masks))
    with pytest.raises(RofiError, match="64 or more"):
        train_segmenter(pictures[:, :40], masks[:, :40])
    with pytest.raises(RofiError, match="must be of the same"):
        train_segmenter(pictures, masks[:1])
