"""Which faces a training step sees: a pure function of seed, step and process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Sampler

_STREAM = 1
"""Keeps the draws of faces apart from the samples' own random numbers, which come from the same seed."""


class Draw(NamedTuple):
    """A face by its number, and which of its endless variations (augmentation and keys)."""

    item: int
    variation: int


class StepSampler(Sampler[list[Draw]]):
    """One batch of draws per step, with replacement; a resumed run goes on with the draws of an uninterrupted one.

    Args:
        weights: (N,) how often each face is drawn, relative to the others.
        batch: draws per step and process.
        seed: of the run.
        steps: which steps, such as range(resumed_at, last).
        rank, processes: which process of how many; they draw different batches.
    """

    def __init__(
        self, weights: NDArray[np.float64], batch: int, seed: int, steps: range, rank: int = 0, processes: int = 1
    ) -> None:
        cumulative = np.cumsum(weights)
        self.cumulative = cumulative / cumulative[-1]
        self.batch, self.seed, self.steps = batch, seed, steps
        self.rank, self.processes = rank, processes

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[list[Draw]]:
        for step in self.steps:
            generator = np.random.default_rng((self.seed, step, self.rank, _STREAM))
            items = np.searchsorted(self.cumulative, generator.random(self.batch), side="right")
            first = (step * self.processes + self.rank) * self.batch
            yield [Draw(int(item), first + i) for i, item in enumerate(items)]
