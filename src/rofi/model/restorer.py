"""Neural Identity Restorer (paper section 4.1): the translator's architecture and a token that says "restore"."""

from __future__ import annotations

import torch
from torch import Tensor

from rofi.model.config import ModelConfig
from rofi.model.key_conditioned import KeyConditionedTransformer


class IdentityRestorer(KeyConditionedTransformer):
    """Features of the original from the protected face and what the key revealed in its pixels.

    A key that reveals nothing (see `rofi.model.residue`) must not move the result: then `revealed` is the protected
    face itself and the key is zero, so every wrong key gives one and the same virtual face for an image.

    Args:
        config: dimensions.

    Shape:
        protected, revealed: (N, 3, V, V) in [0, 1]; key: (N, 512); fits: (N,) bool
        -> (N, channels, V / 8, V / 8).
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config, images=2, mode_tokens=1)

    def forward(self, protected: Tensor, revealed: Tensor, key: Tensor, fits: Tensor) -> Tensor:  # type: ignore[override]
        evidence = torch.where(fits[:, None, None, None], revealed, protected)
        faces = torch.cat([protected, evidence], dim=1) * 2 - 1
        return super().forward(faces, key * fits[:, None].to(key.dtype))
