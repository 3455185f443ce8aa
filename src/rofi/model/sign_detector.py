"""Ophthalmic Sign Detector (paper section 4.2, Figure 8): ResNet-50's first stages and a score per region."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Bottleneck(nn.Module):
    """ResNet-50's block: 1x1, 3x3 (strided), 1x1 with four times the width (He et al. 2016).

    Shape:
        (N, inputs, H, W) -> (N, 4 * width, H / stride, W / stride).
    """

    def __init__(self, inputs: int, width: int, stride: int = 1) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, width, 1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
            nn.Conv2d(width, width, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
            nn.Conv2d(width, 4 * width, 1, bias=False),
            nn.BatchNorm2d(4 * width),
        )
        self.skip: nn.Module = nn.Identity()
        if stride != 1 or inputs != 4 * width:
            self.skip = nn.Sequential(
                nn.Conv2d(inputs, 4 * width, 1, stride=stride, bias=False), nn.BatchNorm2d(4 * width)
            )

    def forward(self, features: Tensor) -> Tensor:
        out: Tensor = self.body(features)
        return out.add_(self.skip(features)).relu_()  # in place, here and above: half of a step is moving memory


class SignDetector(nn.Module):
    """Scores every region of a face for signs of eye disease; learns from healthy / diseased labels alone.

    Conv1, Res1 (three blocks) and Res2 (four blocks) of ResNet-50, stride 8, then a linear layer and a sigmoid.

    Args:
        width: channels of the first convolution; ResNet-50 has 64, hence 512 feature channels.

    Shape:
        face: (N, 3, V, V) in [0, 1] -> scores (N, 1, V / 8, V / 8) in (0, 1).

    Buffer `evidence_offset` (2,): pixels, x and y, from the middle of a region to what its score is about. Labels alone
    do not bind a score to its place, a network may as well answer a region further down; measured after training
    (`rofi.training.signs.evidence`).
    """

    evidence_offset: Tensor

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        self.width = width
        self.register_buffer("evidence_offset", torch.zeros(2))
        self.channels = 8 * width
        self.extractor = nn.Sequential(
            nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(3, stride=2, padding=1),
            Bottleneck(width, width),
            *(Bottleneck(4 * width, width) for _ in range(2)),
            Bottleneck(4 * width, 2 * width, stride=2),
            *(Bottleneck(8 * width, 2 * width) for _ in range(3)),
        )
        self.scorer = nn.Conv2d(self.channels, 1, 1)

    def features(self, face: Tensor) -> Tensor:
        """(N, 8 * width, V / 8, V / 8) features, those that are substituted in the sign regions."""
        out: Tensor = self.extractor(face * 2 - 1)
        return out

    def logits(self, face: Tensor) -> Tensor:
        """(N, 1, V / 8, V / 8) scores before the sigmoid: what losses should work on."""
        out: Tensor = self.scorer(self.features(face))
        return out

    def forward(self, face: Tensor) -> Tensor:
        return torch.sigmoid(self.logits(face))

    def sign_map(self, face: Tensor) -> Tensor:
        """(N, 1, V, V) the scores at the pixels that they are about, interpolated bilinearly."""
        scores = self(face)
        return enlarge(scores, (face.shape[-2], face.shape[-1]), self.evidence_offset)

    @staticmethod
    def image_score(scores: Tensor) -> Tensor:
        """Region-score-max: the image is as diseased as its most diseased region (paper equation 1); (N,)."""
        return scores.flatten(1).amax(1)


def enlarge(scores: Tensor, size: tuple[int, int], offset: Tensor) -> Tensor:
    """Scores of regions at the pixels of the face.

    Args:
        scores: (N, 1, h, w).
        size: height and width of the face.
        offset: (2,) pixels, x and y, from the middle of a region to the pixels that have its score.

    Returns:
        (N, 1, *size) float32.
    """
    places = []
    for extent, shift in zip(size, offset.float().flip(0), strict=True):
        pixels = torch.arange(extent, dtype=torch.float32, device=scores.device) + 0.5 - shift
        places.append(2 * pixels / extent - 1)
    rows, columns = torch.meshgrid(*places, indexing="ij")
    grid = torch.stack([columns, rows], -1).expand(len(scores), -1, -1, -1)
    return F.grid_sample(scores.float(), grid, mode="bilinear", padding_mode="border", align_corners=False)
