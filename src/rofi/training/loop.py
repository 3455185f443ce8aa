"""The training loop: one process, several GPUs or several machines by Lightning Fabric; resumable to the step."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from lightning_fabric import Fabric
from torch.optim import AdamW, Optimizer
from torch.utils.data import DataLoader

from rofi.errors import TrainingError
from rofi.model.discriminator import PatchDiscriminator
from rofi.model.network import Rofi
from rofi.model.weights import save_weights
from rofi.training.augmentation import augment
from rofi.training.balance import sampling_weights, typology_angles
from rofi.training.checkpoint import BEST, load_checkpoint, save_checkpoint
from rofi.training.config import TrainingConfig
from rofi.training.dataset import ProtectionDataset, Sample
from rofi.training.fabric import make_fabric
from rofi.training.faces import TrainingFaces
from rofi.training.losses import discriminator_loss
from rofi.training.monitor import Monitor
from rofi.training.objective import Objective
from rofi.training.round_trip import RoundTrip, Trip
from rofi.training.sampler import StepSampler
from rofi.training.selection import evaluate


@dataclass
class Progress:
    """Where a run stands; part of the checkpoint.

    Attributes:
        step: generator updates so far.
        best: smallest loss on the selection set.
        history: every evaluation on it, with its step.
    """

    step: int = 0
    best: float = float("inf")
    history: list[dict[str, float]] = field(default_factory=list)

    def state_dict(self) -> dict[str, Any]:
        """For the checkpoint."""
        return {"step": self.step, "best": self.best, "history": self.history}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """From the checkpoint."""
        self.step, self.best, self.history = state["step"], state["best"], state["history"]


class Trainer:
    """Trains a model whose person model and residue statistics are fitted.

    Args:
        model: trained in place.
        config: of the run.
        train, selection: aligned faces; the selection set is never trained on.
        out: folder of the run; one with a checkpoint is gone on with.
        networks: folder of the frozen networks.
        fabric: see `make_fabric`; by default one device of whatever kind there is.

    Raises:
        TrainingError: faces of another view than the model's or too few of them, a recogniser that may not serve in a
            loss, a network's file that is missing, or a checkpoint that does not fit.
    """

    def __init__(
        self,
        model: Rofi,
        config: TrainingConfig,
        train: TrainingFaces,
        selection: TrainingFaces,
        out: Path,
        networks: Path | None = None,
        fabric: Fabric | None = None,
    ) -> None:
        for faces in (train, selection):
            if faces.view != model.config.view:
                raise TrainingError(
                    f"faces aligned to {faces.view} px, the model sees {model.config.view}: align again"
                )
        self.config, self.out, self.model = config, out, model
        self.fabric = fabric or make_fabric()
        self.fabric.seed_everything(config.seed, verbose=False)
        self.samples = ProtectionDataset(train, model.person, config.jitter, config.seed)
        self.selection = ProtectionDataset(selection, model.person, (0, 0, 0), config.seed + 1, flips=False, lesions=False)
        if len(self.samples) < config.batch or not len(self.selection):
            raise TrainingError(
                f"{len(self.samples)} training and {len(self.selection)} selection faces are usable: "
                f"at least a batch of {config.batch} and one are needed; add photographs"
            )
        self.weights = sampling_weights(typology_angles(train)[self.samples.indices])
        self.objective = Objective(config, networks)
        self.fabric.to_device(self.objective)
        trip = RoundTrip(model)
        discriminator = PatchDiscriminator(config.discriminator_width)
        if self.fabric.device.type == "cpu":  # where convolutions are quicker in this layout
            for module in (trip, discriminator):
                module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.bare_trip = trip
        self.trip, self.optimizer = self.fabric.setup(trip, self._adamw(trip, config.learning_rate))
        self.discriminator, self.discriminator_optimizer = self.fabric.setup(
            discriminator, self._adamw(discriminator, config.discriminator_rate)
        )
        self.run_trip = torch.compile(self.trip) if config.compile else self.trip
        self.progress = Progress()
        self.state: dict[str, Any] = {
            "trip": self.trip,
            "discriminator": self.discriminator,
            "optimizer": self.optimizer,
            "discriminator_optimizer": self.discriminator_optimizer,
            "progress": self.progress,
        }
        load_checkpoint(self.fabric, out, self.state)
        self.progress = self.state["progress"]  # Fabric fills a copy of a dataclass, not the dataclass
        if self.fabric.is_global_zero:
            out.mkdir(parents=True, exist_ok=True)
            (out / "config.json").write_text(config.to_json())

    def _adamw(self, module: torch.nn.Module, rate: float) -> Optimizer:
        config = self.config
        return AdamW(module.parameters(), rate, (config.beta1, config.beta2), weight_decay=config.weight_decay)

    def fit(self) -> Progress:
        """Train until the steps or the seconds are used up; saves on the way and at the end."""
        config, progress = self.config, self.progress
        monitor = Monitor(self.out, progress.step) if self.fabric.is_global_zero else None
        end = time.monotonic() + config.seconds if config.seconds else float("inf")
        try:
            for batch in self._loader():
                self._step(batch, monitor)
                if self._is_over(end):
                    break
            if not progress.history or progress.history[-1]["step"] != progress.step:
                self._select(monitor)
            save_checkpoint(self.fabric, self.out, self.state)
        finally:
            if monitor is not None:
                monitor.close()
        return progress

    def _is_over(self, end: float) -> bool:
        """Whether the time is used up, by the clock of the first process: all must stop at the same step."""
        return bool(self.config.seconds and self.fabric.broadcast(time.monotonic() >= end))

    def _loader(self) -> Any:
        """A batch for every step from where the run stands to the last."""
        config, fabric = self.config, self.fabric
        steps = range(self.progress.step, config.steps)
        loader = DataLoader(
            self.samples,
            batch_sampler=StepSampler(
                self.weights, config.batch, config.seed, steps, fabric.global_rank, fabric.world_size
            ),
            num_workers=config.workers,
            pin_memory=fabric.device.type == "cuda",
        )
        return fabric.setup_dataloaders(loader, use_distributed_sampler=False)

    def _step(self, batch: Sample, monitor: Monitor | None) -> None:
        """One update of the discriminator and one of the model, and what is due after this many steps."""
        config, progress = self.config, self.progress
        start = time.monotonic()
        self._set_rates()
        generator = torch.Generator().manual_seed(config.seed * 1_000_003 + progress.step)
        way_back = progress.step % config.restore_every == 0
        with self._precision():
            trip = self.run_trip(batch, way_back)
        fooling = self._train_discriminator(batch, trip, generator)
        with self._precision():
            losses = self.objective(batch, trip, self.discriminator, generator)
        self.optimizer.zero_grad(set_to_none=True)
        self.fabric.backward(torch.stack(list(losses.values())).sum())
        self.fabric.clip_gradients(self.trip, self.optimizer, max_norm=1.0)
        self.optimizer.step()
        progress.step += 1
        if monitor is not None:
            values = {name: float(value.detach()) for name, value in losses.items()}
            monitor.scalars(
                "train", progress.step, values | {"discriminator": fooling, "seconds": time.monotonic() - start}
            )
            if progress.step % config.picture_every == 0 or progress.step == 1:
                monitor.pictures(progress.step, batch, trip)
        if progress.step % config.evaluate_every == 0:
            self._select(monitor)
        if progress.step % config.save_every == 0:
            save_checkpoint(self.fabric, self.out, self.state)

    def _train_discriminator(self, batch: Sample, trip: Trip, generator: torch.Generator) -> float:
        """Update the discriminator; its loss."""
        fakes = [fake.detach() for fake in (trip.protected, trip.restored, trip.wrong) if fake is not None]
        with self._precision():
            real = self.discriminator(augment(batch["face"], generator))
            scores = [self.discriminator(augment(fake, generator)) for fake in fakes]
            loss = discriminator_loss(real, scores)
        self.discriminator_optimizer.zero_grad(set_to_none=True)
        self.fabric.backward(loss)
        self.discriminator_optimizer.step()
        return float(loss.detach())

    def _precision(self) -> torch.autocast:
        """Autocast around the networks. Not Fabric's own: that casts inputs too, and a key must keep its 32 bits."""
        return torch.autocast(self.fabric.device.type, torch.bfloat16, enabled=self.config.precision == "bf16-mixed")

    def _set_rates(self) -> None:
        """Both learning rates, a tenth of their start after `decay_at` of the steps."""
        config = self.config
        factor = 0.1 if self.progress.step >= config.decay_at * config.steps else 1.0
        for optimizer, rate in (
            (self.optimizer, config.learning_rate),
            (self.discriminator_optimizer, config.discriminator_rate),
        ):
            for group in optimizer.param_groups:
                group["lr"] = rate * factor

    def _select(self, monitor: Monitor | None) -> None:
        """Evaluate on the selection set and keep the weights of the smallest loss; the first process does it alone."""
        if not self.fabric.is_global_zero:
            return
        config, progress = self.config, self.progress
        with self._precision():
            values = evaluate(  # the bare model: DDP's wrapper would wait for the other processes
                self.bare_trip,
                self.objective,
                self.selection,
                config.selection_images,
                config.batch,
                self.fabric.device,
            )
        progress.history.append({"step": progress.step, **values})
        if monitor is not None:
            monitor.scalars("selection", progress.step, values)
        if values["loss"] < progress.best:
            progress.best = values["loss"]
            save_weights(self.model, self.out / BEST, {"training": config.to_json(), "step": str(progress.step)})
