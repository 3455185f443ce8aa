"""Neural Identity Translator (paper section 4.1, Figure 6b)."""

from __future__ import annotations

import torch
from torch import Tensor

from rofi.model.config import ModelConfig
from rofi.model.key_conditioned import KeyConditionedTransformer


class IdentityTranslator(KeyConditionedTransformer):
    """Turns the features of a patient's face into those of the key's person.

    Beside the patient's face it sees the key's person placed into that face (`rofi.model.person`), so that the
    key cannot be ignored and the tokens have a photo-real face to start from.

    Args:
        config: dimensions.

    Shape:
        face, person: (N, 3, V, V) in [0, 1]; key: (N, 512) -> (N, channels, V / 8, V / 8).
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__(config, images=2)

    def forward(self, face: Tensor, person: Tensor, key: Tensor) -> Tensor:  # type: ignore[override]
        return super().forward(torch.cat([face, person], dim=1) * 2 - 1, key)
