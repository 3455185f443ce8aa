"""The whole objective, paper equation (7), on the pictures of one round trip."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rofi.errors import TrainingError
from rofi.evaluation.lpips import Lpips
from rofi.model.discriminator import Realness
from rofi.recognition.crops import CropJitter, coarsen
from rofi.recognition.network_files import find_network
from rofi.recognition.specs import SPECS
from rofi.recognition.torch_recogniser import TorchRecogniser
from rofi.training.augmentation import augment
from rofi.training.config import TrainingConfig
from rofi.training.dataset import Sample
from rofi.training.losses import dissimilar, generator_loss, roughness, similar
from rofi.training.round_trip import Trip

AT_ONCE = 16
"""Portraits that are embedded at a time."""


class Objective(nn.Module):
    """Frozen networks and the weights of the losses.

    Args:
        config: of the run.
        networks: folder of the recognisers' and LPIPS' files.

    Raises:
        TrainingError: a recogniser is unknown or reserved for evaluation, or a network's file is missing.
    """

    def __init__(self, config: TrainingConfig, networks: Path | None = None) -> None:
        super().__init__()
        self.weights = config.losses
        self.side = config.perceptual_side
        perceives = config.losses.person_lpips or config.losses.restored_lpips
        self.lpips = Lpips(find_network("lpips_alex.safetensors", networks)) if perceives else None
        self.jitter = CropJitter()
        for name in config.recognisers:
            if name not in SPECS or SPECS[name].role != "training":
                raise TrainingError(f"recogniser {name!r} may not serve in a loss: it is unknown or judges the results")
        self.recognisers = nn.ModuleList(TorchRecogniser(SPECS[name], networks) for name in config.recognisers)
        self.averages: list[Tensor] | None = None

    @torch.no_grad()
    def compare_to(self, portraits: Tensor) -> None:
        """What every portrait has in common, for `forward` to take away: who a person is differs from the rest.

        Args:
            portraits: (N, 3, V, V) in [0, 1], of many persons.
        """
        self.averages = [
            torch.cat([recogniser(chunk) for chunk in torch.split(portraits, AT_ONCE)]).mean(0)
            for recogniser in self.recognisers
        ]

    def identities(self, faces: Tensor, jitter: Tensor | None) -> list[Tensor]:
        """Embeddings of every recogniser on jittered crops; noise made for one crop does not survive another."""
        return [recogniser(faces, jitter) for recogniser in self.recognisers]

    @torch.no_grad()
    def persons(self, portraits: Tensor) -> list[Tensor]:
        """Who the keys' persons are: embeddings of their portraits, less what all have in common, of unit length."""
        embeddings = self.identities(portraits, None)
        averages = self.averages or [torch.zeros_like(each[0]) for each in embeddings]
        return [F.normalize(each - average.to(each), dim=1) for each, average in zip(embeddings, averages, strict=True)]

    @staticmethod
    def side_of_crops(view: int, generator: torch.Generator | None) -> int:
        """Pixels that recognisers see of a view: now and then fewer, for what fools at one sharpness only is noise."""
        if generator is None or float(torch.rand((), generator=generator)) < 0.5:
            return view
        return int(view * (0.25 + 0.5 * float(torch.rand((), generator=generator))))

    def perceptual(self, faces: Tensor, references: Tensor) -> Tensor:
        """Mean LPIPS at the configured resolution; 0 where the configuration has no use for it."""
        if self.lpips is None:
            return faces.new_zeros(())
        if faces.shape[-1] > self.side:
            faces, references = (F.interpolate(x, size=self.side, mode="area") for x in (faces, references))
        loss: Tensor = self.lpips(faces, references).mean()
        return loss

    def forward(
        self,
        batch: Sample,
        trip: Trip,
        discriminator: nn.Module | None,
        generator: torch.Generator | None = None,
    ) -> dict[str, Tensor]:
        """Weighted losses by name; their sum is equation (7).

        Args:
            batch: the samples.
            trip: what became of them.
            discriminator: left out when a model is selected, for its scores drift.
            generator: of the crops' jitter and the discriminator's augmentation; None for exact crops.
        """
        face, w = batch["face"], self.weights
        count = len(face)
        exact = torch.eye(2, 3).expand(count, 2, 3)
        jitter = (exact if generator is None else self.jitter.draw(count, generator)).to(face.device)
        side = self.side_of_crops(face.shape[-1], generator)
        with torch.no_grad():
            originals = self.identities(coarsen(face, side), jitter)
        protected = self.identities(coarsen(trip.protected, side), jitter)
        fakes = [trip.protected]
        change = trip.carrier - batch["person"]
        losses = {
            "protected_identity": w.protected_identity * dissimilar(protected, originals, w.identity_floor),
            "person_l1": w.person_l1 * change.abs().mean(),
            "person_lpips": w.person_lpips * self.perceptual(trip.carrier, batch["person"]),
            "person_roughness": w.person_roughness * roughness(change),
            "person_colour": w.person_colour * (change - change.mean(1, keepdim=True)).abs().mean(),
        }
        if w.person_identity:
            losses["person_identity"] = w.person_identity * similar(protected, self.persons(batch["portrait"]))
        if trip.restored is not None and trip.wrong is not None:
            fakes += [trip.restored, trip.wrong]
            with torch.no_grad():
                sharp = originals if side == face.shape[-1] else self.identities(face, jitter)
            losses |= {
                "restored_identity": w.restored_identity * similar(self.identities(trip.restored, jitter), sharp),
                "restored_l1": w.restored_l1 * (trip.restored - face).abs().mean(),
                "restored_lpips": w.restored_lpips * self.perceptual(trip.restored, face),
                "wrong_identity": w.wrong_identity * dissimilar(self.identities(trip.wrong, jitter), sharp),
                "wrong_l1": w.person_l1 * (trip.wrong - trip.protected.detach()).abs().mean(),
            }
        if discriminator is not None:
            scores: Sequence[Realness] = [discriminator(augment(fake, generator)) for fake in fakes]
            losses["adversarial"] = w.adversarial * generator_loss(scores)
        return losses
