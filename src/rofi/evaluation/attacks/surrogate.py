"""The recognisers that an attacker takes gradients through: those of the training losses."""

from __future__ import annotations

from pathlib import Path

from rofi.errors import TrainingError
from rofi.recognition.specs import SPECS
from rofi.recognition.torch_recogniser import TorchRecogniser

SURROGATE = "mobilefacenet512"
"""The packaged one."""


def surrogate(folder: Path | None = None) -> TorchRecogniser:
    """Views (N, 3, V, V) in [0, 1] to unit embeddings (N, 512), differentiably.

    It is no judge: whoever takes gradients through a recogniser fools that one first.
    """
    return TorchRecogniser(SPECS[SURROGATE], folder)


def surrogates(folder: Path | None = None) -> list[TorchRecogniser]:
    """All of the training losses that are there: what fools several is likelier to fool another."""
    found = []
    for spec in SPECS.values():
        if spec.role != "training":
            continue
        try:
            found.append(TorchRecogniser(spec, folder))
        except TrainingError:
            continue
    return found
