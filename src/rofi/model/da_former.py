"""DA-Former (paper section 4.1, Figure 6c)."""

from __future__ import annotations

from torch import Tensor, nn

from rofi.model.transformer import TransformerBlock, from_tokens, to_tokens


class DAFormer(nn.Module):
    """Mends the seams that feature substitution leaves.

    Args:
        channels: width of the feature map and of every token.
        heads: attention heads.
        blocks: number of transformer blocks; the paper uses two.

    Shape:
        features: (N, channels, H, W) -> the same.
    """

    def __init__(self, channels: int = 512, heads: int = 8, blocks: int = 2) -> None:
        super().__init__()
        self.blocks = nn.Sequential(*(TransformerBlock(channels, heads) for _ in range(blocks)))

    def forward(self, features: Tensor) -> Tensor:
        size: tuple[int, int] = (features.shape[-2], features.shape[-1])
        return from_tokens(self.blocks(to_tokens(features)), size)
