"""The networks that a protector and a restorer share, loaded once per process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from rofi.model.base_layer import BaseLayer
from rofi.model.face_codebook import load_codebook
from rofi.model.network import Rofi
from rofi.model.weights import fingerprint, load_weights, packaged_weights

SHIPPED = "compact"
CODEBOOK = "face-codebook"


@dataclass(frozen=True)
class Networks:
    """A model in evaluation mode on a device."""

    model: Rofi
    device: torch.device

    @classmethod
    @torch.inference_mode(False)  # what is made in inference mode has no gradients for good, and refining needs them
    def load(cls, weights: Path | None = None, device: str | None = None) -> Networks:
        """From a weights file, by default the shipped one, onto a device, by default a GPU where there is one.

        Raises:
            WeightsMismatch: the file does not fit.
        """
        chosen = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        model = load_weights(weights or packaged_weights(SHIPPED)).to(chosen)
        model.person.to("cpu")
        model.person_prior.to("cpu")  # persons are placed on the CPU, and photographs written and read there
        model.residue.to("cpu")
        model.person.texture_basis = model.person.texture_basis.float()
        return cls(model, chosen)

    @cached_property
    def fingerprint(self) -> str:
        """Which weights these are; see `rofi.model.weights.fingerprint`."""
        return fingerprint(self.model)

    @cached_property
    @torch.inference_mode(False)  # as for `load`: faces are coded by gradients
    def base_layer(self) -> BaseLayer:
        """The way back that re-encoding as JPEG leaves."""
        return BaseLayer(load_codebook(packaged_weights(CODEBOOK)))

    @property
    def view(self) -> int:
        """Side of the aligned face that the model sees."""
        return self.model.config.view

    def batch(self, picture: npt.NDArray[np.generic]) -> Tensor:
        """(H, W, 3) levels 0..255 as a (1, 3, H, W) batch in [0, 1], or an (H, W) mask as (1, 1, H, W)."""
        planes = np.atleast_3d(picture).astype(np.float32).transpose(2, 0, 1)[None]
        scaled = planes / 255 if picture.ndim == 3 else planes
        return torch.from_numpy(np.ascontiguousarray(scaled)).to(self.device)

    @torch.inference_mode()
    def sign_scores(self, view: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """(V, V) score of every pixel of an aligned face (V, V, 3) for signs of disease."""
        scores = self.model.sign_detector.sign_map(self.batch(view))
        return np.asarray(scores[0, 0].cpu().numpy(), np.float32)


def to_picture(batch: Tensor) -> npt.NDArray[np.float32]:
    """(1, 3, H, W) in [0, 1] as (H, W, 3) levels."""
    return np.asarray(batch[0].float().cpu().numpy().transpose(1, 2, 0) * 255, np.float32)


def planes(picture: npt.NDArray[np.generic]) -> Tensor:
    """(H, W, 3) levels as a (3, H, W) float tensor."""
    return torch.from_numpy(np.ascontiguousarray(picture.astype(np.float32).transpose(2, 0, 1)))


def to_levels(tensor: Tensor) -> npt.NDArray[np.float32]:
    """(3, H, W) levels as an (H, W, 3) picture."""
    return np.asarray(tensor.cpu().numpy().transpose(1, 2, 0), np.float32)


def pixels(tensor: Tensor) -> npt.NDArray[np.uint8]:
    """(3, H, W) levels, rounded and clipped, as (H, W, 3) bytes."""
    return tensor.round().clamp(0, 255).to(torch.uint8).cpu().numpy().transpose(1, 2, 0)


def to_bytes(picture: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Levels, rounded and clipped."""
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)
