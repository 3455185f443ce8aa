"""Tokens and the transformer block that translator, restorer and DA-Former share (paper section 4.1, reference 120)."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


def to_tokens(features: Tensor) -> Tensor:
    """(N, C, H, W) feature map to (N, H * W, C) tokens."""
    return features.flatten(2).transpose(1, 2)


def from_tokens(tokens: Tensor, size: tuple[int, int]) -> Tensor:
    """(N, H * W, C) tokens back to the (N, C, H, W) feature map of `size` = (H, W)."""
    return tokens.transpose(1, 2).reshape(len(tokens), -1, *size)


class TransformerBlock(nn.Module):
    """Pre-norm self-attention and a four times wider feed-forward layer, each with a skip connection.

    Args:
        channels: width of a token.
        heads: attention heads; divides `channels`.

    Shape:
        tokens: (N, T, channels) -> the same.
    """

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.attention_norm = nn.LayerNorm(channels)
        self.query_key_value = nn.Linear(channels, 3 * channels)
        self.attention_out = nn.Linear(channels, channels)
        self.feed_forward = nn.Sequential(
            nn.LayerNorm(channels),
            nn.Linear(channels, 4 * channels),
            nn.GELU(),
            nn.Linear(4 * channels, channels),
        )

    def attend(self, tokens: Tensor) -> Tensor:
        qkv = self.query_key_value(self.attention_norm(tokens)).unflatten(2, (3, self.heads, -1))
        query, key, value = qkv.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(query, key, value)
        out: Tensor = self.attention_out(mixed.transpose(1, 2).flatten(2))
        return out

    def forward(self, tokens: Tensor) -> Tensor:
        tokens = tokens + self.attend(tokens)
        out: Tensor = tokens + self.feed_forward(tokens)
        return out
