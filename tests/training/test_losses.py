import pytest
import torch

from rofi.model.discriminator import Realness
from rofi.training.losses import discriminator_loss, dissimilar, generator_loss, roughness, similar

# two recognisers, two faces: cosines 0.6 and -1, and 0 and 0.8
EMBEDDINGS = [torch.tensor([[0.6, 0.8], [-1.0, 0]]), torch.tensor([[0.0, 0, 1], [0.8, 0.6, 0]])]
ORIGINALS = [torch.tensor([[1.0, 0], [1, 0]]), torch.tensor([[1.0, 0, 0], [1, 0, 0]])]


def realness(patches, whole):
    return Realness(torch.tensor(patches).view(1, 1, 1, -1), torch.tensor([whole]))


def test_dissimilar_is_the_mean_cosine_where_it_is_above_zero():
    assert dissimilar(EMBEDDINGS, ORIGINALS).item() == pytest.approx((0.6 + 0 + 0 + 0.8) / 4)


def test_similar_is_one_minus_the_mean_cosine():
    assert similar(EMBEDDINGS, ORIGINALS).item() == pytest.approx(1 - (0.6 - 1 + 0 + 0.8) / 4)


def test_the_same_face_has_the_extreme_values():
    assert dissimilar(ORIGINALS, ORIGINALS).item() == 1
    assert similar(ORIGINALS, ORIGINALS).item() == 0


def test_discriminator_loss_by_hand():
    real = realness([0.5, 2.0], 0.0)  # patches: (0.5 + 0) / 2, whole: 1
    fakes = [realness([-2.0, 0.0], 1.0), realness([0.0, 0.0], -1.5)]  # (0 + 1) / 2 + 2 and 1 + 0
    assert discriminator_loss(real, fakes).item() == pytest.approx(0.25 + 1 + (2.5 + 1) / 2)


def test_a_perfect_discriminator_has_no_loss():
    assert discriminator_loss(realness([1.0, 3.0], 2.0), [realness([-1.0, -4.0], -1.0)]).item() == 0


def test_generator_loss_by_hand():
    fakes = [realness([1.0, 3.0], 0.5), realness([-1.0, 0.0], 0.0)]
    assert generator_loss(fakes).item() == pytest.approx((-2.5 + 0.5) / 2)


def test_roughness_is_the_mean_step_across_and_down():
    change = torch.tensor([[0.0, 1, 1], [3, 1, 2]]).view(1, 1, 2, 3)
    assert roughness(change).item() == pytest.approx((1 + 0 + 2 + 1) / 4 + (3 + 0 + 1) / 3)


def test_below_the_floor_nothing_is_won():
    a, b = torch.tensor([[1.0, 0.0], [1.0, 0.0]]), torch.tensor([[0.0, 1.0], [-1.0, 0.0]])  # cosines 0 and -1
    assert dissimilar([a], [b], floor=-0.2).item() == pytest.approx(0.1)
