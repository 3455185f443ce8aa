"""The training loop: one process, several GPUs or several machines by Lightning Fabric; resumable to the step."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import nn

from rofi.errors import TrainingError
from rofi.faces.skin_tone import CHEEK_POINTS, typology_angles
from rofi.model.discriminator import PatchDiscriminator
from rofi.model.network import Rofi
from rofi.model.weights import save_weights
from rofi.training.augmentation import augment
from rofi.training.balance import sampling_weights
from rofi.training.checkpoint import BEST
from rofi.training.config import TrainingConfig
from rofi.training.dataset import ProtectionDataset, Sample
from rofi.training.fabric import make_fabric
from rofi.training.faces import TrainingFaces
from rofi.training.losses import discriminator_loss
from rofi.training.monitor import Monitor
from rofi.training.objective import Objective
from rofi.training.projected_discriminator import ProjectedDiscriminator
from rofi.training.round_trip import RoundTrip, Trip
from rofi.training.selection import evaluate
from rofi.training.step_loop import StepLoop

PORTRAITS = 256
"""Persons whose portraits tell what all portraits have in common."""


def _discriminator(config: TrainingConfig, networks: Path | None) -> nn.Module:
    if config.discriminator == "projected":
        return ProjectedDiscriminator(config.discriminator_width, networks)
    return PatchDiscriminator(config.discriminator_width)


class Trainer(StepLoop):
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
        super().__init__(config, out, fabric or make_fabric())
        self.config, self.model = config, model
        self.samples = ProtectionDataset(train, model.person, model.person_prior, config.jitter, config.seed)
        self.selection = ProtectionDataset(
            selection, model.person, model.person_prior, (0, 0, 0), config.seed + 1, flips=False, lesions=False
        )
        if len(self.samples) < config.batch or not len(self.selection):
            raise TrainingError(
                f"{len(self.samples)} training and {len(self.selection)} selection faces are usable: "
                f"at least a batch of {config.batch} and one are needed; add photographs"
            )
        cheeks = np.asarray(train.meshes[:, CHEEK_POINTS, :2])
        self.weights = sampling_weights(typology_angles(train.views, cheeks)[self.samples.indices])
        self.objective = Objective(config, networks)
        self.fabric.to_device(self.objective)
        if config.losses.person_identity:
            self.objective.compare_to(self.samples.portraits(PORTRAITS).to(self.fabric.device))
        trip = RoundTrip(model)
        discriminator = _discriminator(config, networks)
        if self.fabric.device.type == "cpu":  # where convolutions are quicker in this layout
            for module in (trip, discriminator):
                module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.bare_trip = trip
        self.trip, self.optimizer = self.fabric.setup(trip, self._adamw(trip, config.learning_rate))
        self.discriminator, self.discriminator_optimizer = self.fabric.setup(
            discriminator, self._adamw(discriminator, config.discriminator_rate)
        )
        self.run_trip = torch.compile(self.trip) if config.compile else self.trip
        self.take_up(
            trip=self.trip,
            discriminator=self.discriminator,
            optimizer=self.optimizer,
            discriminator_optimizer=self.discriminator_optimizer,
        )

    def _step(self, batch: Sample, monitor: Monitor | None) -> None:
        """One update of the discriminator and one of the model."""
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

    def _train_discriminator(self, batch: Sample, trip: Trip, generator: torch.Generator) -> float:
        """Update the discriminator; its loss."""
        fakes = [fake.detach() for fake in (trip.protected, trip.restored, trip.wrong) if fake is not None]
        with self._precision():
            real = self.discriminator(augment(batch["moved"], generator))  # an outline moved must not give a fake away
            scores = [self.discriminator(augment(fake, generator)) for fake in fakes]
            loss = discriminator_loss(real, scores)
        self.discriminator_optimizer.zero_grad(set_to_none=True)
        self.fabric.backward(loss)
        self.discriminator_optimizer.step()
        return float(loss.detach())

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
