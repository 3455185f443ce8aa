import pytest
import torch
from torch import nn

from rofi.training.round_trip import Trip
from rofi.training.sampler import Draw
from rofi.training.selection import evaluate, to_device

DEVICE = torch.device("cpu")


class Numbered:
    """Five samples whose faces are plain 0.1, 0.2, 0.3, 0.4 and 0.5."""

    def __init__(self):
        self.draws = []

    def __len__(self):
        return 5

    def __getitem__(self, draw):
        self.draws.append(draw)
        level = (draw.item + 1) / 10
        return {"face": torch.full((3, 8, 8), level), "key": torch.zeros(512)}


class OffByATenth(nn.Module):
    def forward(self, batch):
        assert not self.training
        assert not torch.is_grad_enabled()
        return Trip(batch["face"], batch["face"], batch["face"] + 0.1, None)


def mean_face(batch, trip, discriminator, generator=None):
    assert discriminator is None
    assert generator is None
    return {"face": batch["face"].mean(), "one": torch.tensor(1.0)}


def test_means_are_over_images_not_batches():
    samples, trip = Numbered(), OffByATenth().train()
    values = evaluate(trip, mean_face, samples, images=100, batch=2, device=DEVICE)
    assert values["face"] == pytest.approx(0.3)
    assert values["one"] == pytest.approx(1)
    assert values["loss"] == pytest.approx(1.3)
    assert values["restored_psnr"] == pytest.approx(20, abs=1e-4)
    assert trip.training


def test_only_so_many_images_and_always_the_same():
    samples = Numbered()
    values = evaluate(OffByATenth(), mean_face, samples, images=3, batch=2, device=DEVICE)
    assert values["face"] == pytest.approx(0.2)
    assert samples.draws == [Draw(0, 0), Draw(1, 0), Draw(2, 0)]


def test_a_batch_moves_whole():
    moved = to_device({"face": torch.zeros(1), "key": torch.ones(2)}, torch.device("meta"))
    assert {name: value.device.type for name, value in moved.items()} == {"face": "meta", "key": "meta"}
