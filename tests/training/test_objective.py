from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from rofi.errors import TrainingError
from rofi.model.discriminator import PatchDiscriminator, Realness
from rofi.training.config import LossWeights, TrainingConfig
from rofi.training.objective import Objective
from rofi.training.round_trip import Trip

NETWORKS = Path(__file__).parents[3] / "shared" / "models"
CONFIG = TrainingConfig(recognisers=("mobilefacenet512",), losses=LossWeights(person_lpips=0, restored_lpips=0))


@pytest.fixture(scope="module")
def objective():
    return Objective(CONFIG)


@pytest.fixture
def batch(training_faces):
    faces = torch.from_numpy(training_faces.views[:2].copy()).permute(0, 3, 1, 2).float() / 255
    return {"face": faces, "person": faces.flip(3), "portrait": faces.flip(0)}


class Undecided(nn.Module):
    """A discriminator that answers the same to everything, and remembers what it was shown."""

    def __init__(self):
        super().__init__()
        self.shown = []

    def forward(self, face):
        self.shown.append(face)
        return Realness(torch.full((len(face), 1, 2, 2), 0.25), torch.full((len(face),), 0.5))


def test_nothing_changed_and_nothing_restored(objective, batch):
    """Protected as the original: cosine 1; the person is missed by the mirror image; nothing to restore."""
    losses = objective(batch, Trip(batch["face"], batch["face"], None, None), None)
    assert losses.keys() == {
        "protected_identity",
        "person_l1",
        "person_lpips",
        "person_roughness",
        "person_colour",
        "person_identity",
    }
    assert losses["protected_identity"].item() == pytest.approx(2.0, abs=1e-4)
    assert losses["person_l1"].item() == pytest.approx(2 * (batch["face"] - batch["person"]).abs().mean().item())
    assert losses["person_lpips"].item() == 0


def test_a_perfect_round_trip_by_hand(objective, batch):
    face, person = batch["face"], batch["person"]
    losses = objective(batch, Trip(person, person, face, person), None)
    for name in ("person_l1", "person_roughness", "restored_l1", "wrong_l1"):
        assert losses[name].item() == 0
    assert losses["restored_identity"].item() == pytest.approx(0, abs=1e-5)
    assert losses["wrong_identity"].item() == pytest.approx(losses["protected_identity"].item() / 2, abs=1e-5)


def test_every_weight_is_a_factor_of_its_loss(batch):
    doubled = LossWeights(4.0, 2.0, 20.0, 0.0, 2.0, 0.2, 4.0, 0.0, 20.0, person_identity=2.0)
    trip = Trip(batch["face"] * 0.9, batch["face"] * 0.8, batch["face"] * 0.7, batch["face"] * 0.6)
    plain = Objective(CONFIG)(batch, trip, Undecided(), torch.Generator().manual_seed(0))
    twice = Objective(replace(CONFIG, losses=doubled))(batch, trip, Undecided(), torch.Generator().manual_seed(0))
    for name, value in plain.items():
        torch.testing.assert_close(twice[name], 2 * value)


def test_the_person_draws_by_what_sets_its_portrait_apart(batch):
    """By hand: one minus the cosine between the protected face and the portrait less the average portrait."""
    objective = Objective(CONFIG)
    faces, portraits = batch["face"], batch["portrait"]
    recogniser = objective.recognisers[0]
    plain = objective(batch, Trip(faces, faces, None, None), None)["person_identity"].item()
    assert plain == pytest.approx(1 - (recogniser(faces) * recogniser(portraits)).sum(1).mean().item(), abs=1e-5)
    many = torch.cat([portraits, portraits * 0.5, portraits.flip(3)])
    objective.compare_to(many)
    apart = recogniser(portraits) - recogniser(many).mean(0)
    cosines = nn.functional.cosine_similarity(recogniser(faces), apart)
    centred = objective(batch, Trip(faces, faces, None, None), None)["person_identity"].item()
    assert centred == pytest.approx(1 - cosines.mean().item(), abs=1e-5)
    assert centred != pytest.approx(plain, abs=1e-3)


def test_recognisers_now_and_then_see_fewer_pixels(objective):
    sides = [objective.side_of_crops(256, torch.Generator().manual_seed(seed)) for seed in range(60)]
    assert 15 < sum(side == 256 for side in sides) < 45
    assert 64 <= min(sides) < 110
    assert objective.side_of_crops(256, None) == 256


def test_the_discriminator_sees_every_fake_augmented_as_in_its_own_training(objective, batch):
    """DiffAugment augments in both losses: a discriminator that never saw a plain picture cannot judge one."""
    discriminator = Undecided()
    trip = Trip(*[batch["face"]] * 4)
    losses = objective(batch, trip, discriminator, torch.Generator().manual_seed(0))
    assert losses["adversarial"].item() == pytest.approx(0.1 * -(0.25 + 0.5))
    assert len(discriminator.shown) == 3
    assert not any(torch.equal(shown, batch["face"]) for shown in discriminator.shown)


def test_exact_crops_are_repeatable_and_jittered_ones_differ(objective, batch):
    trip = Trip(batch["face"], batch["person"], None, None)
    first, second = (objective(batch, trip, None)["protected_identity"] for _ in range(2))
    assert torch.equal(first, second)
    jittered = objective(batch, trip, None, torch.Generator().manual_seed(0))["protected_identity"]
    assert not torch.equal(first, jittered)


def test_gradients_reach_the_pictures_and_nothing_frozen(objective, batch):
    picture = (batch["face"] * 0.9).requires_grad_()
    discriminator = PatchDiscriminator(4)
    trip = Trip(picture, picture, picture, picture)
    losses = objective(batch, trip, discriminator, torch.Generator().manual_seed(0))
    torch.stack(list(losses.values())).sum().backward()
    assert torch.isfinite(picture.grad).all()
    assert picture.grad.abs().sum() > 0
    assert not list(objective.parameters())
    assert not objective.state_dict()


@pytest.mark.parametrize("name", ["sface128", "mobilefacenet192", "dlib_resnet29", "facenet"])
def test_evaluation_and_unknown_recognisers_may_not_serve_in_a_loss(name):
    with pytest.raises(TrainingError, match=f"{name!r} may not serve"):
        Objective(replace(CONFIG, recognisers=("mobilefacenet512", name)))


def test_a_missing_lpips_network_is_an_error_where_it_is_needed(tmp_path):
    for losses in (LossWeights(), LossWeights(person_lpips=0), LossWeights(restored_lpips=0)):
        with pytest.raises(TrainingError, match="lpips_alex"):
            Objective(replace(CONFIG, losses=losses), tmp_path)
    assert Objective(CONFIG, tmp_path).lpips is None


@pytest.mark.skipif(not NETWORKS.is_dir(), reason="needs ../shared")
def test_lpips_compares_at_the_configured_resolution(batch):
    objective = Objective(replace(CONFIG, losses=LossWeights(), perceptual_side=32), NETWORKS)
    face, person = batch["face"], batch["person"]
    small = [nn.functional.interpolate(x, size=32, mode="area") for x in (face, person)]
    expected = objective.lpips(*small).mean()
    assert torch.equal(objective.perceptual(face, person), expected)
    assert objective(batch, Trip(face, face, None, None), None)["person_lpips"].item() == pytest.approx(expected.item())
