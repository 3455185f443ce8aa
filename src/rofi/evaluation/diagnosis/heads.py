"""Two readers of one feature map: a convolutional one in ResNet-50's stead, and a hybrid ViT in ViT's stead."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rofi.evaluation.diagnosis.targets import OUTPUTS
from rofi.evaluation.diagnosis.vit import EncoderBlock

_DROPPED = 0.3


class ResidualBlock(nn.Module):
    """ResNet's bottleneck block of one width; it starts as the identity.

    Shape:
        (N, width, H, W) -> the same.
    """

    def __init__(self, width: int, narrow: int) -> None:
        super().__init__()
        self.change = nn.Sequential(
            nn.Conv2d(width, narrow, 1, bias=False),
            nn.BatchNorm2d(narrow),
            nn.ReLU(),
            nn.Conv2d(narrow, narrow, 3, padding=1, bias=False),
            nn.BatchNorm2d(narrow),
            nn.ReLU(),
            nn.Conv2d(narrow, width, 1, bias=False),
            nn.BatchNorm2d(width),
        )
        nn.init.zeros_(self.change[-1].weight)  # type: ignore[arg-type]

    def forward(self, features: Tensor) -> Tensor:
        return F.relu(features + self.change(features))


class ConvolutionalHead(nn.Module):
    """Residual bottleneck blocks on the feature map, then its mean and maximum.

    Args:
        channels: of the feature map.
        patch: cells that are taken together at the start, along both.
        width: of the blocks.
        blocks: number of them.

    Shape:
        features: (N, channels, h, w) -> (N, OUTPUTS) logits.
    """

    def __init__(self, channels: int, patch: int = 1, width: int = 128, blocks: int = 2) -> None:
        super().__init__()
        start = nn.Conv2d(channels, width, patch, patch, bias=False)
        self.stem = nn.Sequential(start, nn.BatchNorm2d(width), nn.ReLU())
        self.blocks = nn.Sequential(*(ResidualBlock(width, width // 2) for _ in range(blocks)))
        self.drop = nn.Dropout(_DROPPED)
        self.answer = nn.Linear(2 * width, OUTPUTS)

    def forward(self, features: Tensor) -> Tensor:
        x = self.blocks(self.stem(features))
        logits: Tensor = self.answer(self.drop(torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1)))
        return logits


class HybridViT(nn.Module):
    """A vision transformer on a feature map's cells (Dosovitskiy et al. 2021, section 3.1, "hybrid architecture").

    Args:
        channels: of the feature map.
        cells: h, w of the map.
        patch: cells a token is made of, along both.
        width: of a token, a multiple of `heads`.
        depth: number of transformer blocks.
        heads: of attention.

    Shape:
        features: (N, channels, h, w) -> (N, OUTPUTS) logits.
    """

    def __init__(
        self, channels: int, cells: tuple[int, int], patch: int = 1, width: int = 96, depth: int = 2, heads: int = 4
    ) -> None:
        super().__init__()
        self.embed = nn.Conv2d(channels, width, patch, patch)
        tokens = (cells[0] // patch) * (cells[1] // patch)
        self.cls_token = nn.Parameter(0.02 * torch.randn(1, 1, width))
        self.pos_embed = nn.Parameter(0.02 * torch.randn(1, 1 + tokens, width))
        self.drop = nn.Dropout(_DROPPED / 3)
        self.blocks = nn.Sequential(*(EncoderBlock(width, heads) for _ in range(depth)))
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.answer = nn.Linear(width, OUTPUTS)

    def forward(self, features: Tensor) -> Tensor:
        tokens = self.embed(features).flatten(2).transpose(1, 2)
        tokens = torch.cat([self.cls_token.expand(len(tokens), -1, -1), tokens], 1)
        tokens = self.blocks(self.drop(tokens + self.pos_embed))
        logits: Tensor = self.answer(self.norm(tokens)[:, 0])
        return logits
