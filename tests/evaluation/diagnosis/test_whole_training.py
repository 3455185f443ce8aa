import numpy as np
import pytest
import torch
from torch import nn

from rofi.errors import TrainingError
from rofi.evaluation.diagnosis.targets import OUTPUTS, UNTOLD, Scores, Targets
from rofi.evaluation.diagnosis.told_apart import told_apart
from rofi.evaluation.diagnosis.whole_training import answer_whole, as_images, random_crops, train_whole

CPU = torch.device("cpu")


def test_images_have_imagenets_mean_and_deviation():
    grey = np.full((1, 2, 2, 3), 255, np.uint8)
    grey[..., 0] = round(0.485 * 255)
    seen = as_images(grey, CPU)[0, :, 0, 0]
    torch.testing.assert_close(seen, torch.tensor([0.0, (1 - 0.456) / 0.224, (1 - 0.406) / 0.225]), atol=0.01, rtol=0)


def test_crops_show_30_to_100_percent_of_the_image_and_nothing_beyond():
    across = torch.linspace(0, 1, 64).expand(200, 1, 64, 64)
    crops = random_crops(torch.cat([across, across.transpose(2, 3)], 1), np.random.default_rng(0))
    low, high = crops.amin((2, 3)), crops.amax((2, 3))
    extent = (high - low) * 64 / 63
    areas = extent.prod(1)
    assert areas.min() > 0.28
    assert areas.max() < 1.05  # cubic interpolation overshoots a little
    assert areas.std() > 0.15
    torch.testing.assert_close(extent[:, 0], extent[:, 1], atol=0.03, rtol=0)
    mirrored = (crops[:, 0, 32, 0] > crops[:, 0, 32, -1]).float().mean()
    assert 0.4 < mirrored < 0.6
    assert bool((crops[:, 1, 0, 32] < crops[:, 1, -1, 32]).all())  # never upside down


def faces(count, seed):
    """Grey faces, the ill redder."""
    generator = np.random.default_rng(seed)
    ill = generator.integers(0, 2, count)
    pixels = generator.integers(60, 120, (count, 16, 16, 3)).astype(np.uint8)
    pixels[..., 0] += (60 * ill)[:, None, None].astype(np.uint8)
    return pixels, Targets(ill, np.full(count, UNTOLD), np.full((count, 4), UNTOLD))


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, OUTPUTS))


def test_a_network_learns_what_tells_the_ill():
    done = []
    trained = train_whole(
        network(),
        faces(80, 0),
        faces(20, 1),
        iterations=40,
        batch=48,
        decay=1e-4,
        rate=0.02,
        seed=0,
        device=CPU,
        progress=done.append,
    )
    assert done == list(range(1, 41))
    fresh = faces(40, 2)
    assert told_apart(Scores.from_logits(answer_whole(trained, fresh[0], CPU)), fresh[1]) > 0.9


def test_training_stops_where_the_loss_is_no_number():
    broken = network()
    nn.init.constant_(broken[0].weight, float("nan"))
    with pytest.raises(TrainingError, match="iteration 1"):
        train_whole(broken, faces(8, 0), faces(4, 1), iterations=2, batch=8, decay=0, seed=0, device=CPU)
