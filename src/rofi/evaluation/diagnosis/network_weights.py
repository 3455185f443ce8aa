"""The paper's two networks, started from weights files that a user has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from rofi.errors import WeightsMismatch
from rofi.evaluation.diagnosis.resnet50 import ResNet50
from rofi.evaluation.diagnosis.targets import OUTPUTS
from rofi.evaluation.diagnosis.vit import VisionTransformer, vit_from_weights

SUFFIXES = (".safetensors", ".pth", ".pt", ".bin")


def find_weights(folder: Path | None, stem: str) -> Path | None:
    """The first file of a folder whose name begins with `stem`; None if there is none.

    Raises:
        WeightsMismatch: there is no such folder.
    """
    if folder is None:
        return None
    if not folder.is_dir():
        raise WeightsMismatch(f"{folder}: no such folder; give one with resnet50*.pth and vit*.pth, or leave it out")
    found = [path for path in sorted(folder.iterdir()) if path.name.startswith(stem) and path.suffix in SUFFIXES]
    return found[0] if found else None


def read_weights(path: Path) -> dict[str, Tensor]:
    """A state dictionary; of a .pth file tensors alone are read, never code.

    Raises:
        WeightsMismatch: it cannot be read, or holds no tensors.
    """
    try:
        if path.suffix == ".safetensors":
            return safetensors.torch.load_file(path)
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch.load answers a damaged file with errors of many classes
        raise WeightsMismatch(f"{path}: cannot be read; give a state dictionary of tensors") from error
    for key in ("state_dict", "model"):
        if isinstance(state, Mapping) and isinstance(state.get(key), Mapping):
            state = state[key]
    if not isinstance(state, Mapping) or not state or not all(isinstance(value, Tensor) for value in state.values()):
        raise WeightsMismatch(f"{path}: holds no state dictionary of tensors; save the network's state_dict()")
    return dict(state)


def build_resnet50(weights: Path | None) -> nn.Module:
    """ResNet-50 with a reader's outputs, from ImageNet weights as torchvision has them, or from random ones.

    Raises:
        WeightsMismatch: the file is not a ResNet-50's.
    """
    network = ResNet50(OUTPUTS)
    if weights is None:
        return network
    state = {name: value for name, value in read_weights(weights).items() if not name.startswith("fc.")}
    try:
        lacking = network.load_state_dict(state, strict=False)
    except RuntimeError as error:
        raise WeightsMismatch(f"{weights}: tensors of other shapes than ResNet-50's; give torchvision's") from error
    missing = [name for name in lacking.missing_keys if not name.startswith("fc.") and "num_batches" not in name]
    if missing or lacking.unexpected_keys:
        names = ", ".join([*missing, *lacking.unexpected_keys][:3])
        raise WeightsMismatch(f"{weights}: {names} do not fit ResNet-50; give torchvision's weights")
    return network


def build_vit(weights: Path | None, side: int) -> nn.Module:
    """ViT with a reader's outputs, from ImageNet weights as timm or torchvision has them, or a random ViT-S/16.

    Raises:
        WeightsMismatch: the file is not a ViT's.
    """
    if weights is None:
        return VisionTransformer(side, classes=OUTPUTS)
    state = read_weights(weights)
    try:
        return vit_from_weights(state, side, OUTPUTS)
    except WeightsMismatch as error:
        raise WeightsMismatch(f"{weights}: {error}") from error
