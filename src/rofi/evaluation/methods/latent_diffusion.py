"""A small diffusion model of vectors: the denoiser, its schedule, and deterministic sampling."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor, nn

from rofi.errors import WeightsMismatch
from rofi.model.weights import check_fit, read_tensors, write_tensors

FORMAT = "rofi-latent-diffusion-1"
Velocity = Callable[[Tensor, Tensor], Tensor]
"""(N, D) noisy vectors and their times (N,) to the velocity (N, D)."""


def schedule(time: Tensor) -> tuple[Tensor, Tensor]:
    """Share of signal and of noise, alpha and sigma, at times 0 (clean) to 1 (noise): the cosine schedule.

    Source: Nichol and Dhariwal 2021, in the continuous form of Salimans and Ho 2022.
    """
    return torch.cos(time * math.pi / 2), torch.sin(time * math.pi / 2)


@dataclass(frozen=True)
class DenoiserConfig:
    """Dimensions: of the vectors, of the hidden layers, and how many residual blocks."""

    size: int = 512
    width: int = 512
    blocks: int = 4


class Denoiser(nn.Module):
    """Predicts the velocity v = alpha * noise - sigma * x of a noisy vector alpha * x + sigma * noise.

    An untrained one says 0, which is right for standard normal vectors (Salimans and Ho 2022); what it learns is in
    what the vectors differ from that.

    Shape:
        noisy: (N, size), time: (N,) -> (N, size).
    """

    def __init__(self, config: DenoiserConfig, dropout: float = 0.0) -> None:
        super().__init__()
        self.config = config
        self.inward = nn.Linear(config.size, config.width)
        self.blocks = nn.ModuleList(_Block(config.width, dropout) for _ in range(config.blocks))
        self.outward = nn.Linear(config.width, config.size)
        nn.init.zeros_(self.outward.weight)
        nn.init.zeros_(self.outward.bias)

    def forward(self, noisy: Tensor, time: Tensor) -> Tensor:
        """See the class."""
        clock = _clock(time, self.config.width)
        hidden = self.inward(noisy)
        for block in self.blocks:
            hidden = block(hidden, clock)
        velocity: Tensor = self.outward(nn.functional.silu(hidden))
        return velocity


class _Block(nn.Module):
    """Residual, its hidden layer shifted by the time."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.first, self.time, self.second = (nn.Linear(width, width) for _ in range(3))
        self.dropout = nn.Dropout(dropout)

    def forward(self, hidden: Tensor, clock: Tensor) -> Tensor:
        inner = nn.functional.silu(self.first(self.norm(hidden)) + self.time(clock))
        mended: Tensor = hidden + self.second(self.dropout(inner))
        return mended


def _clock(time: Tensor, width: int) -> Tensor:
    """(N, width) sines and cosines of times in 0..1 (Vaswani et al. 2017)."""
    speeds = torch.exp(torch.linspace(0, math.log(1000.0), width // 2)).to(time)
    angles = time[:, None] * speeds
    return torch.cat([angles.sin(), angles.cos()], 1)


def denoising_loss(velocity: Velocity, clean: Tensor, noise: Tensor, time: Tensor) -> Tensor:
    """Mean squared error of the velocity; 1 for what knows nothing but that the vectors have unit variance.

    Args:
        velocity: the denoiser.
        clean, noise: (N, D).
        time: (N,) in 0..1.
    """
    alpha, sigma = (share[:, None] for share in schedule(time))
    wanted = alpha * noise - sigma * clean
    return (velocity(alpha * clean + sigma * noise, time) - wanted).square().mean()


@torch.no_grad()
def ddim(
    velocity: Velocity,
    start: Tensor,
    steps: int = 50,
    guide: Callable[[Tensor, float], Tensor] | None = None,
) -> Tensor:
    """Vectors from noise, without any further noise on the way (DDIM: Song, Meng and Ermon 2021, eta = 0).

    Args:
        velocity: the denoiser.
        start: (N, D) standard normal.
        steps: how often it is asked.
        guide: takes the clean vectors (N, D) that a step expects and sigma, gives those that it should expect.
    """
    noisy = start
    times = torch.linspace(1, 0, steps + 1, dtype=torch.float64).to(start)
    for now, later in pairwise(times):
        alpha, sigma = schedule(now)
        clean = alpha * noisy - sigma * velocity(noisy, now.expand(len(noisy)))
        if guide is not None:
            clean = guide(clean, float(sigma))
        noise = (noisy - alpha * clean) / sigma
        alpha, sigma = schedule(later)
        noisy = alpha * clean + sigma * noise
    return noisy


def save_denoiser(model: Denoiser, path: Path, notes: dict[str, str]) -> None:
    """Write the weights in half precision, `notes` as further metadata.

    Raises:
        OutputError: the file cannot be written.
    """
    write_tensors(model, path, {"format": FORMAT, "config": json.dumps(asdict(model.config)), **notes})


def load_denoiser(path: Path) -> tuple[Denoiser, dict[str, str]]:
    """A denoiser in evaluation mode, and the file's metadata.

    Raises:
        WeightsMismatch: not such a file, or its tensors do not fit its configuration.
    """
    metadata, tensors = read_tensors(path, FORMAT)
    try:
        model = Denoiser(DenoiserConfig(**json.loads(metadata["config"])))
    except (KeyError, TypeError, ValueError) as error:
        raise WeightsMismatch(f"{path}: its configuration cannot be read ({error})") from error
    check_fit(model, tensors, str(path))
    model.load_state_dict(tensors)
    return model.eval(), metadata
