"""What every training run does around its own step: batches, the clock, evaluations and checkpoints when due."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from lightning_fabric import Fabric
from numpy.typing import NDArray
from torch.optim import AdamW, Optimizer
from torch.utils.data import DataLoader, Dataset

from rofi.training.checkpoint import load_checkpoint, save_checkpoint
from rofi.training.monitor import Monitor
from rofi.training.progress import Progress
from rofi.training.sampler import StepSampler


class RunSettings(Protocol):
    """The settings that every run's configuration has; see `TrainingConfig`."""

    @property
    def steps(self) -> int: ...
    @property
    def seconds(self) -> float: ...
    @property
    def batch(self) -> int: ...
    @property
    def beta1(self) -> float: ...
    @property
    def beta2(self) -> float: ...
    @property
    def weight_decay(self) -> float: ...
    @property
    def precision(self) -> str: ...
    @property
    def evaluate_every(self) -> int: ...
    @property
    def save_every(self) -> int: ...
    @property
    def workers(self) -> int: ...
    @property
    def seed(self) -> int: ...
    def to_json(self) -> str: ...


class StepLoop(ABC):
    """A run of steps that can be interrupted at any and goes on at the next.

    Who inherits sets `samples` (indexed by `Draw`) and `weights` (how often each is drawn), and calls `take_up` when
    all that is trained has been set up.

    Args:
        settings: of the run.
        out: folder of the run.
        fabric: one or several devices.
    """

    samples: Dataset[Any]
    weights: NDArray[np.float64]

    def __init__(self, settings: RunSettings, out: Path, fabric: Fabric) -> None:
        self.settings, self.out, self.fabric = settings, out, fabric
        self.progress = Progress()
        self.state: dict[str, Any] = {}
        fabric.seed_everything(settings.seed, verbose=False)

    def take_up(self, **trained: Any) -> None:
        """Go on from the folder's checkpoint, if it has one.

        Args:
            trained: modules and optimizers of the checkpoint, by name.

        Raises:
            TrainingError: the checkpoint does not fit.
        """
        self.state = {**trained, "progress": self.progress}
        load_checkpoint(self.fabric, self.out, self.state)
        self.progress = self.state["progress"]  # Fabric fills a copy of a dataclass, not the dataclass
        if self.fabric.is_global_zero:
            self.out.mkdir(parents=True, exist_ok=True)
            (self.out / "config.json").write_text(self.settings.to_json())

    def fit(self) -> Progress:
        """Train until the steps or the seconds are used up; saves on the way and at the end."""
        settings, progress = self.settings, self.progress
        monitor = Monitor(self.out, progress.step) if self.fabric.is_global_zero else None
        end = time.monotonic() + settings.seconds if settings.seconds else float("inf")
        try:
            for batch in self._loader():
                self._step(batch, monitor)
                if progress.step % settings.evaluate_every == 0:
                    self._select(monitor)
                if progress.step % settings.save_every == 0:
                    save_checkpoint(self.fabric, self.out, self.state)
                if self._is_over(end):
                    break
            if not progress.history or progress.history[-1]["step"] != progress.step:
                self._select(monitor)
            save_checkpoint(self.fabric, self.out, self.state)
        finally:
            if monitor is not None:
                monitor.close()
        return progress

    @abstractmethod
    def _step(self, batch: Any, monitor: Monitor | None) -> None:
        """One update; counts it in `progress` and notes it."""

    @abstractmethod
    def _select(self, monitor: Monitor | None) -> None:
        """Evaluate on the selection set, note it in `progress` and keep the best weights."""

    def _is_over(self, end: float) -> bool:
        """Whether the time is used up, by the clock of the first process: all must stop at the same step."""
        return bool(self.settings.seconds and self.fabric.broadcast(time.monotonic() >= end))

    def _loader(self) -> Any:
        """A batch for every step from where the run stands to the last."""
        settings, fabric = self.settings, self.fabric
        steps = range(self.progress.step, settings.steps)
        loader = DataLoader(
            self.samples,
            batch_sampler=StepSampler(
                self.weights, settings.batch, settings.seed, steps, fabric.global_rank, fabric.world_size
            ),
            num_workers=settings.workers,
            pin_memory=fabric.device.type == "cuda",
        )
        return fabric.setup_dataloaders(loader, use_distributed_sampler=False)

    def _adamw(self, module: torch.nn.Module, rate: float) -> Optimizer:
        settings = self.settings
        return AdamW(module.parameters(), rate, (settings.beta1, settings.beta2), weight_decay=settings.weight_decay)

    def _precision(self) -> torch.autocast:
        """Autocast around the networks. Not Fabric's own: that casts inputs too, and a key must keep its 32 bits."""
        return torch.autocast(self.fabric.device.type, torch.bfloat16, enabled=self.settings.precision == "bf16-mixed")
