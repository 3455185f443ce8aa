import math

import pytest
import torch

from rofi.errors import WeightsMismatch
from rofi.evaluation.methods.aigc import WEIGHTS
from rofi.evaluation.methods.latent_diffusion import (
    Denoiser,
    DenoiserConfig,
    ddim,
    denoising_loss,
    load_denoiser,
    save_denoiser,
    schedule,
)

SMALL = DenoiserConfig(size=12, width=16, blocks=2)


def noise(count, size=12, seed=0):
    return torch.randn(count, size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("steps", [1, 7, 50])
def test_a_denoiser_that_knows_the_answer_is_led_to_it(steps):
    clean = noise(5, seed=1)

    def perfect(noisy, time):
        alpha, sigma = (share[:, None] for share in schedule(time))
        return (alpha * noisy - clean) / sigma

    assert torch.allclose(ddim(perfect, noise(5), steps), clean, atol=1e-9)


def test_normal_vectors_of_another_spread_are_sampled_with_that_spread():
    """For x ~ N(0, s^2) the best velocity is linear, and the deterministic path ends at s times where it began."""
    spread = 0.5

    def best(noisy, time):
        alpha, sigma = (share[:, None] for share in schedule(time))
        return alpha * sigma * (1 - spread**2) / (alpha**2 * spread**2 + sigma**2) * noisy

    start = noise(4)
    assert torch.allclose(ddim(best, start, 2000), spread * start, rtol=5e-3)


def test_an_untrained_denoiser_is_right_about_normal_vectors():
    """It leaves them as they are, but that each of 50 steps along the quarter circle cuts its corner by a cosine."""
    model = Denoiser(SMALL).double()
    start = noise(64)
    assert torch.allclose(ddim(model, start, 50), start * math.cos(math.pi / 100) ** 50, rtol=1e-5)
    loss = denoising_loss(model, noise(4000, seed=2), noise(4000, seed=3), torch.rand(4000, dtype=torch.float64))
    assert loss.item() == pytest.approx(1, abs=0.03)


def test_the_guide_decides_what_is_expected():
    wanted = torch.full((1, 12), 0.25, dtype=torch.float64)
    sigmas = []

    def guide(clean, sigma):
        sigmas.append(sigma)
        return wanted

    assert torch.allclose(ddim(Denoiser(SMALL).double(), noise(1), 10, guide), wanted)
    assert sigmas == pytest.approx([math.sin(math.pi / 2 * (1 - i / 10)) for i in range(10)])


def test_weights_come_back_in_half_precision(tmp_path):
    model = Denoiser(SMALL)
    torch.nn.init.normal_(model.outward.weight)
    save_denoiser(model, tmp_path / "w.safetensors", {"seed": "3"})
    loaded, notes = load_denoiser(tmp_path / "w.safetensors")
    assert notes["seed"] == "3"
    assert torch.equal(loaded.outward.weight, model.outward.weight.half().float())


def test_a_file_that_is_no_denoiser_is_refused(tmp_path):
    (tmp_path / "w.safetensors").write_bytes(b"nonsense")
    with pytest.raises(WeightsMismatch, match="cannot be read as weights"):
        load_denoiser(tmp_path / "w.safetensors")


def test_a_configuration_that_does_not_fit_is_refused(tmp_path):
    model = Denoiser(SMALL)
    model.config = DenoiserConfig(size=12, width=16, blocks=3)
    save_denoiser(model, tmp_path / "w.safetensors", {})
    with pytest.raises(WeightsMismatch, match="missing tensors"):
        load_denoiser(tmp_path / "w.safetensors")


def test_the_shipped_samples_spread_as_the_faces_did_that_taught_it():
    model, notes = load_denoiser(WEIGHTS)
    samples = ddim(model, noise(200, 512).float())
    assert samples.std().item() == pytest.approx(float(notes["deviation"]), rel=0.1)
    assert float(notes["held_out_loss"]) < 0.95
    assert WEIGHTS.stat().st_size < 8_000_000
