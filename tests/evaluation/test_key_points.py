import pytest
import torch

from rofi.errors import RofiError
from rofi.evaluation.key_points import key_point_error

EYES = torch.tensor([[[30.0, 50.0], [90.0, 130.0]]])  # 100 pixels apart


def test_hand_worked_error():
    """Off by 5 (3, 4) and by 0 pixels: 2.5 on average, 2.5 % of 100 pixels."""
    truth = torch.tensor([[[10.0, 10.0], [20.0, 20.0]]])
    found = truth + torch.tensor([[[3.0, 4.0], [0.0, 0.0]]])
    assert key_point_error(found, truth, EYES).tolist() == pytest.approx([2.5])


def test_size_of_the_face_does_not_matter():
    generator = torch.Generator().manual_seed(0)
    found, truth = torch.rand(2, 1, 7, 2, generator=generator) * 100
    torch.testing.assert_close(key_point_error(found * 3, truth * 3, EYES * 3), key_point_error(found, truth, EYES))


@pytest.mark.parametrize("shape", [(1, 3, 2), (2, 2), (1, 2, 3), (1, 0, 2)])
def test_other_shapes_are_an_error(shape):
    truth = torch.zeros(shape) if shape != (1, 3, 2) else torch.zeros(1, 4, 2)
    with pytest.raises(RofiError, match=r"\(N, K, 2\)"):
        key_point_error(torch.zeros(shape), truth, EYES)


def test_eyes_of_another_number_of_faces_are_an_error():
    with pytest.raises(RofiError, match="2 faces"):
        key_point_error(torch.zeros(2, 3, 2), torch.zeros(2, 3, 2), EYES)


def test_eyes_that_coincide_are_an_error():
    with pytest.raises(RofiError, match="coincide"):
        key_point_error(torch.zeros(1, 3, 2), torch.zeros(1, 3, 2), torch.ones(1, 2, 2))
