"""Tokens of a face behind the token of a key: what the translator and the restorer have in common (paper Figure 6b)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rofi.model.config import KEY_SIZE, ModelConfig
from rofi.model.feature_extractor import FeatureExtractor
from rofi.model.transformer import TransformerBlock, from_tokens, to_tokens


class KeyConditionedTransformer(nn.Module):
    """Feature extractor, a prepended key token, transformer blocks, the feature map again.

    Args:
        config: dimensions.
        images: how many aligned faces come in.
        mode_tokens: learned tokens put before the key's, to tell the network its mode.

    Shape:
        faces: (N, 3 * images, V, V) in [-1, 1]; key: (N, 512) -> (N, channels, V / 8, V / 8).
    """

    def __init__(self, config: ModelConfig, images: int, mode_tokens: int = 0) -> None:
        super().__init__()
        self.extractor = FeatureExtractor(images, config.channels)
        self.key_embedding = nn.Linear(KEY_SIZE, config.channels)
        self.mode = nn.Parameter(0.02 * torch.randn(mode_tokens, config.channels))
        self.position = nn.Parameter(0.02 * torch.randn(1, config.channels, config.grid, config.grid))
        self.blocks = nn.Sequential(
            *(TransformerBlock(config.channels, config.heads) for _ in range(config.translator_blocks))
        )

    def forward(self, faces: Tensor, key: Tensor) -> Tensor:
        features = self.extractor(faces)
        size: tuple[int, int] = (features.shape[-2], features.shape[-1])
        tokens = to_tokens(features + self.position_for(size))
        prefix = torch.cat([self.mode.expand(len(key), -1, -1), self.key_embedding(key).unsqueeze(1)], dim=1)
        tokens = self.blocks(torch.cat([prefix, tokens], dim=1))
        return from_tokens(tokens[:, prefix.shape[1] :], size)

    def position_for(self, size: tuple[int, int]) -> Tensor:
        """Position code of a feature map of `size`: interpolated, so that other views share the weights."""
        if self.position.shape[-2:] == size:
            return self.position
        return F.interpolate(self.position, size=size, mode="bilinear", align_corners=False)
