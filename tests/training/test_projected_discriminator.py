from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from rofi.errors import TrainingError
from rofi.training.config import TrainingConfig
from rofi.training.losses import discriminator_loss
from rofi.training.projected_discriminator import ProjectedDiscriminator

NETWORKS = Path(__file__).parents[3] / "shared" / "models"
needs_lpips = pytest.mark.skipif(not NETWORKS.is_dir(), reason="needs ../shared")


@pytest.fixture
def discriminator():
    torch.manual_seed(0)
    return ProjectedDiscriminator(16, NETWORKS)


def test_a_missing_network_is_an_error(tmp_path):
    with pytest.raises(TrainingError, match="lpips_alex"):
        ProjectedDiscriminator(16, tmp_path)


def test_a_run_may_choose_it_by_name_and_no_other():
    assert TrainingConfig(discriminator="projected").discriminator == "projected"
    with pytest.raises(TrainingError, match="discriminator"):
        TrainingConfig(discriminator="wishful")


@needs_lpips
def test_only_the_heads_are_trained_and_saved(discriminator):
    assert all(name.startswith("heads.") for name, _ in discriminator.named_parameters())
    assert all(name.startswith("heads.") for name in discriminator.state_dict())


@needs_lpips
def test_a_score_for_places_of_every_map_and_one_for_the_whole(discriminator):
    scores = discriminator(torch.rand(2, 3, 64, 64))
    maps = discriminator.lpips.features(torch.rand(1, 3, 64, 64))[:4]
    assert scores.patches.shape == (2, 1, 1, sum(m.shape[2] * m.shape[3] for m in maps))
    assert scores.whole.shape == (2,)


@needs_lpips
def test_gradients_reach_the_face(discriminator):
    face = torch.rand(1, 3, 64, 64, requires_grad=True)
    discriminator(face).whole.sum().backward()
    assert float(face.grad.abs().sum()) > 0


@needs_lpips
def test_it_learns_in_a_few_steps(discriminator):
    """Sharp pictures from soft ones, on pictures it has not seen."""

    def pictures(seed):
        sharp = torch.rand(6, 3, 64, 64, generator=torch.Generator().manual_seed(seed))
        return sharp, F.avg_pool2d(sharp, 3, 1, 1)

    optimizer = torch.optim.AdamW(discriminator.parameters(), 2e-3)
    for seed in range(20):
        real, fake = pictures(seed)
        loss = discriminator_loss(discriminator(real), [discriminator(fake)])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    real, fake = (discriminator(faces).whole for faces in pictures(99))
    assert float(real.min()) > float(fake.max())
    assert float(loss.detach()) < 2
