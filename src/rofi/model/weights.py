"""Weights as safetensors, with the configuration in their metadata; a file that does not fit is refused by name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from rofi.errors import OutputError, WeightsMismatch
from rofi.model.config import ModelConfig
from rofi.model.network import Rofi

FORMAT = "rofi-weights-1"
PRIOR = "person_prior."


def save_weights(model: Rofi, path: Path, notes: Mapping[str, str] | None = None) -> None:
    """Write the weights in half precision, whole or not at all.

    Args:
        model: any device or precision.
        path: replaced if it is there.
        notes: further metadata, for instance the training configuration.

    Raises:
        OutputError: the file cannot be written; nothing is left of it.
    """
    metadata = {"format": FORMAT, "config": json.dumps(model.config.to_dict()), **(notes or {})}
    write_tensors(model, path, metadata)


def write_tensors(module: nn.Module, path: Path, metadata: Mapping[str, str]) -> None:
    """Write a module's tensors and `metadata`, whole or not at all.

    Raises:
        OutputError: the file cannot be written; nothing is left of it.
    """
    tensors = {name: _stored(name, tensor) for name, tensor in module.state_dict().items()}
    temporary = path.with_name(path.name + ".partial")
    try:
        save_file(tensors, temporary, dict(metadata))
        temporary.replace(path)
    except (OSError, SafetensorError) as error:
        raise OutputError(f"{path}: weights cannot be written ({error}); choose a writable folder with room") from error
    finally:
        temporary.unlink(missing_ok=True)


def _stored(name: str, tensor: Tensor) -> Tensor:
    """A tensor as the file holds it, on the CPU.

    What was trained has half precision. What was fitted stays exact, for hiding and revealing must agree on it; the
    texture basis has whole numbers also where a caller has made it floating-point to save converting it every time.
    """
    tensor = tensor.detach().cpu().contiguous()
    if name == "person.texture_basis":
        return tensor.to(torch.int8)
    fitted = name.startswith(("residue.", "person."))
    return tensor.half() if tensor.dtype == torch.float32 and not fitted else tensor


def load_weights(path: Path) -> Rofi:
    """The model of a weights file, in evaluation mode and float32.

    Raises:
        WeightsMismatch: not such a file, or its tensors do not fit its configuration; the message names them.
    """
    metadata, tensors = read_tensors(path, FORMAT)
    try:
        config = ModelConfig(**json.loads(metadata["config"]))
    except (KeyError, TypeError, ValueError, WeightsMismatch) as error:
        raise WeightsMismatch(f"{path}: its configuration cannot be read ({error})") from error
    model = Rofi(config)
    if not any(name.startswith(PRIOR) for name in tensors):  # weights of earlier versions: any person on any head
        tensors |= {name: tensor for name, tensor in model.state_dict().items() if name.startswith(PRIOR)}
    check_fit(model, tensors, str(path))
    model.load_state_dict(tensors)
    return model.eval()


def read_tensors(path: Path, expected: str) -> tuple[dict[str, str], dict[str, Tensor]]:
    """Metadata and tensors of a file whose metadata say that its format is `expected`.

    Raises:
        WeightsMismatch: not such a file.
    """
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
    except (OSError, SafetensorError) as error:
        raise WeightsMismatch(f"{path}: cannot be read as weights ({error})") from error
    if metadata.get("format") != expected:
        raise WeightsMismatch(f"{path}: format {metadata.get('format')!r}, expected {expected!r}")
    return metadata, tensors


def check_fit(model: nn.Module, tensors: Mapping[str, Tensor], name: str) -> None:
    """Compare names and shapes of `tensors` with the model's.

    Raises:
        WeightsMismatch: they differ; the message has `name`, the file's, and the first tensor that does not fit.
    """
    expected = model.state_dict()
    missing = sorted(expected.keys() - tensors.keys())
    surplus = sorted(tensors.keys() - expected.keys())
    misshapen = sorted(key for key in expected.keys() & tensors.keys() if expected[key].shape != tensors[key].shape)
    for what, keys in (("missing", missing), ("unknown", surplus), ("misshapen", misshapen)):
        if keys:
            raise WeightsMismatch(
                f"{name}: {len(keys)} {what} tensors, such as {keys[0]}; use the weights' own configuration"
            )


def fingerprint(model: Rofi) -> str:
    """Sixteen hexadecimal digits that tell one set of weights from another; saving and loading keeps them."""
    return digest_of(model, model.config.to_dict())


def digest_of(module: nn.Module, config: Mapping[str, Any]) -> str:
    """Sixteen hexadecimal digits of a module's tensors as a file holds them, and of its dimensions."""
    digest = hashlib.sha256(json.dumps(config, sort_keys=True).encode())
    for name, tensor in sorted(module.state_dict().items()):
        digest.update(name.encode())
        digest.update(_stored(name, tensor).numpy().tobytes())
    return digest.hexdigest()[:16]


def packaged_weights(name: str) -> Path:
    """Where the shipped weights of a configuration lie.

    Raises:
        WeightsMismatch: none are shipped under that name.
    """
    path = Path(str(resources.files("rofi") / "weights" / f"{name}.safetensors"))
    if not path.is_file():
        raise WeightsMismatch(f"no weights named {name!r} are shipped; train them or name a file")
    return path
