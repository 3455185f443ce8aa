"""One decoder for every file, learnt without any key: the attack on the secret rotation itself.

Whatever one key unmixes in windows of one layout is a linear map of the coefficients received there. So besides one key
vector (`universal_key`) the map is learnt: the best linear one within a block, the best linear one of the whole window,
and a convolutional network over blocks, each from the attacker's own pairs of protected and original, made under many
keys. Each is learnt twice, from all coefficients and from the visible ones alone: what the hidden ones add is what the
rotation leaks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.linalg
import torch
from sklearn.linear_model import Ridge
from torch import Tensor, nn

from rofi.errors import RofiError
from rofi.evaluation.attacks.coefficient_grid import CoefficientGrid, centred
from rofi.model.dct import COEFFICIENTS

Decoder = Callable[[Tensor], Tensor]
"""(192, H, W) received coefficients to as many of the original."""

_RIDGES = (1e-4, 1e-2, 1.0, 1e2)
"""Of the window's operator, relative to the mean energy of a photograph; chosen on a fifth of the photographs."""


@dataclass(frozen=True, eq=False)
class Whitening:
    """Means and deviations of coefficients over the attacker's photographs, (192,) each."""

    received_mean: Tensor
    received_deviation: Tensor
    mean: Tensor
    deviation: Tensor

    @classmethod
    def of(cls, grids: Sequence[CoefficientGrid]) -> Whitening:
        """Over the hidden blocks.

        Raises:
            RofiError: no block is hidden.
        """
        received = torch.cat([grid.received[:, grid.hidden] for grid in grids], 1) if grids else torch.zeros(192, 0)
        original = torch.cat([grid.original[:, grid.hidden] for grid in grids], 1) if grids else torch.zeros(192, 0)
        if received.shape[1] < 2:
            raise RofiError(f"{received.shape[1]} hidden blocks in {len(grids)} files: a decoder cannot be learnt")
        return cls(received.mean(1), received.std(1).clamp(min=1e-6), original.mean(1), original.std(1).clamp(min=1e-6))

    def input(self, received: Tensor, shown: Tensor) -> Tensor:
        """Whitened (192, H, W), 0 in the coefficients not `shown` (192,) to the attacker."""
        whitened = (received - self.received_mean[:, None, None]) / self.received_deviation[:, None, None]
        return whitened * shown[:, None, None]

    def target(self, original: Tensor) -> Tensor:
        """Whitened (192, H, W)."""
        return (original - self.mean[:, None, None]) / self.deviation[:, None, None]

    def output(self, estimate: Tensor) -> Tensor:
        """The inverse of `target`."""
        return estimate * self.deviation[:, None, None] + self.mean[:, None, None]


def fit_block_operator(grids: Sequence[CoefficientGrid], shown: Tensor) -> Decoder:
    """The best linear map of a block's received coefficients to its original ones (ridge regression).

    Args:
        grids: of the attacker's photographs.
        shown: (192,) bool, the coefficients that may be used.
    """
    whitening = Whitening.of(grids)
    operator = _block_operator(grids, shown, whitening)

    def decode(coefficients: Tensor) -> Tensor:
        return whitening.output(torch.tensordot(operator, whitening.input(coefficients, shown), 1))

    return decode


