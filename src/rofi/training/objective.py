"""The whole objective, paper equation (7), on the pictures of one round trip."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rofi.errors import TrainingError
from rofi.evaluation.lpips import Lpips
from rofi.model.discriminator import PatchDiscriminator, Realness
from rofi.recognition.crops import CropJitter
from rofi.recognition.network_files import find_network
from rofi.recognition.specs import SPECS
from rofi.recognition.torch_recogniser import TorchRecogniser
from rofi.training.augmentation import augment
from rofi.training.config import TrainingConfig
from rofi.training.dataset import Sample
from rofi.training.losses import dissimilar, generator_loss, roughness, similar
from rofi.training.round_trip import Trip


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

    def identities(self, faces: Tensor, jitter: Tensor) -> list[Tensor]:
        """Embeddings of every recogniser on jittered crops; noise made for one crop does not survive another."""
        return [recogniser(faces, jitter) for recogniser in self.recognisers]

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
        discriminator: PatchDiscriminator | None,
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
        with torch.no_grad():
            originals = self.identities(face, jitter)
        fakes = [trip.protected]
        change = trip.carrier - batch["person"]
        losses = {
            "protected_identity": w.protected_identity
            * dissimilar(self.identities(trip.protected, jitter), originals, w.identity_floor),
            "person_l1": w.person_l1 * change.abs().mean(),
            "person_lpips": w.person_lpips * self.perceptual(trip.carrier, batch["person"]),
            "person_roughness": w.person_roughness * roughness(change),
            "person_colour": w.person_colour * (change - change.mean(1, keepdim=True)).abs().mean(),
        }
        if trip.restored is not None and trip.wrong is not None:
            fakes += [trip.restored, trip.wrong]
            losses |= {
                "restored_identity": w.restored_identity * similar(self.identities(trip.restored, jitter), originals),
                "restored_l1": w.restored_l1 * (trip.restored - face).abs().mean(),
                "restored_lpips": w.restored_lpips * self.perceptual(trip.restored, face),
                "wrong_identity": w.wrong_identity * dissimilar(self.identities(trip.wrong, jitter), originals),
                "wrong_l1": w.person_l1 * (trip.wrong - trip.protected.detach()).abs().mean(),
            }
        if discriminator is not None:
            scores: Sequence[Realness] = [discriminator(augment(fake, generator)) for fake in fakes]
            losses["adversarial"] = w.adversarial * generator_loss(scores)
        return losses
