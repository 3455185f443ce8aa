"""From the regions' scores to the image's: region-score-max (paper equation 1), how to get there, and softer maxima."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from rofi.model.sign_detector import SignDetector

POOLINGS = ("max", "top", "log-sum-exp")


def pool(logits: Tensor, pooling: str, top_share: float, sharpness: float) -> Tensor:
    """The image's logit; the sigmoid rises, so the maximum of the logits is the logit of the highest score.

    Args:
        logits: (N, 1, h, w) of the regions.
        pooling: "max" is the paper's. "top" is the mean of the highest `top_share` of the regions. "log-sum-exp" is
            the soft maximum of this sharpness.
        top_share: in (0, 1]; at least one region.
        sharpness: r above.

    Returns:
        (N,) float32.
    """
    regions = logits.flatten(1).float()
    if pooling == "top":
        return regions.topk(max(1, round(top_share * regions.shape[1])), dim=1).values.mean(1)
    if pooling == "log-sum-exp":
        return soft_maximum(logits, sharpness)
    return regions.amax(1)


def soft_maximum(logits: Tensor, sharpness: float) -> Tensor:
    """log(mean(exp(r x))) / r over the regions: the mean as r goes to 0, the maximum as r goes to infinity.

    A run starts with it: the bare maximum teaches one region of every image, of an untrained network any, and stays at
    the level of chance for long; the mean teaches all of them (Pinheiro and Collobert 2015).

    Args:
        logits: (N, 1, h, w) of the regions.
        sharpness: r.

    Returns:
        (N,) float32.
    """
    regions = sharpness * logits.flatten(1).float()
    return (torch.logsumexp(regions, dim=1) - math.log(regions.shape[1])) / sharpness


class ImageScorer(nn.Module):
    """A detector and its pooling in one forward call, so that DDP sees one.

    Args:
        detector: trained in place.
        pooling, top_share, sharpness: see `pool`.
    """

    def __init__(self, detector: SignDetector, pooling: str, top_share: float, sharpness: float) -> None:
        super().__init__()
        self.detector = detector
        self.pooling, self.top_share, self.sharpness = pooling, top_share, sharpness

    def forward(self, face: Tensor, begun: float = 1.0) -> Tensor:
        """Logits (N,) of being diseased.

        Args:
            face: (N, 3, V, V) in [0, 1].
            begun: how much of the run's soft start is behind, 0 to 1; below 1 the maximum is soft.
        """
        logits = self.detector.logits(face)
        if begun < 1:
            return soft_maximum(logits, 1 / (1 - begun))
        return pool(logits, self.pooling, self.top_share, self.sharpness)
