"""ResNet-50 (He et al. 2016), the paper's first diagnostic network; parameters are named as in torchvision."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

BLOCKS = (3, 4, 6, 3)
WIDTHS = (64, 128, 256, 512)
EXPANSION = 4
FEATURES = WIDTHS[-1] * EXPANSION


class Bottleneck(nn.Module):
    """Narrow, filter, widen, and add what came in; the stride is in the 3x3 convolution (ResNet v1.5).

    Args:
        channels: of the input.
        width: of the narrow part; the output has four times as many channels.
        stride: of the block.
    """

    def __init__(self, channels: int, width: int, stride: int = 1) -> None:
        super().__init__()
        wide = width * EXPANSION
        self.conv1 = nn.Conv2d(channels, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, wide, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(wide)
        self.downsample: nn.Module = nn.Identity()
        if stride > 1 or channels != wide:
            self.downsample = nn.Sequential(nn.Conv2d(channels, wide, 1, stride, bias=False), nn.BatchNorm2d(wide))

    def forward(self, features: Tensor) -> Tensor:
        x = F.relu(self.bn1(self.conv1(features)))
        x = F.relu(self.bn2(self.conv2(x)))
        return F.relu(self.bn3(self.conv3(x)) + self.downsample(features))


class ResNet50(nn.Module):
    """The whole network.

    Args:
        classes: of the answer.

    Shape:
        images: (N, 3, H, W), by ImageNet's mean and deviation -> (N, classes) logits. H and W at least 32.
    """

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        channels = 64
        for number, (blocks, width) in enumerate(zip(BLOCKS, WIDTHS, strict=True), 1):
            stage = []
            for block in range(blocks):
                stage.append(Bottleneck(channels, width, 2 if block == 0 and number > 1 else 1))
                channels = width * EXPANSION
            self.add_module(f"layer{number}", nn.Sequential(*stage))
        self.fc = nn.Linear(FEATURES, classes)

    def forward(self, images: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(images))), 3, 2, 1)
        for number in range(1, len(BLOCKS) + 1):
            x = self.get_submodule(f"layer{number}")(x)
        logits: Tensor = self.fc(x.mean((2, 3)))
        return logits
