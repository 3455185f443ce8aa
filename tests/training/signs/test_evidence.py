import numpy as np
import pytest
import torch
from torch import nn

from rofi.training.signs.evidence import measure_offset

SIDE = 256


class Beside(nn.Module):
    """Scores a red spot `down` regions below where it is."""

    def __init__(self, down, bias=-1.0):
        super().__init__()
        self.down, self.bias = down, nn.Parameter(torch.tensor(bias))

    def logits(self, face):
        red = nn.functional.avg_pool2d(face[:, :1] - face[:, 1:2], 8)
        return 20 * torch.roll(red, self.down, dims=2) + self.bias


def faces(count=6):
    generator = np.random.default_rng(0)
    made = np.full((count, SIDE, SIDE, 3), 120, np.uint8)
    for face in made:
        row, column = generator.integers(8, 22, 2) * 8
        face[row : row + 8, column : column + 8] = (220, 60, 60)
    return made


@pytest.mark.parametrize("down", [0, 1, -1])
def test_the_offset_leads_back_to_the_spot(down):
    offset = measure_offset(Beside(down), faces())
    torch.testing.assert_close(offset, torch.tensor([0.0, -8.0 * down]), atol=2, rtol=0)


def test_a_detector_that_misses_all_says_nothing():
    assert measure_offset(Beside(1, bias=-100.0), faces()).tolist() == [0, 0]
