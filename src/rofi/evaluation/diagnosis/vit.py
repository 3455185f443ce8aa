"""Vision transformer (Dosovitskiy et al. 2021), the paper's second diagnostic network; parameters named as in timm."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from rofi.errors import WeightsMismatch

_HEAD_WIDTH = 64
_TORCHVISION = (
    (r"^class_token$", "cls_token"),
    (r"^encoder\.pos_embedding$", "pos_embed"),
    (r"^conv_proj\.", "patch_embed.proj."),
    (r"^encoder\.ln\.", "norm."),
    (r"^heads\.head\.", "head."),
    (r"^encoder\.layers\.encoder_layer_(\d+)\.", r"blocks.\1."),
    (r"\.ln_([12])\.", r".norm\1."),
    (r"\.self_attention\.in_proj_(weight|bias)$", r".attn.qkv.\1"),
    (r"\.self_attention\.out_proj\.", ".attn.proj."),
    (r"\.mlp\.(linear_1|0)\.", ".mlp.fc1."),
    (r"\.mlp\.(linear_2|3)\.", ".mlp.fc2."),
)
"""What torchvision calls a parameter, and timm."""


class Attention(nn.Module):
    """Self-attention of several heads.

    Shape:
        tokens: (N, T, width) -> the same.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        count, length, width = tokens.shape
        qkv = self.qkv(tokens).view(count, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        seen = F.scaled_dot_product_attention(qkv[0], qkv[1], qkv[2])
        out: Tensor = self.proj(seen.transpose(1, 2).reshape(count, length, width))
        return out


class Perceptron(nn.Module):
    """Two layers, four times as wide between."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        out: Tensor = self.fc2(F.gelu(self.fc1(tokens)))
        return out


class EncoderBlock(nn.Module):
    """Attention, then a perceptron on each token, both after a normalisation and added to what came in.

    Shape:
        tokens: (N, T, width) -> the same.
    """

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attn = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = Perceptron(width)

    def forward(self, tokens: Tensor) -> Tensor:
        tokens = tokens + self.attn(self.norm1(tokens))
        out: Tensor = tokens + self.mlp(self.norm2(tokens))
        return out


class PatchEmbedding(nn.Module):
    """(N, 3, H, W) -> (N, H / patch * W / patch, width)."""

    def __init__(self, width: int, patch: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(3, width, patch, patch)

    def forward(self, images: Tensor) -> Tensor:
        out: Tensor = self.proj(images).flatten(2).transpose(1, 2)
        return out


class VisionTransformer(nn.Module):
    """The whole network: ViT-S/16 with the defaults, ViT-B/16 with a width of 768.

    Args:
        side: of the images, pixels; a multiple of `patch`.
        width: of a token, a multiple of 64.
        depth: number of blocks.
        patch: side of a patch, pixels.
        classes: of the answer.

    Shape:
        images: (N, 3, side, side) -> (N, classes) logits.
    """

    def __init__(
        self, side: int = 224, width: int = 384, depth: int = 12, patch: int = 16, classes: int = 1000
    ) -> None:
        super().__init__()
        self.patch_embed = PatchEmbedding(width, patch)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(0.02 * torch.randn(1, 1 + (side // patch) ** 2, width))
        self.blocks = nn.Sequential(*(EncoderBlock(width, width // _HEAD_WIDTH) for _ in range(depth)))
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.head = nn.Linear(width, classes)

    def forward(self, images: Tensor) -> Tensor:
        tokens = self.patch_embed(images)
        tokens = torch.cat([self.cls_token.expand(len(tokens), -1, -1), tokens], 1) + self.pos_embed
        logits: Tensor = self.head(self.norm(self.blocks(tokens))[:, 0])
        return logits


def resize_positions(positions: Tensor, side: int) -> Tensor:
    """Positions learnt on one grid of patches, for another (section 3.2 of the source), by cubic interpolation.

    Args:
        positions: (1, 1 + g * g, width), the class token's first.
        side: of the new grid, patches.

    Returns:
        (1, 1 + side * side, width).

    Raises:
        WeightsMismatch: the positions are of no square grid.
    """
    token, grid = positions[:, :1], positions[:, 1:]
    old = math.isqrt(grid.shape[1])
    if old * old != grid.shape[1] or old == 0:
        raise WeightsMismatch(f"ViT weights: {grid.shape[1]} positions are no square; give a network of square images")
    if old == side:
        return positions
    square = grid.reshape(1, old, old, -1).permute(0, 3, 1, 2).float()
    resized = F.interpolate(square, (side, side), mode="bicubic", antialias=True, align_corners=False)
    return torch.cat([token, resized.flatten(2).transpose(1, 2).to(grid.dtype)], 1)


def vit_from_weights(weights: Mapping[str, Tensor], side: int, classes: int) -> VisionTransformer:
    """A network of the width, depth and patch that the weights have, for images of another size and other classes.

    Args:
        weights: of timm or of torchvision; their last layer is left out.
        side: of the images, pixels.
        classes: of the new last layer, which starts at random.

    Raises:
        WeightsMismatch: they are not a ViT's.
    """
    named = dict(weights)
    for theirs, ours in _TORCHVISION:
        named = {re.sub(theirs, ours, name): value for name, value in named.items()}
    try:
        width, _, patch, _ = named["patch_embed.proj.weight"].shape
        depth = 1 + max(int(name.split(".")[1]) for name in named if name.startswith("blocks."))
        if side % patch:
            raise WeightsMismatch(f"ViT weights: {side} pixels are no multiple of the patches' {patch}")
        named["pos_embed"] = resize_positions(named["pos_embed"], side // patch)
        network = VisionTransformer(side, width, depth, patch, classes)
    except (KeyError, ValueError, IndexError) as error:
        raise WeightsMismatch("ViT weights: tensors are missing; give the state of timm's or torchvision's") from error
    rest = {name: value for name, value in named.items() if not name.startswith("head.")}
    try:
        lacking = network.load_state_dict(rest, strict=False)
    except RuntimeError as error:
        raise WeightsMismatch(
            "ViT weights: tensors of other shapes; give the state of timm's or torchvision's"
        ) from error
    if lacking.unexpected_keys or set(lacking.missing_keys) - {"head.weight", "head.bias"}:
        names = ", ".join([*lacking.unexpected_keys, *lacking.missing_keys][:3])
        raise WeightsMismatch(f"ViT weights: {names} do not fit; give the state of timm's or torchvision's ViT")
    return network
