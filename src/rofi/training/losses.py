"""The learning objectives, paper section 4.3, equations (2) to (7)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from rofi.model.discriminator import Realness


def dissimilar(embeddings: Sequence[Tensor], originals: Sequence[Tensor], floor: float = 0.0) -> Tensor:
    """Equations (2) and (5): mean cosine between a changed face and its original, over several recognisers.

    Each recogniser: (N, d) of unit length. Below `floor` there is nothing to win; two strangers are at 0, and a floor
    below that carries further over to recognisers that are not in the loss.
    """
    cosines = torch.stack([(a * b).sum(1) for a, b in zip(embeddings, originals, strict=True)])
    return F.relu(cosines - floor).mean()


def similar(embeddings: Sequence[Tensor], originals: Sequence[Tensor]) -> Tensor:
    """Equation (3): one minus the mean cosine between the restored face and its original; arguments as above."""
    return torch.stack([1 - (a * b).sum(1) for a, b in zip(embeddings, originals, strict=True)]).mean()


def discriminator_loss(real: Realness, fakes: Sequence[Realness]) -> Tensor:
    """Hinge loss of the discriminator, equation (6): local over patches, global over the pooled score."""
    loss = F.relu(1 - real.patches).mean() + F.relu(1 - real.whole).mean()
    for fake in fakes:
        loss = loss + (F.relu(1 + fake.patches).mean() + F.relu(1 + fake.whole).mean()) / len(fakes)
    return loss


def generator_loss(fakes: Sequence[Realness]) -> Tensor:
    """Hinge loss of the generator, equation (6)."""
    return torch.stack([-fake.patches.mean() - fake.whole.mean() for fake in fakes]).mean()


def roughness(change: Tensor) -> Tensor:
    """Mean absolute step between neighbouring pixels of a change (N, 3, H, W): total variation (Rudin et al. 1992).

    Identity losses alone paint fine patterns that deceive their own recognisers and nobody else; a change that must be
    smooth has to reshape and shade the face instead.
    """
    return change.diff(dim=-1).abs().mean() + change.diff(dim=-2).abs().mean()
