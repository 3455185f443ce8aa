"""The sign detector's training loop: region-score-max on healthy / diseased labels (paper section 4.2)."""

from __future__ import annotations

import time
from pathlib import Path

import torch
import torch.nn.functional as F
from lightning_fabric import Fabric
from torch import Tensor

from rofi.errors import TrainingError
from rofi.evaluation.sign_detection import auroc
from rofi.model.detector_weights import save_detector
from rofi.model.sign_detector import SignDetector
from rofi.training.fabric import make_fabric
from rofi.training.monitor import MOST_PICTURES, Monitor
from rofi.training.signs.config import SignTrainingConfig
from rofi.training.signs.dataset import LabelledFace, SignDataset, to_input
from rofi.training.signs.faces import SignFaces
from rofi.training.signs.pictures import sign_maps
from rofi.training.signs.pooling import ImageScorer
from rofi.training.step_loop import StepLoop

BEST = "sign_detector.safetensors"
"""The weights with the highest AUROC on the selection set."""


class SignTrainer(StepLoop):
    """Trains a detector.

    Args:
        detector: trained in place.
        config: of the run.
        train, selection: aligned faces; the selection set is never trained on.
        out: folder of the run; one with a checkpoint is gone on with.
        fabric: see `make_fabric`; by default one device of whatever kind there is.

    Raises:
        TrainingError: a set without healthy or without diseased faces or of another view, a detector of another width,
            or a checkpoint that does not fit.
    """

    def __init__(
        self,
        detector: SignDetector,
        config: SignTrainingConfig,
        train: SignFaces,
        selection: SignFaces,
        out: Path,
        fabric: Fabric | None = None,
    ) -> None:
        if detector.width != config.detector_width:
            raise TrainingError(
                f"a detector of width {detector.width}, the run is of {config.detector_width}: change one"
            )
        for name, faces in (("train", train), ("selection", selection)):
            if faces.view != config.view:
                raise TrainingError(f"{name}: faces aligned to {faces.view} px, the run is of {config.view}")
            if set(faces.labels[faces.usable]) != {0, 1}:
                raise TrainingError(f"{name}: both healthy and diseased faces are needed; add photographs")
        super().__init__(config, out, fabric or make_fabric())
        self.config, self.detector = config, detector
        self.samples: SignDataset = SignDataset(train, config, self.fabric.world_size)
        self.weights = self.samples.weights
        self.selection = selection
        self.scorer = ImageScorer(detector, config.pooling, config.top_share, config.sharpness)
        if self.fabric.device.type == "cpu":  # where convolutions are quicker in this layout
            self.scorer.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.module, self.optimizer = self.fabric.setup(self.scorer, self._adamw(self.scorer, config.learning_rate))
        self.module.train()
        self.take_up(scorer=self.module, optimizer=self.optimizer)

    def _step(self, batch: LabelledFace, monitor: Monitor | None) -> None:
        config, progress = self.config, self.progress
        start = time.monotonic()
        rate = config.rate(progress.step)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        with self._precision():
            logits = self.module(to_input(batch["face"]), config.begun(progress.step))
        loss = F.binary_cross_entropy_with_logits(logits, batch["diseased"])
        self.optimizer.zero_grad(set_to_none=True)
        self.fabric.backward(loss)
        self.fabric.clip_gradients(self.module, self.optimizer, max_norm=1.0)
        self.optimizer.step()
        progress.step += 1
        if monitor is not None:
            right = ((logits.detach() > 0) == (batch["diseased"] > 0)).float().mean()
            values = {"loss": float(loss.detach()), "right": float(right), "rate": rate}
            monitor.scalars("train", progress.step, {**values, "seconds": time.monotonic() - start})

    def _select(self, monitor: Monitor | None) -> None:
        """Keep the weights of the highest AUROC; the first process does it alone."""
        if not self.fabric.is_global_zero:
            return
        progress = self.progress
        labels = torch.from_numpy(self.selection.labels[self.selection.usable]).float()
        logits, shown = self._look()
        values = {
            "auroc": auroc(logits[labels == 1], logits[labels == 0]),
            "loss": float(F.binary_cross_entropy_with_logits(logits, labels)),
            "false_alarms": float((logits[labels == 0] > 0).float().mean()),
            "found": float((logits[labels == 1] > 0).float().mean()),
        }
        progress.history.append({"step": progress.step, **values})
        if monitor is not None:
            monitor.scalars("selection", progress.step, values)
            if progress.step % self.config.picture_every == 0:
                monitor.picture("signs", progress.step, shown)
        if 1 - values["auroc"] < progress.best:
            progress.best = 1 - values["auroc"]
            notes = {"training": self.config.to_json(), "step": str(progress.step), "auroc": f"{values['auroc']:.4f}"}
            save_detector(self.detector, self.out / BEST, notes)

    @torch.no_grad()
    def _look(self) -> tuple[Tensor, Tensor]:
        """The logits of the whole selection set, and the sign maps of some diseased faces of it."""
        faces, batch, device = self.selection, self.config.batch, self.fabric.device
        self.scorer.eval()  # not `module`: DDP's wrapper would wait for the other processes
        logits = []
        for start in range(0, len(faces.usable), batch):
            views = torch.from_numpy(faces.views[faces.usable[start : start + batch]]).to(device)
            with self._precision():
                logits.append(self.scorer(to_input(views)).cpu())
        diseased = (faces.labels == 1).nonzero()[0]
        few = diseased[:: max(1, len(diseased) // MOST_PICTURES)][:MOST_PICTURES]
        views = to_input(torch.from_numpy(faces.views[few]).to(device))
        with self._precision():
            shown = sign_maps(views, self.detector(views))
        self.scorer.train()
        return torch.cat(logits), shown
