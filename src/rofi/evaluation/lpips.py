"""LPIPS: distance of two images as people perceive it."""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from rofi.errors import RofiError, WeightsMismatch
from rofi.recognition.network_files import find_network

_FILE = "lpips_alex.safetensors"
_STRIDES = (4, 1, 1, 1, 1)
_PADDINGS = (2, 2, 1, 1, 1)
_POOLED = (False, True, True, False, False)  # 3x3 max-pooling with stride 2 goes before these convolutions
_SMALLEST = 31  # below, the second pooling has nothing left
# ImageNet's channel means and deviations, for inputs in [-1, 1]
_SHIFT = (-0.030, -0.088, -0.188)
_SCALE = (0.458, 0.448, 0.450)


class Lpips(nn.Module):
    """Learned perceptual image patch similarity, version 0.1 on AlexNet.

    Zhang et al., "The unreasonable effectiveness of deep features as a perceptual metric", CVPR 2018, equation 1.
    Frozen and differentiable; the weights are not part of the `state_dict`.

    Args:
        path: lpips_alex.safetensors; when left out it is looked for as `find_network` does.

    Shape:
        images, references: (N, 3, H, W) RGB in [0, 1], H and W at least 31 -> (N,) float32, 0 for equal images.

    Raises:
        TrainingError: the file is not found.
        WeightsMismatch: it does not hold this network.
        RofiError: the inputs have other shapes.
    """

    shift: Tensor
    scale: Tensor

    def __init__(self, path: Path | str | None = None) -> None:
        super().__init__()
        source = Path(path) if path is not None else find_network(_FILE)
        weights = _load(source)
        self.register_buffer("shift", torch.tensor(_SHIFT).reshape(1, 3, 1, 1), persistent=False)
        self.register_buffer("scale", torch.tensor(_SCALE).reshape(1, 3, 1, 1), persistent=False)
        for name, value in weights.items():
            self.register_buffer(name.replace(".", "_"), value.float(), persistent=False)

    def features(self, images: Tensor) -> list[Tensor]:
        """The five feature maps of (N, 3, H, W) in [0, 1], after their ReLU."""
        x = (images * 2 - 1 - self.shift) / self.scale
        maps = []
        for layer, (stride, padding, pooled) in enumerate(zip(_STRIDES, _PADDINGS, _POOLED, strict=True)):
            if pooled:
                x = F.max_pool2d(x, kernel_size=3, stride=2)
            weight, bias = self.get_buffer(f"conv{layer}_weight"), self.get_buffer(f"conv{layer}_bias")
            x = F.relu(F.conv2d(x, weight, bias, stride, padding))
            maps.append(x)
        return maps

    def forward(self, images: Tensor, references: Tensor) -> Tensor:
        if images.shape != references.shape or images.ndim != 4 or images.shape[1] != 3:
            raise RofiError(
                f"images {tuple(images.shape)} and references {tuple(references.shape)}: both must be (N, 3, H, W)"
            )
        if min(images.shape[2:]) < _SMALLEST:
            raise RofiError(f"images are {tuple(images.shape[2:])}; LPIPS needs {_SMALLEST} pixels each way")
        distance = torch.zeros(len(images), device=images.device)
        for layer, (a, b) in enumerate(zip(self.features(images), self.features(references), strict=True)):
            squared = (_unit(a) - _unit(b)).square()
            distance = distance + (squared * self.get_buffer(f"lin{layer}")).sum(dim=1).mean(dim=(1, 2))
        return distance


def _unit(features: Tensor) -> Tensor:
    """Feature vectors of unit length; the constant sits under the root, where it keeps the gradient at zero finite."""
    features = features.float()
    return features / (features.square().sum(dim=1, keepdim=True) + 1e-10).sqrt()


def _load(path: Path) -> dict[str, Tensor]:
    try:
        weights = load_file(path)
    except (OSError, SafetensorError) as error:
        raise WeightsMismatch(f"{path}: not a readable safetensors file; fetch it again") from error
    layers = range(len(_STRIDES))
    expected = {f"conv{i}.{part}" for i in layers for part in ("weight", "bias")} | {f"lin{i}" for i in layers}
    if set(weights) != expected:
        raise WeightsMismatch(f"{path}: not LPIPS on AlexNet, differs in {', '.join(sorted(set(weights) ^ expected))}")
    return weights