def _block_operator(
    grids: Sequence[CoefficientGrid], shown: Tensor, whitening: Whitening, most_blocks: int = 60_000
) -> Tensor:
    """(192, 192) on whitened coefficients, learnt from at most so many blocks, spread over the photographs."""
    received = torch.cat([whitening.input(grid.received, shown)[:, grid.hidden] for grid in grids], 1).T
    original = torch.cat([whitening.target(grid.original)[:, grid.hidden] for grid in grids], 1).T
    stride = max(1, -(-len(received) // most_blocks))
    model = Ridge(alpha=1.0, fit_intercept=False).fit(received[::stride].numpy(), original[::stride].numpy())
    return torch.from_numpy(np.asarray(model.coef_, np.float32))


def fit_window_operator(grids: Sequence[CoefficientGrid], shown: Tensor, side: int = 40) -> Decoder:
    """The best linear map of all received coefficients in the window's middle to the original's (ridge, in the dual).

    Args:
        grids: of the attacker's photographs, at least five.
        shown: (192,) bool, the coefficients that may be used.
        side: blocks of the middle each way; beyond them the estimate is the attacker's mean.

    Raises:
        RofiError: fewer than five photographs.
    """
    if len(grids) < 5:
        raise RofiError(f"{len(grids)} files: an operator of the whole window is learnt from 5 or more")
    whitening = Whitening.of(grids)
    middles = [grid.middle(side) for grid in grids]
    received = torch.stack([whitening.input(grid.received, shown).flatten() for grid in middles])
    original = torch.stack([(whitening.target(grid.original) * grid.hidden).flatten() for grid in middles])
    mean = original.mean(0)
    original = original - mean
    gram = (received @ received.T).double().numpy()
    energy = float(np.trace(gram)) / len(gram)
    learnt = len(grids) - len(grids) // 5

    def weights(products: np.ndarray, among: int, ridge: float) -> Tensor:
        """How much of each of the attacker's first `among` originals an estimate is made of."""
        inner = gram[:among, :among] + max(ridge * energy, 1e-9) * np.eye(among)
        return torch.from_numpy(scipy.linalg.solve(inner, products.T, assume_a="pos").T).float()

    def error(ridge: float) -> float:
        estimate = weights(gram[learnt:, :learnt], learnt, ridge) @ original[:learnt]
        return float((estimate - original[learnt:]).square().sum())

    best = min(_RIDGES, key=error)

    def decode(coefficients: Tensor) -> Tensor:
        inside = whitening.input(centred(coefficients, side, side), shown).flatten()
        products = (received @ inside).double().numpy()[None]
        estimate = (weights(products, len(grids), best) @ original + mean).view(COEFFICIENTS, side, side)
        return whitening.output(centred(estimate, *coefficients.shape[1:]))

    return decode


class BlockNetwork(nn.Module):
    """A linear operator of a block, and three 3x3 convolutions over the grid of blocks that add to it.

    The convolutions start by adding nothing, so that the network starts as good as the operator.

    Args:
        operator: (192, 192) that it starts from.
        width: channels of the convolutions.

    Shape:
        whitened coefficients: (N, 192, H, W) -> the same.
    """

    def __init__(self, operator: Tensor, width: int = 128) -> None:
        super().__init__()
        self.linear = nn.Conv2d(COEFFICIENTS, COEFFICIENTS, 1, bias=False)
        self.linear.weight = nn.Parameter(operator[:, :, None, None].clone())
        last = nn.Conv2d(width, COEFFICIENTS, 3, padding=1)
        nn.init.zeros_(last.weight)
        self.body = nn.Sequential(
            nn.Conv2d(COEFFICIENTS, width, 3, padding=1),
            nn.GELU(),
            nn.Conv2d(width, width, 3, padding=1),
            nn.GELU(),
            last,
        )

    def forward(self, coefficients: Tensor) -> Tensor:
        out: Tensor = self.linear(coefficients) + self.body(coefficients)
        return out


def fit_block_network(
    grids: Sequence[CoefficientGrid],
    shown: Tensor,
    steps: int,
    batch: int = 4,
    side: int = 24,
    rate: float = 1e-3,
    seed: int = 0,
    progress: Callable[[str], None] = lambda doing: None,
) -> Decoder:
    """A network over blocks and their neighbours, by AdamW on random windows of `side` x `side` blocks.

    Args:
        grids: of the attacker's photographs.
        shown: (192,) bool, the coefficients that may be used.
        steps: of the optimiser, on `batch` windows each.
        rate: the highest; it rises and falls (one cycle).
        seed: of weights and drawing.
        progress: told of every twentieth step.
    """
    whitening = Whitening.of(grids)
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = BlockNetwork(_block_operator(grids, shown, whitening))
    optimiser = torch.optim.AdamW(network.parameters(), rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=max(steps, 1))
    for step in range(steps):
        if step % 20 == 0:
            progress(f"shared decoder: step {step} of {steps}")
        chosen = torch.randint(len(grids), (batch,), generator=generator).tolist()
        windows = [_cut(grids[number], side, generator) for number in chosen]
        received = torch.stack([whitening.input(window.received, shown) for window in windows])
        original = torch.stack([whitening.target(window.original) for window in windows])
        hidden = torch.stack([window.hidden for window in windows])[:, None].float()
        loss = ((network(received) - original).square() * hidden).sum() / (hidden.sum() * COEFFICIENTS).clamp(min=1)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    network.eval()

    @torch.no_grad()
    def decode(coefficients: Tensor) -> Tensor:
        return whitening.output(network(whitening.input(coefficients, shown)[None])[0])

    return decode


def _cut(grid: CoefficientGrid, side: int, generator: torch.Generator) -> CoefficientGrid:
    """A random part of `side` x `side` blocks."""
    rows, columns = grid.hidden.shape
    if rows < side or columns < side:
        return grid.middle(side)
    top = int(torch.randint(rows - side + 1, (), generator=generator))
    left = int(torch.randint(columns - side + 1, (), generator=generator))
    place = (slice(top, top + side), slice(left, left + side))
    return CoefficientGrid(grid.received[:, *place], grid.original[:, *place], grid.hidden[place])
