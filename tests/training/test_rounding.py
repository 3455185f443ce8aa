import pytest
import torch

from rofi.training.rounding import round_to_bytes


def test_levels_are_those_of_a_file():
    levels = torch.tensor([-3.0, 0.4, 0.6, 127.49, 254.7, 300.0])
    assert torch.equal(round_to_bytes(levels), torch.tensor([0.0, 0, 1, 127, 255, 255]))


@pytest.mark.parametrize(("level", "gradient"), [(-3.0, 0.0), (0.4, 1.0), (127.5, 1.0), (254.9, 1.0), (256.0, 0.0)])
def test_gradient_passes_through_rounding_but_not_through_clipping(level, gradient):
    levels = torch.tensor([level], requires_grad=True)
    round_to_bytes(levels).sum().backward()
    assert levels.grad.item() == gradient
